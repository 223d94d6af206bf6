"""Imports that nobody waits for. Durable: after an interruption they continue or begin again."""

from collections.abc import Callable
from uuid import UUID

from bittitan_plugin.domain.retries import VENDOR
from bittitan_plugin.domain.runs import Run
from bittitan_plugin.services.stock import import_runs
from bittitan_plugin.services.stock.importing import ImportMode
from bittitan_plugin.services.workflow_ids import Workflow
from bittitan_plugin.workflows.engine.definition import workflow
from bittitan_plugin.workflows.engine.outcomes import StepFailed
from bittitan_plugin.workflows.engine.retrying import insist, persist
from bittitan_plugin.workflows.engine.runtime import current, tenant


@workflow(Workflow.SERVICES_DEFINITION)
def fetch_services_definition(installation_id: str, run_id: str) -> str:
    """Import BitTitan's articles; while it is down this is tried again, for a day at most."""
    installation, run = UUID(installation_id), UUID(run_id)
    return _ended(
        installation,
        run,
        lambda: import_runs.run_services_definition(tenant(installation), run, _stop_if_asked),
    )


@workflow(Workflow.IMPORT_STOCK)
def import_stock(installation_id: str, run_id: str, mode: str) -> str:
    """Import the uploaded file of that run into the stock, or only report what would happen."""
    installation, run = UUID(installation_id), UUID(run_id)
    return _ended(
        installation,
        run,
        lambda: import_runs.run_stock_import(
            tenant(installation), run, ImportMode(mode), _stop_if_asked
        ),
    )


def _ended(installation: UUID, run: UUID, work: Callable[[], Run]) -> str:
    try:
        return str(persist("import", VENDOR, lambda: work().state))
    except StepFailed as failure:
        message = failure.message
        insist("give_up", lambda: import_runs.give_up(tenant(installation), run, message).state)
        return f"not imported: {message}"


def _stop_if_asked() -> None:
    """End the step at once when the process stops."""
    current().wait(0)
