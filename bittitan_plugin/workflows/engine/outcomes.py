"""What came of a step: a value, and the plain JSON that the engine records of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bittitan_plugin.domain.errors import ErrorCode


@dataclass(frozen=True)
class Done:
    """The step succeeded."""

    #: JSON: read from a record, a value of an enumeration is its text.
    result: Any


@dataclass(frozen=True, kw_only=True)
class Again:
    """The step is to be tried again."""

    message: str
    #: What was not foreseen has no code of its own.
    code: ErrorCode = ErrorCode.VENDOR_UNAVAILABLE
    #: Seconds after which whoever was asked wants to be asked again.
    retry_after: float | None = None
    #: Whether another process could do it at once. Not recorded: only the next wait depends on it.
    elsewhere: bool = False


@dataclass(frozen=True, kw_only=True)
class StepFailed(Exception):
    """A step will not succeed by being tried again."""

    code: ErrorCode
    message: str
    field: str | None = None


Outcome = Done | Again | StepFailed


def to_record(outcome: Outcome) -> dict[str, Any]:
    """As it is recorded. Records outlive releases: what is written here stays readable below."""
    if isinstance(outcome, Done):
        return {"ok": outcome.result}
    code, message = outcome.code.value, outcome.message
    if isinstance(outcome, Again):
        return {"again": message, "code": code, "asked": outcome.retry_after}
    return {"failed": code, "message": message, "field": outcome.field}


def from_record(record: Mapping[str, Any]) -> Outcome:
    """As it was recorded, by this release or an earlier one."""
    if "ok" in record:
        return Done(record["ok"])
    if "again" in record:
        code = ErrorCode(record.get("code", ErrorCode.VENDOR_UNAVAILABLE))
        return Again(message=record["again"], code=code, retry_after=record["asked"])
    return StepFailed(
        code=ErrorCode(record["failed"]), message=record["message"], field=record["field"]
    )
