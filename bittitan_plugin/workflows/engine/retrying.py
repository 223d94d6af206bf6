"""A step that is tried again durably: the waiting survives restarts, the outcome is recorded.

Services raise; the workflow engine stores. In between, a failure becomes an ``Outcome``, so that
what is checkpointed is JSON without exceptions, codes or passwords.

However often a step fails, at most three records are made of it: its first failure, when that was,
and how it ended. So a day of waiting costs a resumed workflow no more to catch up than a minute.
"""

from collections.abc import Callable
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
from bittitan_plugin.workflows.engine.outcomes import (
    Again,
    Done,
    Outcome,
    StepFailed,
    from_record,
    to_record,
)
from bittitan_plugin.workflows.engine.runtime import current, tenant, whose
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

#: Told why a step has to wait.
Delayed = Callable[[ErrorCode, str], None]

T = TypeVar("T")

_log = structlog.get_logger(__name__)


class Unrecorded(Left):
    """The database would not take the step's outcome: the step will be run again."""


def attempt(name: str, action: Callable[[], Any]) -> Outcome:
    """Run ``action`` once as a recorded step; its result must be JSON."""
    return _recorded_outcome(name, lambda: outcome_of(name, action))


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
    while isinstance(outcome, Again):
        if since is None and on_delay is not None:
            on_delay(outcome.code, outcome.message)
        wait = (policy.delay(0.0, outcome.retry_after) or 0.0) * current().pace
        end = _waited(name, wait, outcome.message)
        if since is None:
            since = end - wait
        outcome = _patiently(name, policy, action, since)
    if isinstance(outcome, Done):
        return outcome.result
    raise outcome


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
            if not isinstance(outcome, Again):
                return outcome
            waited = (time() - since) / current().pace
            delay = _delay(policy, waited, outcome)
            _log.info("step_delayed", step=name, wait=delay, why=outcome.message)
            if delay is None:
                return StepFailed(code=outcome.code, message=outcome.message)
            if outcome.elsewhere:  # it is left to whichever process takes it next
                parking.park(delay * current().pace)
            _rest(delay * current().pace)

    return _recorded_outcome(name, step)


def _delay(policy: RetryPolicy, waited: float, outcome: Again) -> float | None:
    delay = policy.delay(waited, outcome.retry_after)
    if not outcome.elsewhere:
        return delay
    # Not a failure of the work: it is never given up, and offered to the other processes soon.
    if waited > PATIENCE_FOR_PLATFORM:
        lacks_key = outcome.code is UnreadableSecret.reported_as
        report = report_unreadable if lacks_key else report_unserved
        report(tenant(whose()))
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


def _recorded_outcome(name: str, step: Callable[[], Outcome]) -> Outcome:
    return from_record(recorded(name, lambda: to_record(step())))


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
            return Done(action())
    except (NotServedHere, UnreadableSecret) as elsewhere:
        return _again(elsewhere, elsewhere=True)
    except (Unavailable, OutcomeUnknown) as failure:
        return _again(failure)
    except Refusal as refusal:
        return StepFailed(code=refusal.code, message=refusal.message, field=refusal.field)
    except Rejected as rejection:
        code = rejection.reported_as
        return StepFailed(code=code, message=rejection.message, field=rejection.field)
    except NO_DATABASE as error:
        _log.warning("step_without_database", step=name, error=type(error).__name__)
        return Again(message=f"unexpected {type(error).__name__}; see the log")
    except Exception as error:
        # A lost race, a defect: it is tried again, and ends as a problem that staff can see.
        _log.exception("step_broke", step=name, error=type(error).__name__)
        return Again(message=f"unexpected {type(error).__name__}; see the log")


def _rest(seconds: float) -> None:
    """Wait, in the database if it takes long. Ends at once when the process stops."""
    if seconds > LONGEST_REST:
        parking.park(seconds * uniform(1.0, 1.0 + SPREAD))  # noqa: S311 - not a secret
    current().wait(seconds)


def _again(failure: Unavailable | OutcomeUnknown, *, elsewhere: bool = False) -> Again:
    return Again(
        message=failure.message,
        code=failure.reported_as,
        retry_after=getattr(failure, "retry_after", None),
        elsewhere=elsewhere,
    )
