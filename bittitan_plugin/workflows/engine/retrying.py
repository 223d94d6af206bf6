"""A step that is tried again durably: the waiting survives restarts, the outcome is recorded.

Services raise; the workflow engine stores. In between, a failure becomes a plain value, so that
what is checkpointed is JSON without exceptions, codes or passwords.

However often a step fails, at most three records are made of it: its first failure, when that was,
and how it ended. So a day of waiting costs a resumed workflow no more to catch up than a minute.
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import uniform
from time import time
from typing import Any, TypeVar

import structlog
from dbos import DBOS
from sqlalchemy import exc

from bittitan_plugin.base.cipher import UnreadableSecret
from bittitan_plugin.domain.errors import (
    ErrorCode,
    NotServedHere,
    OutcomeUnknown,
    Refusal,
    Rejected,
    Unavailable,
)
from bittitan_plugin.domain.retries import FOLLOW_UP, RetryPolicy
from bittitan_plugin.services.keys import report_unreadable
from bittitan_plugin.services.platforms import report_unserved
from bittitan_plugin.store.writing import NO_DATABASE
from bittitan_plugin.workflows.engine import parking
from bittitan_plugin.workflows.engine.runtime import current, whose
from bittitan_plugin.workflows.engine.suspending import Left

#: Seconds that a workflow waits in its thread; longer waits are spent in the database.
LONGEST_REST = 5.0
#: How much later than asked a parked workflow may go on, as a part of its wait: what was turned
#: away together should not come back together.
SPREAD = 0.25

#: Seconds after which staff are told that no running process serves the platform, or has the key.
PATIENCE_FOR_PLATFORM = 60.0
#: Longest wait, in seconds, of work that another process could do at once.
LONGEST_HOP = 10.0

#: What came of a step, as it is recorded: ``{"ok": result}``,
#: ``{"again": message, "code": code, "asked": seconds or None}`` or
#: ``{"failed": code, "message": …, "field": …}``.
Outcome = dict[str, Any]

#: Told why a step has to wait.
Delayed = Callable[[ErrorCode, str], None]

T = TypeVar("T")

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class StepFailed(Exception):
    """A step will not succeed by being tried again."""

    code: ErrorCode
    message: str
    field: str | None = None


class Unrecorded(Left):
    """The database would not take the step's outcome: the step will be run again."""


def attempt(name: str, action: Callable[[], Any]) -> Outcome:
    """Run ``action`` once as a recorded step; its result must be JSON."""
    return recorded(name, lambda: outcome_of(name, action))


def persist(
    name: str,
    policy: RetryPolicy,
    action: Callable[[], Any],
    *,
    on_delay: Delayed | None = None,
    first: Outcome | None = None,
) -> Any:
    """Repeat a step by ``policy`` until it succeeds; returns its result.

    ``on_delay`` is called with code and reason before the first wait. ``first`` is what came of the
    first attempt, where that has been made and recorded already. Raises ``StepFailed`` when the
    step is refused or the policy gives up.
    """
    since: float | None = None
    outcome = first or attempt(name, action)
    while "again" in outcome:
        if since is None and on_delay is not None:
            on_delay(_code(outcome), outcome["again"])
        wait = (policy.delay(0.0, outcome["asked"]) or 0.0) * current().pace
        end = _waited(name, wait, outcome["again"])
        if since is None:
            since = end - wait
        outcome = _patiently(name, policy, action, since)
    if "ok" in outcome:
        return outcome["ok"]
    raise StepFailed(
        code=ErrorCode(outcome["failed"]), message=outcome["message"], field=outcome["field"]
    )


def insist(name: str, action: Callable[[], Any]) -> Any:
    """Repeat a record of our own until it is made; only our database can stand in its way.

    Returns its result, or None when even three days were not enough.
    """
    try:
        return persist(name, FOLLOW_UP, action)
    except StepFailed as failure:
        _log.error("record_not_made", step=name, why=failure.message)
        return None


