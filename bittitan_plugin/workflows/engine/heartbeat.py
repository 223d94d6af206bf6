"""A worker's heartbeat: says that it lives, and picks up work that nobody has in hand any more."""

import threading
from collections.abc import Callable

import structlog
from dbos import DBOS
from sqlalchemy.exc import SQLAlchemyError

from bittitan_plugin.store.workers import WorkerRegistry
from bittitan_plugin.workflows.engine import parking

#: Seconds between two heartbeats.
HEARTBEAT_S = 5.0
#: Seconds a beat under way is given when the process stops.
JOIN_S = 1.0
#: How much less a newcomer asks of the vendor until the others make room.
NEWCOMER = 4

_log = structlog.get_logger(__name__)


class Heart:
    """Beats in a thread of its own."""

    def __init__(
        self,
        registry: WorkerRegistry,
        executor_id: str,
        *,
        share: Callable[[int], None],
        on_beat: Callable[[], None],
    ) -> None:
        self._registry = registry
        self._executor_id = executor_id
        self._share = share
        self._on_beat = on_beat
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="bittitan-heartbeat", daemon=True)
        #: Work that had no thread at the last beat; a workflow just taken has none for a moment.
        self._orphans: set[str] = set()
        #: What is wrong with the database, in a word; empty when the last beat went well.
        self.trouble = ""

    def start(self) -> None:
        """The first beat, in the caller's thread, and all others."""
        self._registry.beat(self._executor_id)
        alive = self._registry.alive() | {self._executor_id}
        # The others count anew at their next beat; until then as little as possible is asked.
        self._share(NEWCOMER * len(alive) if len(alive) > 1 else 1)
        self._take_over(alive)
        self._thread.start()

    def stop(self) -> None:
        """Beat no more."""
        self._stopping.set()
        self._thread.join(timeout=JOIN_S)

    @property
    def is_beating(self) -> bool:
        """Whether it still says that it is alive."""
        return self._thread.is_alive()

    def _run(self) -> None:
        while not self._stopping.wait(HEARTBEAT_S):
            try:
                self._beat()
            except SQLAlchemyError as error:
                # Others may take over meanwhile; we go on when the database is back.
                if not self.trouble:
                    _log.warning("heartbeat_missed", error=type(error).__name__)
                self.trouble = type(error).__name__
            except Exception as error:
                # The heart of a process that works must not stop over a defect.
                _log.exception("heartbeat_failed", error=type(error).__name__)

    def _beat(self) -> None:
        self._registry.beat(self._executor_id)
        if self.trouble:
            _log.warning("database_is_back")
            self.trouble = ""
        alive = self._registry.alive() | {self._executor_id}
        self._share(len(alive))
        self._take_over(alive)
        self._hand_back()
        self._on_beat()

    def _take_over(self, alive: set[str]) -> None:
        pending = {
            status.executor_id
            for status in DBOS.list_workflows(status="PENDING", load_input=False)
            if status.executor_id
        }
        for dead in pending - alive:
            _log.warning("taking_over", worker=dead)
            # Compares the executor id while it re-queues, so two rescuers never double the work.
            DBOS._recover_pending_workflows([dead])

    def _hand_back(self) -> None:
        """Queue again what this worker began and lost, because the database took no record."""
        orphans = parking.begun_by(self._executor_id) - parking.running_here()
        lost, self._orphans = orphans & self._orphans, orphans
        if lost and parking.hand_back(self._executor_id, lost):
            _log.warning("going_on_after_database_trouble", workflows=len(lost))
