"""Hands in every attempt that is due, and finds what has been lost on the way.

What is due stands in our own table. So this catches up by itself after anything: a crash, a
database that was away, a clock that was put forward or back, a record that the engine lost.
"""

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from dbos import DBOS
from sqlalchemy.exc import SQLAlchemyError

from bittitan_plugin.domain.retry_after import LONGEST_RETRY_AFTER
from bittitan_plugin.domain.waits import LEEWAY
from bittitan_plugin.services.ports import Ports
from bittitan_plugin.store.circuits import Circuits
from bittitan_plugin.store.due_retries import BATCH, DueRetries
from bittitan_plugin.store.writing import NO_DATABASE
from bittitan_plugin.workflows.engine.attempts import SPREAD
from bittitan_plugin.workflows.engine.definition import retry_id
from bittitan_plugin.workflows.engine.runtime import Runtime

#: Seconds between two looks for what is due; in tests, which shorten waits, the least.
SWEEP_S, SHORTEST_SWEEP_S = 0.5, 0.05
#: Seconds a look under way is given when the process stops.
JOIN_S = 1.0
#: An attempt that was handed in this long ago and that the engine does not know has been lost.
LOST_AFTER = timedelta(minutes=1)
#: Nothing waits longer: what is believed of a ``Retry-After``, spread.
LONGEST = timedelta(seconds=LONGEST_RETRY_AFTER * (1 + SPREAD)) + LEEWAY

_log = structlog.get_logger(__name__)


class Sweep:
    """Looks in a thread of its own. Every worker does; an attempt is handed in once."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._ports: Ports = runtime.ports
        self._due = DueRetries(runtime.ports.store.engine)
        self._circuits = Circuits(runtime.ports.store.engine)
        #: The addresses that were left alone at the last look.
        self._shut: set[str] = set()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="bittitan-sweep", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more; the next look, in any process, hands in what is left."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(timeout=JOIN_S)

    def hand_in_due(self) -> int:
        """Hand in every attempt that is due. Returns how many this call handed in."""
        total, full = 0, True
        while full and not self._stopping.is_set():
            now = self._runtime.now()
            due = self._due.due(now)
            handed_in = sum(self._hand_in(*each, now) for each in due.items())
            total += handed_in
            full = handed_in > 0 and sum(map(len, due.values())) == BATCH
        return total

    def look_for_lost(self) -> None:
        """Plan anew the attempts that were handed in and that the engine does not know any more."""
        now = self._runtime.now()
        handed_in = self._due.handed_in(now - LOST_AFTER)
        if not handed_in:
            return
        alive = {
            status.workflow_id
            for status in DBOS.list_workflows(
                workflow_ids=[retry_id(retry) for _, retry in handed_in],
                status=["ENQUEUED", "PENDING", "DELAYED"],
                load_input=False,
                load_output=False,
            )
        }
        for installation_id, retry in handed_in:
            if retry_id(retry) not in alive:
                with self._ports.store.writing(installation_id) as work:
                    if work.retries.begin_anew(retry, now):
                        _log.warning("attempt_was_lost", work=retry.id, attempt=retry.attempt)

    def wake_stranded(self) -> None:
        """Make due what waits longer than anything does: the clock has been stepped back."""
        with self._ports.store.looking_up() as installations:
            ids = [installation.id for installation in installations.all()]
        for installation_id in ids:
            with self._ports.store.writing(installation_id) as work:
                woken = work.retries.wake_stranded(self._runtime.now(), LONGEST)
            if woken:
                _log.warning("work_woken_after_the_clock_went_back", workflows=woken)

    def wake_opened(self) -> None:
        """Make due what waits for a vendor whose circuit has closed since the last look."""
        shut = set(self._circuits.all())
        opened, self._shut = self._shut - shut, shut
        if not opened:
            return
        with self._ports.store.looking_up() as installations:
            theirs = [
                installation.id
                for installation in installations.all()
                if installation.configuration.api_url in opened
            ]
        for installation_id in theirs:
            with self._ports.store.writing(installation_id) as work:
                woken = work.retries.wake(self._runtime.now())
            if woken:
                _log.info("work_woken", workflows=woken)

    def _hand_in(self, installation_id: UUID, ids: Sequence[str], now: datetime) -> int:
        """Of one installation; what goes wrong there does not keep the others waiting."""
        try:
            with self._ports.store.writing(installation_id) as work:
                taken = work.retries.take_due(ids, now)
                for retry in taken:
                    work.enqueue_retry(retry)
        except NO_DATABASE:
            raise
        except Exception as error:
            _log.exception(
                "not_handed_in", installation=str(installation_id), error=type(error).__name__
            )
            return 0
        return len(taken)

    def _run(self) -> None:
        trouble = False
        while not self._stopping.wait(max(SWEEP_S * self._runtime.pace, SHORTEST_SWEEP_S)):
            try:
                self.hand_in_due()
                trouble = False
            except SQLAlchemyError as error:
                if not trouble:
                    _log.warning("sweep_missed", error=type(error).__name__)
                trouble = True
            except Exception as error:
                # A process that hands in no work any more would look well from outside.
                _log.exception("sweep_failed", error=type(error).__name__)
