"""How durable work is declared, and how the engine runs an attempt at it."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from uuid import UUID

from dbos import DBOS, WorkflowSerializationFormat
from sqlalchemy.exc import SQLAlchemyError

from bittitan_plugin.domain.retries import Retry
from bittitan_plugin.services.ports import Tenant
from bittitan_plugin.services.workflow_ids import Workflow
from bittitan_plugin.workflows.engine.attempts import Attempt, Unrecorded
from bittitan_plugin.workflows.engine.runtime import current

P = ParamSpec("P")
Work = Callable[..., str]

#: The workflows of the modules imported so far, each as its function is written.
FUNCTIONS: dict[Workflow, Work] = {}
#: The engine's name for every attempt but the first.
AGAIN = "again"


def workflow(
    name: Workflow,
) -> Callable[[Callable[Concatenate[Attempt, P], str]], Callable[Concatenate[Attempt, P], str]]:
    """Register a function with the engine as that workflow.

    It is called with the attempt and the arguments that were handed in, which are ids and words as
    text; what it returns says in a word what became of the work.
    """

    def declare(
        function: Callable[Concatenate[Attempt, P], str],
    ) -> Callable[Concatenate[Attempt, P], str]:
        FUNCTIONS[name] = function

        @DBOS.workflow(name=name.value, serialization_type=WorkflowSerializationFormat.PORTABLE)
        @wraps(function)
        def first(installation_id: str, *arguments: str) -> str:
            with current().working_on(DBOS.workflow_id or ""):
                return run_first(DBOS.workflow_id or "", name, UUID(installation_id), arguments)

        return function

    return declare


@DBOS.workflow(name=AGAIN, serialization_type=WorkflowSerializationFormat.PORTABLE)
def again(installation_id: str, work_id: str, number: str) -> str:
    """Make the next attempt at work that waits. Returns what became of it in a word."""
    with current().working_on(DBOS.workflow_id or ""):
        return run_again(UUID(installation_id), work_id, int(number))


def run_first(
    work_id: str, workflow_: Workflow, installation_id: UUID, arguments: tuple[str, ...]
) -> str:
    """The first attempt, or the same once more after a crash."""
    return _run(Attempt(_tenant(installation_id), work_id, workflow_.value, arguments))


def run_again(installation_id: UUID, work_id: str, number: int) -> str:
    """The attempt with that number, unless the work is done or a later one has been planned."""
    tenant = _tenant(installation_id)
    try:
        with tenant.reading() as work:
            retry = work.retries.find(work_id)
    except SQLAlchemyError as error:
        raise Unrecorded from error
    if retry is None or retry.attempt != number:
        return "out of date"
    return _run(Attempt(tenant, work_id, retry.workflow, retry.arguments, retry))


def retry_id(retry: Retry) -> str:
    """The engine's id of the next attempt."""
    return f"{AGAIN}:{retry.attempt}:{retry.id}"


def _run(attempt: Attempt) -> str:
    function = FUNCTIONS[Workflow(attempt.workflow)]
    return attempt.run(lambda: function(attempt, *attempt.arguments))


def _tenant(installation_id: UUID) -> Tenant:
    return Tenant(current().ports, installation_id)