def _waited(name: str, wait: float, why: str) -> float:
    """Wait after the first failure; returns until when. Who goes on with it does not wait again."""
    fresh: list[float] = []

    def step() -> float:
        fresh.append(time() + wait)
        return fresh[0]

    end = float(recorded("wait_until", step))
    if fresh:
        _log.info("step_delayed", step=name, wait=wait, why=why)
        _rest(wait)
    return end


def _patiently(name: str, policy: RetryPolicy, action: Callable[[], Any], since: float) -> Outcome:
    """Repeat until there is something to record; ``since`` is when it first failed."""

    def step() -> Outcome:
        while True:
            outcome = outcome_of(name, action)
            if "again" not in outcome:
                return outcome
            waited = (time() - since) / current().pace
            delay = _delay(policy, waited, outcome)
            _log.info("step_delayed", step=name, wait=delay, why=outcome["again"])
            if delay is None:
                return _failed(_code(outcome), outcome["again"], None)
            if outcome.get("elsewhere"):
                parking.park(
                    delay * current().pace
                )  # which leaves it to whichever process takes it next
            _rest(delay * current().pace)

    return recorded(name, step)


def _delay(policy: RetryPolicy, waited: float, outcome: Outcome) -> float | None:
    delay = policy.delay(waited, outcome["asked"])
    if not outcome.get("elsewhere"):
        return delay
    # Not a failure of the work: it is never given up, and offered to the other processes soon.
    if waited > PATIENCE_FOR_PLATFORM:
        lacks_key = _code(outcome) is UnreadableSecret.reported_as
        report = report_unreadable if lacks_key else report_unserved
        report(current().ports, whose())
    return min(delay or LONGEST_HOP, LONGEST_HOP)


def recorded(name: str, step: Callable[[], T]) -> T:
    """Run a step of which the engine remembers the outcome."""
    try:
        return DBOS.run_step({"name": name}, step)
    except exc.SQLAlchemyError as error:
        # A full disk, a read-only database: raised on, it would end the workflow for good, and its
        # taken id would swallow every later event. It is handed back once the database is well.
        _log.warning("outcome_not_recorded", step=name, error=type(error).__name__)
        raise Unrecorded from error


def has_records() -> bool:
    """Whether the workflow of this thread has recorded the outcome of any step."""
    try:
        return parking.has_records()
    except exc.SQLAlchemyError as error:
        _log.warning("records_not_read", error=type(error).__name__)
        raise Unrecorded from error


def outcome_of(name: str, action: Callable[[], Any]) -> Outcome:
    """Run ``action`` once, within a step; a failure becomes a plain value."""
    try:
        with current().slot():
            return {"ok": action()}
    except (NotServedHere, UnreadableSecret) as elsewhere:
        return _again(elsewhere) | {"elsewhere": True}
    except (Unavailable, OutcomeUnknown) as failure:
        return _again(failure)
    except Refusal as refusal:
        return _failed(refusal.code, refusal.message, refusal.field)
    except Rejected as rejection:
        return _failed(rejection.reported_as, rejection.message, rejection.field)
    except NO_DATABASE as error:
        _log.warning("step_without_database", step=name, error=type(error).__name__)
        return {"again": f"unexpected {type(error).__name__}; see the log", "asked": None}
    except Exception as error:
        # A lost race, a defect: it is tried again, and ends as a problem that staff can see.
        _log.exception("step_broke", step=name, error=type(error).__name__)
        return {"again": f"unexpected {type(error).__name__}; see the log", "asked": None}


def _rest(seconds: float) -> None:
    """Wait, in the database if it takes long. Ends at once when the process stops."""
    if seconds > LONGEST_REST:
        parking.park(seconds * uniform(1.0, 1.0 + SPREAD))  # noqa: S311 - not a secret
    current().wait(seconds)


def _again(failure: Unavailable | OutcomeUnknown) -> Outcome:
    asked = getattr(failure, "retry_after", None)
    return {"again": failure.message, "code": failure.reported_as.value, "asked": asked}


def _code(outcome: Outcome) -> ErrorCode:
    # What was not foreseen has none.
    return ErrorCode(outcome.get("code", ErrorCode.VENDOR_UNAVAILABLE))


def _failed(code: ErrorCode, message: str, field: str | None) -> Outcome:
    return {"failed": code.value, "message": message, "field": field}
