"""Runs workflows in this process: launching, taking over from dead workers, stopping."""

import os
import socket
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from importlib import import_module
from pkgutil import iter_modules
from threading import Thread
from uuid import uuid4

from dbos import DBOS
from sqlalchemy.exc import SQLAlchemyError

from bittitan_plugin import workflows
from bittitan_plugin.base.clock import system_clock
from bittitan_plugin.services.ports import Ports
from bittitan_plugin.services.workflow_ids import Workflow
from bittitan_plugin.store.engine import open_workflow_engine, without_haste
from bittitan_plugin.store.workers import WorkerRegistry
from bittitan_plugin.workflows.engine import runtime
from bittitan_plugin.workflows.engine.definition import FUNCTIONS
from bittitan_plugin.workflows.engine.engine_log import calm_engine_log
from bittitan_plugin.workflows.engine.heartbeat import Heart
from bittitan_plugin.workflows.engine.json_serializer import JsonSerializer
from bittitan_plugin.workflows.engine.pruning import prune
from bittitan_plugin.workflows.engine.queue import (
    APPLICATION,
    WORKFLOW_VERSION,
    register_queues,
)
from bittitan_plugin.workflows.engine.sweep import Sweep
from bittitan_plugin.workflows.timetable import DUTIES, INTERVAL_S, Duty, Timetable

#: How long finished workflows are kept.
RETENTION = timedelta(days=30)
#: Seconds that the engine may take to end its threads.
LET_GO_S = 1.5


def _import_all() -> Mapping[Workflow, Callable[..., str]]:
    """Import the modules beside this one, which registers their workflows."""
    for module in iter_modules(workflows.__path__):
        import_module(f"{workflows.__name__}.{module.name}")
    return FUNCTIONS


#: Every workflow with its function.
WORKFLOWS = _import_all()


class Worker:
    """This process as a runner of workflows. There is at most one per process.

    ``retention`` is how long finished workflows are kept; ``share`` is called with the number of
    workers; ``chores`` are done in every round of the timetable.
    """

    def __init__(  # noqa: PLR0913 - named, and made in one place
        self,
        ports: Ports,
        database_url: str,
        concurrency: int,
        *,
        retention: timedelta = RETENTION,
        share: Callable[[int], None] = lambda _workers: None,
        pace: float = 1.0,
        duties: Sequence[Duty] = DUTIES,
        chores: Sequence[Callable[[], None]] = (),
    ) -> None:
        self.executor_id = f"{socket.gethostname()}-{os.getpid()}-{uuid4().hex[:8]}"
        # Its own pool: a busy engine must not keep the use cases waiting for a connection.
        self._engine = without_haste(open_workflow_engine(database_url))
        self._concurrency = concurrency
        self._retention = retention
        self._runtime = runtime.Runtime(ports, pace=pace)
        self._sweep = Sweep(self._runtime)
        self._registry = WorkerRegistry(ports.store.engine, system_clock)
        self._heart = Heart(
            self._registry,
            self.executor_id,
            at_work=self._runtime.at_work,
            share=share,
            on_beat=self._sweep.wake_opened,
        )
        self._timetable = Timetable(
            ports,
            interval=INTERVAL_S * pace,
            duties=duties,
            chores=(
                self._sweep.look_for_lost,
                self._sweep.wake_stranded,
                self._prune,
                *chores,
            ),
        )

    def start(self) -> None:
        """Begin to take work, first what a dead worker left behind."""
        runtime.bind(self._runtime)
        calm_engine_log()
        DBOS(
            config={
                "name": APPLICATION,
                "system_database_engine": self._engine,
                "application_version": WORKFLOW_VERSION,
                "executor_id": self.executor_id,
                "serializer": JsonSerializer(),
                "use_listen_notify": False,
                # `migrate` has done it; here it is only checked.
                "run_migrations": False,
                "log_level": "WARNING",
                "console_log_level": "WARNING",
            }
        )
        # From its launch on it takes work, which the others must not take for a dead worker's.
        self._registry.beat(self.executor_id)
        DBOS.launch()
        register_queues(self._concurrency, self._runtime.pace)
        self._heart.start()
        self._sweep.start()
        self._timetable.start()

    def stop(self, *, grace: float = 3.0) -> None:
        """Give running steps ``grace`` seconds; another worker takes over the rest."""
        self._timetable.stop()
        self._sweep.stop()
        self._runtime.drain(grace)
        self._heart.stop()
        self._let_go()
        with suppress(SQLAlchemyError):  # the database is down; others see that we are gone
            self._registry.sign_off(self.executor_id)
        self._engine.dispose()

    @property
    def is_beating(self) -> bool:
        """Whether it still sends heartbeats."""
        return self._heart.is_beating

    def _let_go(self) -> None:
        """End the engine. It joins its own threads, which a database that is down delays."""
        ending = Thread(
            target=DBOS.destroy, kwargs={"workflow_completion_timeout_sec": 0}, daemon=True
        )
        ending.start()
        ending.join(timeout=LET_GO_S)

    def _prune(self) -> None:
        # One worker is enough, and all of them choose the same.
        if self.executor_id == min(self._registry.alive(), default=self.executor_id):
            prune(self._retention, lambda: self._timetable.is_stopping)
