"""One attempt at a piece of durable work: its steps, and what becomes of one that fails.

Services look before they act, so a workflow is done anew as a whole until it succeeds: nothing is
remembered of its steps. A step that is to be tried again ends the attempt. What is to be done,
since when, why, and when next is stored as a ``Retry``, in the same transaction as what the step
has to say about it; ``sweep`` hands in the next attempt when it is due.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from random import uniform
from typing import TypeVar
from uuid import UUID

import structlog
from sqlalchemy import exc

from bittitan_plugin.base.cipher import UnreadableSecret
from bittitan_plugin.domain.errors import (
    BitTitanError,
    ErrorCode,
    NotServedHere,
    OutcomeUnknown,
    Refusal,
    Rejected,
    Unavailable,
)
from bittitan_plugin.domain.retries import FOLLOW_UP, Retry, RetryPolicy
from bittitan_plugin.services.keys import report_unreadable
from bittitan_plugin.services.platforms import report_unserved
from bittitan_plugin.services.ports import Tenant
from bittitan_plugin.store.unit_of_work import UnitOfWork
from bittitan_plugin.store.writing import NO_DATABASE
from bittitan_plugin.workflows.engine.runtime import Left, current

#: How much later than planned an attempt may be made, as a part of its wait: what was turned away
#: together should not come back together.
SPREAD = 0.25
#: Waits that are no longer than this, in seconds, are not spread.
SHORT_WAIT_S = 5.0
#: Seconds after which staff are told that no running process serves the platform, or has the key.
PATIENCE_FOR_PLATFORM = 60.0
#: Longest wait, in seconds, of work that another process could do at once.
LONGEST_HOP = 10.0
#: The step of what fails between the steps: a record of our own could not be made.
BETWEEN_STEPS = "record"
#: It is never given up, because then nobody would see the work any more.
ENDLESS = replace(FOLLOW_UP, give_up_after=float("inf"))

#: Notes on the asset why a step has to wait, in the transaction that stores the retry.
Note = Callable[[UnitOfWork, ErrorCode, str], None]

T = TypeVar("T")

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class StepFailed(Exception):
    """A step will not succeed by being tried again."""

    code: ErrorCode
    message: str
    field: str | None = None


@dataclass(frozen=True, kw_only=True)
class TryLater(Exception):
    """A step is to be tried again, which ends the attempt."""

    step: str
    code: ErrorCode
    message: str
    since: datetime
    at: datetime
    note: Note | None = None


class Unrecorded(Left):
    """The database does not take what is left to be done: the attempt will be made anew."""


class Attempt:
    """An attempt at the work that was first handed in under ``work_id``."""

    def __init__(
        self,
        tenant: Tenant,
        work_id: str,
        workflow: str,
        arguments: tuple[str, ...],
        retry: Retry | None = None,
    ) -> None:
        self.tenant = tenant
        #: What the work is about, set as soon as it is known; operators see it.
        self.asset_id: UUID | None = retry.asset_id if retry else None
        self.order_id: str | None = retry.order_id if retry else None
        #: Steps that are over: done, or given up and reported. A next attempt does not begin them.
        self.settled: set[str] = set(retry.settled) if retry else set()
        self.work_id = work_id
        self.workflow = workflow
        self.arguments = arguments
        self._retry = retry

    def step(
        self, name: str, policy: RetryPolicy, action: Callable[[], T], *, note: Note | None = None
    ) -> T:
        """Do ``action``, which looks before it acts. Returns its result.

        Raises ``StepFailed`` when it is refused or the policy gives up, and ``TryLater`` when it is
        to be tried again; ``note`` is called then, unless the wait has gone on for the same reason.
        """
        try:
            return self._tried(action)
        except (Refusal, Rejected) as refusal:
            raise _failed(refusal) from refusal
        except Exception as error:
            raise self._later(name, policy, error, note) from error

    def try_once(self, name: str, action: Callable[[], T]) -> T | None:
        """Do ``action``; None where it failed in any way, which is only logged."""
        try:
            return self._tried(action)
        except Exception as error:
            _log_failure(name, error)
            return None

    def run(self, work: Callable[[], str]) -> str:
        """Do the work, and store what is left to be done. Returns what became of it in a word.

        Raises ``Left`` where the database would not take that: the work is not done then, and the
        engine must not take it for done.
        """
        try:
            outcome = self._done(work)
        except TryLater as later:
            self._record(partial(self._postpone, later))
            return f"waits: {later.message}"
        if self._retry is not None:
            self._record(self._end)
        return outcome

    def _done(self, work: Callable[[], str]) -> str:
        try:
            return work()
        except TryLater:
            raise
        except Exception as error:
            raise self._later(BETWEEN_STEPS, ENDLESS, error, None) from error

    def _tried(self, action: Callable[[], T]) -> T:
        current().check_stopping()
        return action()

    def _later(
        self, step: str, policy: RetryPolicy, error: Exception, note: Note | None
    ) -> TryLater:
        """When to do the step again. Raises ``StepFailed`` when the policy gives up."""
        code, message, asked = _log_failure(step, error)
        runtime, before = current(), self._retry
        now, pace = runtime.now(), runtime.pace
        goes_on = before is not None and before.step == step
        since = before.since if before and goes_on else now
        waited = (now - since).total_seconds() / pace
        delay = policy.delay(waited, asked)
        if isinstance(error, NotServedHere | UnreadableSecret):
            delay = self._hop(error, waited, delay)
        if delay is None:
            raise StepFailed(code=code, message=message) from error
        if delay > SHORT_WAIT_S:
            delay *= uniform(1.0, 1.0 + SPREAD)  # noqa: S311 - not a secret
        _log.info("step_delayed", step=step, wait=delay, why=message)
        is_known = before is not None and goes_on and before.error_code is code
        return TryLater(
            step=step,
            code=code,
            message=message,
            since=since,
            at=now + timedelta(seconds=delay * pace),
            note=None if is_known else note,
        )

    def _hop(self, error: Exception, waited: float, delay: float | None) -> float:
        """Not a failure of the work: it is never given up, and offered to other processes soon."""
        if waited > PATIENCE_FOR_PLATFORM:
            lacks_key = isinstance(error, UnreadableSecret)
            (report_unreadable if lacks_key else report_unserved)(self.tenant)
        return min(delay or LONGEST_HOP, LONGEST_HOP)

    def _postpone(self, later: TryLater) -> None:
        retry = Retry(
            id=self.work_id,
            workflow=self.workflow,
            arguments=self.arguments,
            asset_id=self.asset_id,
            order_id=self.order_id,
            step=later.step,
            error_code=later.code,
            reason=later.message,
            since=later.since,
            settled=tuple(sorted(self.settled)),
            attempt=self._retry.attempt + 1 if self._retry else 1,
            next_attempt_at=later.at,
        )
        with self.tenant.writing() as work:
            if work.retries.put(retry) and later.note:
                self._note(work, later.note, later)

    def _note(self, work: UnitOfWork, note: Note, later: TryLater) -> None:
        """What cannot be noted must not keep the work from being tried again."""
        try:
            with work.apart():
                note(work, later.code, later.message)
        except BitTitanError as error:
            _log.warning("delay_not_noted", work=self.work_id, why=str(error))

    def _end(self) -> None:
        if self._retry is not None:
            with self.tenant.writing() as work:
                work.retries.remove(self._retry)

    def _record(self, store: Callable[[], None]) -> None:
        try:
            store()
        except exc.SQLAlchemyError as error:
            # A full disk, a read-only database: raised on, it would end the workflow for good, and
            # its taken id would swallow every later event. It is handed in anew once it is well.
            _log.warning("retry_not_stored", work=self.work_id, error=type(error).__name__)
            raise Unrecorded from error


def _failed(error: Refusal | Rejected) -> StepFailed:
    code = error.code if isinstance(error, Refusal) else error.reported_as
    return StepFailed(code=code, message=error.message, field=error.field)


def _log_failure(step: str, error: Exception) -> tuple[ErrorCode, str, float | None]:
    """Log what was not foreseen. Returns code, reason, and after how long to ask again."""
    if isinstance(error, Unavailable | OutcomeUnknown):
        return error.reported_as, error.message, getattr(error, "retry_after", None)
    if isinstance(error, Refusal | Rejected):
        failed = _failed(error)
        return failed.code, failed.message, None
    if isinstance(error, NO_DATABASE):
        _log.warning("step_without_database", step=step, error=type(error).__name__)
    else:
        # A lost race, a defect: it is tried again, and ends as a problem that staff can see.
        _log.error("step_broke", step=step, error=type(error).__name__, exc_info=error)
    return ErrorCode.VENDOR_UNAVAILABLE, f"unexpected {type(error).__name__}; see the log", None
