"""Imports that nobody waits for. Durable: after an interruption they continue or begin again."""

from collections.abc import Callable
from uuid import UUID

from bittitan_plugin.domain.retries import VENDOR
from bittitan_plugin.domain.runs import Run
from bittitan_plugin.services.stock import import_runs
from bittitan_plugin.services.stock.importing import ImportMode
from bittitan_plugin.services.workflow_ids import Workflow
from bittitan_plugin.workflows.engine.attempts import Attempt, StepFailed
from bittitan_plugin.workflows.engine.definition import workflow
from bittitan_plugin.workflows.engine.runtime import current


@workflow(Workflow.SERVICES_DEFINITION)
def fetch_services_definition(attempt: Attempt, run_id: str) -> str:
    """Import BitTitan's articles; while it is down this is tried again, for a day at most."""
    tenant, run, stop = attempt.tenant, UUID(run_id), current().check_stopping
    return _ended(attempt, run, lambda: import_runs.run_services_definition(tenant, run, stop))


@workflow(Workflow.IMPORT_STOCK)
def import_stock(attempt: Attempt, run_id: str, mode: str) -> str:
    """Import the uploaded file of that run into the stock, or only report what would happen."""
    tenant, run, stop = attempt.tenant, UUID(run_id), current().check_stopping
    return _ended(
        attempt, run, lambda: import_runs.run_stock_import(tenant, run, ImportMode(mode), stop)
    )


def _ended(attempt: Attempt, run: UUID, work: Callable[[], Run]) -> str:
    try:
        return str(attempt.step("import", VENDOR, work).state)
    except StepFailed as failure:
        import_runs.give_up(attempt.tenant, run, failure.message)
        return f"not imported: {failure.message}"
