"""Hands work to the workflow engine inside the caller's own transaction.

Accepting needs no running engine: a web process may accept while workers run elsewhere.
"""

from collections.abc import Collection
from functools import cached_property
from typing import Any, cast

from dbos import DBOS, DBOSClient, EnqueueOptions, WorkflowSerializationFormat
from sqlalchemy import make_url
from sqlalchemy.orm import Session

from bittitan_plugin.services.workflow_ids import Workflow
from bittitan_plugin.store.engine import open_workflow_engine
from bittitan_plugin.workflows.engine.json_serializer import JsonSerializer

#: Under this name the engine's rows are ours.
APPLICATION = "bittitan-plugin"
#: Work in flight belongs to a version of its shape. Raised only by a release whose workflows
#: cannot finish what an older one began; such a release must say how the old ones end.
WORKFLOW_VERSION = "1"


class EngineQueue:
    """The ``WorkflowQueue`` of the store, on the engine's tables in the same database."""

    def __init__(self, database_url: str) -> None:
        self._engine = open_workflow_engine(database_url)

    def enqueue(self, session: Session, workflow: str, workflow_id: str, *arguments: str) -> None:
        """See ``store.unit_of_work.WorkflowQueue``."""
        options: EnqueueOptions = {
            "workflow_name": str(workflow),
            "queue_name": Workflow(workflow).queue.value,
            # The installation: within a queue the engine takes from all of them in turn.
            "queue_partition_key": arguments[0],
            "workflow_id": workflow_id,
            "app_version": WORKFLOW_VERSION,
            "serialization_type": WorkflowSerializationFormat.PORTABLE,
        }
        self._client.enqueue_in_transaction(session, options, *arguments)

    def wake(self, workflow_ids: Collection[str]) -> None:
        """See ``store.unit_of_work.WorkflowQueue``."""
        # Most were handed in a moment ago and wait for nothing: one look spares a write for each.
        waiting = self._client.list_workflows(
            workflow_ids=list(workflow_ids), status="DELAYED", load_input=False, load_output=False
        )
        for each in waiting:
            self._client.set_workflow_delay(each.workflow_id, delay_seconds=0)

    def close(self) -> None:
        """Let go of the connections, if any were opened."""
        if "_client" in vars(self):
            self._client.destroy()
        self._engine.dispose()

    @cached_property
    def _client(self) -> DBOSClient:
        return DBOSClient(
            system_database_engine=self._engine,
            application_name=APPLICATION,
            serializer=JsonSerializer(),
            lazy=True,
        )


def migrate(database_url: str) -> None:
    """Bring the engine's own tables up to date."""
    url = make_url(database_url)
    if url.get_backend_name() == "postgresql":
        url = url.set(drivername="postgresql")
    cast(Any, DBOS).migrate(url.render_as_string(hide_password=False))
