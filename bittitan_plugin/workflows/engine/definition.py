"""How a durable workflow is declared: its first argument says for whom it works."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from dbos import DBOS, WorkflowSerializationFormat

from bittitan_plugin.services.workflow_ids import Workflow
from bittitan_plugin.workflows.engine.runtime import working_for

P = ParamSpec("P")

#: The workflows of the modules imported so far, each as its function is written.
FUNCTIONS: dict[Workflow, Callable[..., str]] = {}


def workflow(name: Workflow) -> Callable[[Callable[P, str]], Callable[P, str]]:
    """Register a function with the engine as that workflow.

    Its arguments are ids as text, the installation's first; what it returns says in a word what
    became of it.
    """

    def declare(function: Callable[P, str]) -> Callable[P, str]:
        FUNCTIONS[name] = function

        @DBOS.workflow(name=name.value, serialization_type=WorkflowSerializationFormat.PORTABLE)
        @wraps(function)
        def run(*arguments: P.args, **named: P.kwargs) -> str:
            with working_for(str(arguments[0])):
                return function(*arguments, **named)

        return run

    return declare
