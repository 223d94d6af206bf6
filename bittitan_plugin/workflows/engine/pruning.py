"""Forgets finished workflows, so that the database does not grow with history nobody reads.

What must never happen twice does not hang on them: an order line has one asset, an asset one
coupon and one credit, and a reminder is noted on its asset, however often the work is handed in.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog
from dbos import DBOS

from bittitan_plugin.workflows.engine.definition import AGAIN

#: Workflows deleted in one transaction, and in one look at most.
BATCH, MOST = 500, 20_000
#: What has ended. A workflow that the engine gave up on stays, for a person to look at.
ENDED = ["SUCCESS", "ERROR", "CANCELLED"]

#: A day of attempts at thousands of waiting orders is not history that anybody reads.
ATTEMPTS_KEPT = timedelta(hours=1)

_log = structlog.get_logger(__name__)


def prune(retention: timedelta, is_stopping: Callable[[], bool] = lambda: False) -> int:
    """Delete what ended longer ago than ``retention``, and later attempts after an hour.

    Returns how many workflows that were.
    """
    deleted = sum(
        _delete(longest, name, is_stopping)
        for longest, name in ((min(retention, ATTEMPTS_KEPT), AGAIN), (retention, None))
    )
    if deleted:
        _log.info("workflows_pruned", count=deleted)
    return deleted


def _delete(retention: timedelta, name: str | None, is_stopping: Callable[[], bool]) -> int:
    before, deleted = (datetime.now(UTC) - retention).isoformat(), 0
    while deleted < MOST and not is_stopping():
        ended = DBOS.list_workflows(
            name=name,
            status=ENDED,
            completed_before=before,
            limit=BATCH,
            load_input=False,
            load_output=False,
        )
        DBOS.delete_workflows([status.workflow_id for status in ended])
        deleted += len(ended)
        if len(ended) < BATCH:
            break
    return deleted
