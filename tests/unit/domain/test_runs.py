"""When a run that says it is at work is taken for dead."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from bittitan_plugin.domain.runs import SILENCE, Run, RunKind
from tests.tables import every

NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)


@every(
    "heard, silent",
    [
        (timedelta(seconds=1) - SILENCE, False),
        (-SILENCE, True),
        # The clock was ahead when it was last heard of, and has been put right.
        (timedelta(days=30), True),
    ],
)
def test_a_run_is_silent_when_it_was_last_heard_of_too_long_ago(
    heard: timedelta, silent: bool
) -> None:
    run = Run(
        id=uuid4(),
        kind=RunKind.RECONCILIATION,
        started_by="daily",
        started_at=NOW,
        updated_at=NOW + heard,
    )
    assert run.is_silent(NOW) is silent
