"""Forgets finished workflows, so that the database does not grow with history nobody reads.

What must never happen twice does not hang on them: an order line has one asset, an asset one
coupon and one credit, and a reminder is noted on its asset, however often the work is handed in.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog
from dbos import DBOS

#: Workflows deleted in one transaction, and in one look at most.
BATCH, MOST = 500, 20_000
#: What has ended. A workflow that the engine gave up on stays, for a person to look at.
ENDED = ["SUCCESS", "ERROR", "CANCELLED"]

_log = structlog.get_logger(__name__)


def prune(retention: timedelta, is_stopping: Callable[[], bool] = lambda: False) -> int:
    """Delete what ended longer ago than ``retention``. Returns how many workflows that were."""
    before, deleted = (datetime.now(UTC) - retention).isoformat(), 0
    while deleted < MOST and not is_stopping():
        ended = DBOS.list_workflows(
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
    if deleted:
        _log.info("workflows_pruned", count=deleted)
    return deleted
