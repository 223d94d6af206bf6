"""A step that is tried again durably: the waiting survives restarts, the outcome is recorded.

Services raise; the workflow engine stores. In between, a failure becomes a plain value, so that
what is checkpointed is JSON without exceptions, codes or passwords.
"""

from collections.abc import Callable
from dataclasses import dataclass
from time import time
from typing import Any

import structlog
from dbos import DBOS

from bittitan_plugin.domain.errors import ErrorCode, OutcomeUnknown, Refusal, Rejected, Unavailable
from bittitan_plugin.domain.retries import FOLLOW_UP, RetryPolicy
from bittitan_plugin.workflows.runtime import current

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class StepFailed(Exception):
    """A step will not succeed by being tried again."""

    code: ErrorCode
    message: str
    field: str | None = None


def attempt(name: str, action: Callable[[], Any]) -> dict[str, Any]:
    """Run ``action`` once as a recorded step; its result must be JSON.

    Returns ``{"ok": result}``, ``{"again": message, "asked": seconds or None}`` or
    ``{"failed": code, "message": …, "field": …}``.
    """

    def step() -> dict[str, Any]:
        try:
            with current().slot():
                return {"ok": action()}
        except (Unavailable, OutcomeUnknown) as failure:
            return {"again": failure.message, "asked": getattr(failure, "retry_after", None)}
        except Refusal as refusal:
            return _failed(refusal.code, refusal.message, refusal.field)
        except Rejected as rejection:
            return _failed(ErrorCode.VENDOR_REJECTED, rejection.message, rejection.field)
        except Exception as error:
            # A database that went away, a lost race, a defect: raised on, it would end the workflow
            # for good, and its taken id would swallow every later event. So it is tried again, and
            # ends as a problem that staff can see.
            _log.exception("step_broke", step=name, error=type(error).__name__)
            return {"again": f"unexpected {type(error).__name__}; see the log", "asked": None}

    outcome: dict[str, Any] = DBOS.run_step({"name": name}, step)
    return outcome


def persist(
    name: str,
    policy: RetryPolicy,
    action: Callable[[], Any],
    *,
    on_delay: Callable[[str], None] | None = None,
) -> Any:
    """Repeat a step by ``policy`` until it succeeds; returns its result.

    ``on_delay`` is called with the reason before the first wait. Raises ``StepFailed`` when the
    step is refused or the policy gives up.
    """
    waited, number = 0.0, 0
    while True:
        number += 1
        outcome = attempt(name, action)
        if "ok" in outcome:
            return outcome["ok"]
        if "failed" in outcome:
            raise StepFailed(
                code=ErrorCode(outcome["failed"]),
                message=outcome["message"],
                field=outcome["field"],
            )
        delay = policy.delay(number, waited, outcome["asked"])
        _log.info("step_delayed", step=name, attempt=number, wait=delay, why=outcome["again"])
        if delay is None:
            raise StepFailed(code=ErrorCode.VENDOR_UNAVAILABLE, message=outcome["again"])
        if number == 1 and on_delay is not None:
            on_delay(outcome["again"])
        _rest(delay)
        waited += delay


def _rest(seconds: float) -> None:
    """Wait durably: a restart waits only for what is left. Ends at once when the process stops."""
    runtime = current()
    end: float = DBOS.run_step({"name": "wait_until"}, lambda: time() + seconds * runtime.pace)
    runtime.wait(end - time())


def insist(name: str, action: Callable[[], Any]) -> Any:
    """Repeat a record of our own until it is made; only our database can stand in its way.

    Returns its result, or None when even three days were not enough.
    """
    try:
        return persist(name, FOLLOW_UP, action)
    except StepFailed as failure:
        _log.error("record_not_made", step=name, why=failure.message)
        return None


def _failed(code: ErrorCode, message: str, field: str | None) -> dict[str, Any]:
    return {"failed": code.value, "message": message, "field": field}
