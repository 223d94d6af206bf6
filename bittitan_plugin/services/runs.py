"""Begins, reports and ends long runs, one of each kind at a time.

The worker calls ``begin``, ``Progress.tell`` and ``finish`` or ``fail``; pages read ``latest``. A
run with a dead process is ended by ``end_silent``, or when the next one begins.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from time import monotonic
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.exc import SQLAlchemyError

from bittitan_plugin.domain.errors import BitTitanError, ErrorCode, Refusal
from bittitan_plugin.domain.runs import Run, RunKind
from bittitan_plugin.services.ports import Ports, Tenant
from bittitan_plugin.store.unit_of_work import UnitOfWork

#: Seconds between two writes of a run's progress, which is enough for a bar.
INTERVAL_S = 1.0
_WENT_SILENT = "Its process ended without a word; begin it again."


def begin(tenant: Tenant, kind: RunKind, started_by: str) -> Run:
    """Begin a run. Raises ``Refusal`` UNIQUE while another of its kind is at work."""
    with tenant.writing() as work:
        return begin_within(tenant.ports, work, kind, started_by)


def begin_within(
    ports: Ports, work: UnitOfWork, kind: RunKind, started_by: str, *, run_id: UUID | None = None
) -> Run:
    """The same within the caller's transaction, so that its work is enqueued with it or not."""
    now = ports.clock()
    other = work.runs.at_work(kind)
    if other is not None and not other.is_silent(now):
        raise Refusal(ErrorCode.UNIQUE, at_work(other))
    if other is not None:
        went_silent(ports, work, other)
    return work.runs.add(
        Run(id=run_id or uuid4(), kind=kind, started_by=started_by, started_at=now, updated_at=now)
    )


def at_work(other: Run) -> str:
    """The message that ``other`` is at work, and that there is one run of a kind at a time."""
    return (
        f"A run of this kind is at work: begun by {other.started_by}, "
        f"{other.started_at:%Y-%m-%d %H:%M} UTC."
    )


def went_silent(ports: Ports, work: UnitOfWork, other: Run) -> None:
    """Its process is taken for dead."""
    work.runs.change(other.id, lambda run: run.stopped(ports.clock(), _WENT_SILENT))


@contextmanager
def done_here(tenant: Tenant, run_id: UUID) -> Iterator[None]:
    """Wrap the work of a run that a caller waits for: whatever interrupts it ends the run."""
    try:
        yield
    except KeyboardInterrupt:
        stop(tenant, run_id, "Stopped at the command line.")
        raise
    except Exception as failure:
        said = str(failure) if isinstance(failure, BitTitanError) else type(failure).__name__
        # Without the database it counts as dead a little later.
        with suppress(SQLAlchemyError):
            fail(tenant, run_id, said)
        raise


def get(tenant: Tenant, run_id: UUID) -> Run:
    """The run. Raises ``Refusal`` NOT_FOUND on ``id``."""
    with tenant.reading() as work:
        return work.runs.get(run_id)


def latest(tenant: Tenant, kind: RunKind) -> Run | None:
    """The newest run of that kind, whether it is over or not."""
    with tenant.reading() as work:
        return next(iter(work.runs.latest(kind)), None)


def finish(tenant: Tenant, run_id: UUID, report: Mapping[str, Any], done: int | None = None) -> Run:
    """End the run; ``done`` is the number of all its pieces of work, where known.

    ``report`` holds plain values, never a code or a password.
    """
    with tenant.writing() as work:
        return work.runs.change(
            run_id, lambda run: run.finished(tenant.ports.clock(), report, done)
        )


def fail(tenant: Tenant, run_id: UUID, error: str) -> Run:
    """End the run as failed, with one sentence; what it reported so far is kept."""
    with tenant.writing() as work:
        return work.runs.change(run_id, lambda run: run.failed(tenant.ports.clock(), error))


def stop(tenant: Tenant, run_id: UUID, reason: str) -> Run:
    """End the run because it was stopped."""
    with tenant.writing() as work:
        return work.runs.change(run_id, lambda run: run.stopped(tenant.ports.clock(), reason))


def end_silent(tenant: Tenant) -> int:
    """End runs that went silent. Returns how many; a task of the timetable."""
    now = tenant.ports.clock()
    with tenant.reading() as work:
        silent = [run.id for run in work.runs.all_at_work() if run.is_silent(now)]
    for run_id in silent:
        with tenant.writing() as work:
            work.runs.change(
                run_id, lambda run: run.stopped(now, _WENT_SILENT) if run.is_silent(now) else run
            )
    return len(silent)


class Progress:
    """Stores a run's progress, at most once in ``INTERVAL_S``."""

    def __init__(self, tenant: Tenant, run_id: UUID) -> None:
        self._tenant = tenant
        self._run_id = run_id
        self._next = 0.0

    def tell(
        self,
        done: int,
        total: int | None = None,
        report: Mapping[str, Any] | None = None,
        *,
        at_once: bool = False,
    ) -> None:
        """Report the progress. ``at_once`` writes now, for what must survive a crash."""
        if not at_once and monotonic() < self._next:
            return
        with self._tenant.writing() as work:
            work.runs.change(
                self._run_id,
                lambda run: run.progressed(
                    self._tenant.ports.clock(), done=done, total=total, report=report
                ),
            )
        self._next = monotonic() + INTERVAL_S
