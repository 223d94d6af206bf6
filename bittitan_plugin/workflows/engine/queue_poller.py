"""Takes handed-in work: one look tells for which queues there is any, and only those are worked on.

The engine would look at every queue apart, several statements each time, whether it holds anything
or not. Its own threads do the taking here too; only what they wait for between two looks is ours.
"""

import threading
from collections.abc import Callable, Sequence
from time import monotonic

import structlog
from dbos import DBOS
from dbos._dbos import _get_dbos_instance
from dbos._queue import queue_worker_thread
from sqlalchemy import (
    CompoundSelect,
    Engine,
    Select,
    Table,
    exists,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.exc import SQLAlchemyError

from bittitan_plugin.store.engine import looking
from bittitan_plugin.workflows.engine.parking import rows, running_here
from bittitan_plugin.workflows.engine.places import fair_share

#: Seconds between two looks: the wait that an idle worker adds to an order. A worker that has as
#: much under way as can be worked on looks less often, and takes more at a time.
LOOK_S, BUSY_LOOK_S = 0.05, 0.5
#: Seconds the looks under way are given, together, when the process stops.
JOIN_S = 1.0

_log = structlog.get_logger(__name__)


class Bell(threading.Event):
    """What the engine's thread of one queue waits for: set once it is to end, as it knows it.

    Between two looks it does not wait for a time to pass but until there is work.
    """

    def __init__(self) -> None:
        super().__init__()
        self._rung = threading.Event()

    def ring(self) -> None:
        """There is work."""
        self._rung.set()

    def wait(self, timeout: float | None = None) -> bool:  # noqa: ARG002 - the look has its own
        """Until it rings; True when it is to end instead."""
        self._rung.wait()
        self._rung.clear()
        return self.is_set()

    def end(self) -> None:
        """Let the thread go."""
        self.set()
        self.ring()


class Taker:
    """Looks for work in a thread of its own, and wakes the engine's thread of each queue.

    ``under_way`` is how many workflows of one queue this process begins at a time, of which one
    installation has its fair share; ``busy_at`` is how many it can work on.
    """

    def __init__(self, queues: Sequence[str], *, under_way: int, busy_at: int) -> None:
        self._bells = {queue: Bell() for queue in queues}
        self._under_way = under_way
        self._busy_at = busy_at
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Begin to take work; the engine is launched, and listens to no queue itself."""
        dbos = _get_dbos_instance()
        for name, bell in self._bells.items():
            queue = DBOS.register_queue(
                name,
                worker_concurrency=self._under_way,
                # One installation leaves room for the others.
                partition_worker_concurrency=fair_share(self._under_way),
                on_conflict="always_update",
            )
            # What was just registered need not be read again at each look.
            queue.database_backed_queue = False
            self._begin(f"bittitan-queue-{name}", queue_worker_thread, bell, dbos, queue)
        self._begin("bittitan-taker", self._run, dbos._sys_db.engine, _waiting(list(self._bells)))

    def stop(self) -> None:
        """Take no more."""
        self._stopping.set()
        for bell in self._bells.values():
            bell.end()
        end = monotonic() + JOIN_S
        for thread in self._threads:
            thread.join(timeout=max(end - monotonic(), 0.0))

    def _begin(self, name: str, target: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, name=name, daemon=True)
        thread.start()
        self._threads.append(thread)

    def _run(self, engine: Engine, waiting: CompoundSelect[str]) -> None:
        while not self._stopping.wait(self._pause()):
            try:
                with looking(engine) as connection:
                    queues = connection.scalars(waiting).all()
            except SQLAlchemyError as error:
                # The database is away; the next look finds what this one missed.
                _log.debug("look_missed", error=type(error).__name__)
                continue
            except Exception as error:
                # A process that takes no work any more would look well from outside.
                _log.exception("look_failed", error=type(error).__name__)
                continue
            for queue in queues:
                self._bells[queue].ring()

    def _pause(self) -> float:
        return LOOK_S if len(running_here()) < self._busy_at else BUSY_LOOK_S


def _waiting(queues: Sequence[str]) -> CompoundSelect[str]:
    """Asks which of the queues hold anything, at the same cost however much that is."""
    return union_all(*(_holds_anything(rows(), queue) for queue in queues))


def _holds_anything(table: Table, queue: str) -> Select[str]:
    waits = exists().where(
        table.c.queue_name == literal_column(f"'{queue}'"),
        # Literals, and the second for SQLite only, or the engine's partial index would not be used.
        table.c.status == literal_column("'ENQUEUED'"),
        table.c.status.in_([literal_column("'ENQUEUED'"), literal_column("'PENDING'")]),
    )
    return select(literal_column(f"'{queue}'")).where(waits)
