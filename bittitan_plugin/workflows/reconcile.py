"""A reconciliation that nobody waits for. Durable: after an interruption it begins again."""

from uuid import UUID

from bittitan_plugin.domain.retries import VENDOR
from bittitan_plugin.services import runs
from bittitan_plugin.services.reconciling import reconciliation
from bittitan_plugin.services.workflow_ids import Workflow
from bittitan_plugin.workflows.engine.definition import workflow
from bittitan_plugin.workflows.engine.outcomes import StepFailed
from bittitan_plugin.workflows.engine.retrying import insist, persist
from bittitan_plugin.workflows.engine.runtime import current, tenant


@workflow(Workflow.RECONCILE)
def reconcile(installation_id: str, run_id: str, what: str, max_changes: str) -> str:
    """Do the run that was begun; ``what`` is ``apply`` or ``report``. Returns its end in a word.

    While platform or vendor are down it is tried again, for a day at most.
    """
    installation, run = UUID(installation_id), UUID(run_id)

    def compare() -> str:
        return reconciliation.run_now(
            tenant(installation),
            run,
            apply=what == "apply",
            max_changes=int(max_changes),
            # Ends the step at once when the process stops.
            tell=lambda _report: current().wait(0),
        ).state

    try:
        return str(persist("reconcile", VENDOR, compare))
    except StepFailed as failure:
        message = failure.message
        insist("report_reconcile", lambda: runs.fail(tenant(installation), run, message).state)
        return f"not reconciled: {message}"
