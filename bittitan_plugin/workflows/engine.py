"""Runs workflows in this process: launching, taking over from dead workers, stopping."""

import os
import socket
import threading
from collections.abc import Sequence
from uuid import uuid4

import structlog
from dbos import DBOS
from sqlalchemy.exc import SQLAlchemyError

from bittitan_plugin.clock import system_clock
from bittitan_plugin.services.ports import Ports
from bittitan_plugin.store.engine import open_workflow_engine
from bittitan_plugin.store.workers import WorkerRegistry
from bittitan_plugin.workflows import billing, cancel, provision, runtime, tell, watch
from bittitan_plugin.workflows.json_serializer import JsonSerializer
from bittitan_plugin.workflows.queue import (
    APPLICATION,
    BILLING_QUEUE,
    CANCELLING_QUEUE,
    PROVISIONING_QUEUE,
    WATCHING_QUEUE,
    WORKFLOW_VERSION,
)
from bittitan_plugin.workflows.timetable import DUTIES, INTERVAL_S, Duty, Timetable

#: Importing these registers their workflows with the engine.
WORKFLOW_MODULES = (provision, cancel, billing, tell, watch)
#: Seconds between two looks at a queue; the wait an idle queue adds to an order.
QUEUE_POLL_S = 0.1
#: Workflows of one queue that one process has under way, nearly all of them waiting: how many
#: work at once is what ``worker_concurrency`` says.
UNDER_WAY = 200
#: Seconds between two heartbeats.
HEARTBEAT_S = 5.0
#: Seconds a beat under way is given when the process stops.
JOIN_S = 1.0

_log = structlog.get_logger(__name__)


class Worker:
    """This process as a runner of workflows. There can be one per process."""

    def __init__(
        self,
        ports: Ports,
        database_url: str,
        concurrency: int,
        *,
        pace: float = 1.0,
        duties: Sequence[Duty] = DUTIES,
    ) -> None:
        self.executor_id = f"{socket.gethostname()}-{os.getpid()}-{uuid4().hex[:8]}"
        self._ports = ports
        # Its own pool: a busy engine must not keep the use cases waiting for a connection.
        self._engine = open_workflow_engine(database_url)
        self._concurrency = concurrency
        self._pace = pace
        self._registry = WorkerRegistry(ports.store.engine, system_clock)
        self._stopping = threading.Event()
        self._heart = threading.Thread(target=self._beat, name="bittitan-heartbeat", daemon=True)
        self._timetable = Timetable(ports, interval=INTERVAL_S * pace, duties=duties)

    def start(self) -> None:
        """Begin to take work, first of all what a dead worker left behind."""
        self._runtime = runtime.bind(self._ports, concurrency=self._concurrency, pace=self._pace)
        DBOS(
            config={
                "name": APPLICATION,
                "system_database_engine": self._engine,
                "application_version": WORKFLOW_VERSION,
                "executor_id": self.executor_id,
                "serializer": JsonSerializer(),
                "use_listen_notify": False,
                # `migrate` has done it; here it is only verified.
                "run_migrations": False,
                "log_level": "WARNING",
                "console_log_level": "WARNING",
            }
        )
        DBOS.launch()
        for queue in (PROVISIONING_QUEUE, CANCELLING_QUEUE, BILLING_QUEUE, WATCHING_QUEUE):
            DBOS.register_queue(
                queue,
                worker_concurrency=max(UNDER_WAY, self._concurrency),
                polling_interval_sec=QUEUE_POLL_S,
                on_conflict="always_update",
            )
        self._registry.beat(self.executor_id)
        self._take_over()
        self._heart.start()
        self._timetable.start()

    def stop(self, *, grace: float = 3.0) -> None:
        """Give the steps at work ``grace`` seconds; what is left another worker takes over."""
        self._stopping.set()
        self._timetable.stop()
        self._runtime.drain(grace)
        self._heart.join(timeout=JOIN_S)
        DBOS.destroy(workflow_completion_timeout_sec=0)
        self._engine.dispose()
        self._registry.sign_off(self.executor_id)

    @property
    def is_beating(self) -> bool:
        """Whether it still says that it is alive."""
        return self._heart.is_alive()

    def _beat(self) -> None:
        while not self._stopping.wait(HEARTBEAT_S):
            try:
                self._registry.beat(self.executor_id)
                self._take_over()
            except SQLAlchemyError as error:
                # The database is away: others may take over meanwhile; we go on when it is back.
                _log.warning("heartbeat_missed", error=type(error).__name__)

    def _take_over(self) -> None:
        pending = {
            status.executor_id
            for status in DBOS.list_workflows(status="PENDING", load_input=False)
            if status.executor_id
        }
        for dead in pending - self._registry.alive():
            _log.warning("taking_over", worker=dead)
            # Compares the executor id while it re-queues, so two rescuers never double the work.
            DBOS._recover_pending_workflows([dead])
