"""Hands work to the workflow engine inside the caller's own transaction.

Accepting needs no running engine: a web process may accept while workers run elsewhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, cast
from uuid import UUID

from dbos import DBOS, DBOSClient, EnqueueOptions, WorkflowSerializationFormat
from sqlalchemy import make_url
from sqlalchemy.orm import Session

from bittitan_plugin.domain.retries import Retry
from bittitan_plugin.services.workflow_ids import Queue, Workflow
from bittitan_plugin.store.engine import open_workflow_engine
from bittitan_plugin.workflows.engine.definition import AGAIN, retry_id
from bittitan_plugin.workflows.engine.json_serializer import JsonSerializer

#: Under this name the engine's rows are ours.
APPLICATION = "bittitan-plugin"
#: Work in flight belongs to a version of its shape. Raised only by a release whose workflows
#: cannot finish what an older one began; such a release must say how the old ones end.
WORKFLOW_VERSION = "1"
#: Seconds between two looks into a queue: half of it is the wait that an idle worker adds.
POLLING_S = {
    Queue.PROVISIONING: 0.05,
    Queue.CANCELLING: 0.5,
    Queue.BILLING: 1.0,
    Queue.WATCHING: 1.0,
}
#: However fast a test runs, the database has something else to do.
SHORTEST_POLLING_S = 0.1


def fair_share(concurrency: int) -> int:
    """How much of a worker one installation may take: three quarters, and at least one.

    So one whose vendor or platform hangs leaves room for the others.
    """
    return max(1, concurrency * 3 // 4)


def concurrency_of(queue: Queue, concurrency: int) -> int:
    """How many workflows of that queue one worker works on at once: few but for sales."""
    return concurrency if queue is Queue.PROVISIONING else max(1, concurrency // 4)


def polling_of(queue: Queue, pace: float) -> float:
    """Seconds between two looks into that queue; a test's pace shortens them, within reason."""
    polling = POLLING_S[queue]
    return polling if pace == 1 else max(polling * pace, SHORTEST_POLLING_S)


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Work that was handed in and that no worker has begun."""

    workflow: str
    work_id: str
    since: datetime


class EngineQueue:
    """The ``WorkflowQueue`` of the store, on the engine's tables in the same database."""

    def __init__(self, database_url: str) -> None:
        self._engine = open_workflow_engine(database_url)

    def enqueue(self, session: Session, workflow: str, workflow_id: str, *arguments: str) -> None:
        """See ``store.unit_of_work.WorkflowQueue``."""
        self._enqueue(session, workflow, Workflow(workflow).queue, workflow_id, *arguments)

    def enqueue_retry(self, session: Session, installation_id: UUID, retry: Retry) -> None:
        """See ``store.unit_of_work.WorkflowQueue``."""
        queue = Workflow(retry.workflow).queue
        arguments = (str(installation_id), retry.id, str(retry.attempt))
        self._enqueue(session, AGAIN, queue, retry_id(retry), *arguments)

    def waiting(self, before: datetime, limit: int = 20) -> Sequence[Waiting]:
        """First attempts handed in before then that no worker has begun, the oldest first."""
        found = self._client.list_workflows(
            status="ENQUEUED",
            # Later attempts stand in our own table, with what they wait for.
            name=[workflow.value for workflow in Workflow],
            end_time=before.isoformat(),
            limit=limit,
            load_input=False,
            load_output=False,
        )
        return [
            Waiting(
                workflow=each.name,
                work_id=each.workflow_id,
                since=datetime.fromtimestamp((each.created_at or 0) / 1000, before.tzinfo),
            )
            for each in found
        ]

    def close(self) -> None:
        """Let go of the connections, if any were opened."""
        if "_client" in vars(self):
            self._client.destroy()
        self._engine.dispose()

    def _enqueue(
        self, session: Session, workflow: str, queue: Queue, workflow_id: str, *arguments: str
    ) -> None:
        options: EnqueueOptions = {
            "workflow_name": str(workflow),
            "queue_name": queue.value,
            # The installation: within a queue the engine takes from all of them in turn.
            "queue_partition_key": arguments[0],
            "workflow_id": workflow_id,
            "app_version": WORKFLOW_VERSION,
            "serialization_type": WorkflowSerializationFormat.PORTABLE,
        }
        self._client.enqueue_in_transaction(session, options, *arguments)

    @cached_property
    def _client(self) -> DBOSClient:
        return DBOSClient(
            system_database_engine=self._engine,
            application_name=APPLICATION,
            serializer=JsonSerializer(),
            lazy=True,
        )


def register_queues(concurrency: int, pace: float) -> None:
    """Have the launched engine look into the queues. Every worker does; the last one decides.

    ``pace`` is a factor on the time between two looks: 1 in production, less in tests.
    """
    for queue in Queue:
        at_once = concurrency_of(queue, concurrency)
        DBOS.register_queue(
            queue.value,
            worker_concurrency=at_once,
            # One installation leaves room for the others.
            partition_worker_concurrency=fair_share(at_once),
            polling_interval_sec=polling_of(queue, pace),
            on_conflict="always_update",
        )


def migrate(database_url: str) -> None:
    """Bring the engine's own tables up to date."""
    url = make_url(database_url)
    if url.get_backend_name() == "postgresql":
        url = url.set(drivername="postgresql")
    cast(Any, DBOS).migrate(url.render_as_string(hide_password=False))
