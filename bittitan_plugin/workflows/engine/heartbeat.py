"""A worker's heartbeat: says that it lives, and picks up work that nobody has in hand any more."""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable

import structlog
from dbos import DBOS, WorkflowStatus
from sqlalchemy.exc import SQLAlchemyError

from bittitan_plugin.store.workers import WorkerRegistry

#: Seconds between two heartbeats.
HEARTBEAT_S = 5.0
#: Seconds a beat under way is given when the process stops.
JOIN_S = 1.0
#: How much less a newcomer asks of the vendor until the others make room.
NEWCOMER = 4

_log = structlog.get_logger(__name__)


class Heart:
    """Beats in a thread of its own.

    ``at_work`` says which workflows this process works on; ``share`` is told how many workers there
    are; ``on_beat`` is called at each beat.
    """

    def __init__(
        self,
        registry: WorkerRegistry,
        executor_id: str,
        *,
        at_work: Callable[[], Iterable[str]],
        share: Callable[[int], None],
        on_beat: Callable[[], None],
    ) -> None:
        self._registry = registry
        self._executor_id = executor_id
        self._at_work = at_work
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
        self._take_over(_begun(), alive)
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
        begun = _begun()
        self._take_over(begun, alive)
        self._hand_back(begun)
        self._on_beat()

    def _take_over(self, begun: Iterable[WorkflowStatus], alive: set[str]) -> None:
        """Queue again what dead workers had begun. One worker does it for all of them."""
        if self._executor_id != min(alive):
            return
        left = [status for status in begun if status.executor_id not in alive]
        for dead in {str(status.executor_id) for status in left}:
            _log.warning("taking_over", worker=dead)
        _queue_again(left)

    def _hand_back(self, begun: Iterable[WorkflowStatus]) -> None:
        """Queue again what this worker began and lost, because the database took no record."""
        mine = {each.workflow_id: each for each in begun if each.executor_id == self._executor_id}
        orphans = mine.keys() - set(self._at_work())
        lost, self._orphans = orphans & self._orphans, orphans
        if lost:
            _log.warning("going_on_after_database_trouble", workflows=len(lost))
            _queue_again(mine[workflow_id] for workflow_id in lost)


def _begun() -> list[WorkflowStatus]:
    """The workflows that the database takes for begun, by whichever worker."""
    return DBOS.list_workflows(status="PENDING", load_input=False, load_output=False)


def _queue_again(begun: Iterable[WorkflowStatus]) -> None:
    """Put workflows back into their queues; what has ended meanwhile stays as it is."""
    queues: dict[str, list[str]] = defaultdict(list)
    for status in begun:
        if status.queue_name:
            queues[status.queue_name].append(status.workflow_id)
    for queue, ids in queues.items():
        DBOS.resume_workflows(ids, queue_name=queue)
