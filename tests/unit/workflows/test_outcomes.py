"""What came of a step survives its record; records of earlier releases stay readable."""

from collections.abc import Mapping
from typing import Any

from bittitan_plugin.domain.errors import ErrorCode
from bittitan_plugin.workflows.engine.outcomes import (
    Again,
    Done,
    Outcome,
    StepFailed,
    from_record,
    to_record,
)
from tests.tables import every

FAILED = StepFailed(code=ErrorCode.NOT_FOUND, message="No such order.", field="id")
BUSY = Again(message="busy", code=ErrorCode.PLATFORM_UNAVAILABLE, retry_after=7)

#: As databases hold them.
RECORDS: list[tuple[Mapping[str, Any], Outcome]] = [
    ({"ok": None}, Done(None)),
    ({"ok": {"a": [1]}}, Done({"a": [1]})),
    ({"again": "busy", "code": "PLATFORM_UNAVAILABLE", "asked": 7}, BUSY),
    ({"failed": "NOT_FOUND", "message": "No such order.", "field": "id"}, FAILED),
]
#: Written by earlier releases, and by none any more.
OLDER: list[tuple[Mapping[str, Any], Outcome]] = [
    ({"again": "unexpected KeyError; see the log", "asked": None},
     Again(message="unexpected KeyError; see the log")),
    ({"again": "busy", "code": "PLATFORM_UNAVAILABLE", "asked": 7, "elsewhere": True}, BUSY),
]  # fmt: skip


@every("record, outcome", RECORDS + OLDER)
def test_a_record_is_read_as_what_came_of_the_step(
    record: Mapping[str, Any], outcome: Outcome
) -> None:
    assert from_record(record) == outcome


@every("record, outcome", RECORDS)
def test_an_outcome_is_recorded_as_it_has_always_been(
    record: Mapping[str, Any], outcome: Outcome
) -> None:
    assert to_record(outcome) == record
