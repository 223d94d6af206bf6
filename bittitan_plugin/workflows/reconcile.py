"""A reconciliation that nobody waits for. Durable: after an interruption it begins again."""

from uuid import UUID

from bittitan_plugin.domain.retries import VENDOR
from bittitan_plugin.services import runs
from bittitan_plugin.services.reconciling import reconciliation
from bittitan_plugin.services.workflow_ids import Workflow
from bittitan_plugin.workflows.engine.attempts import Attempt, StepFailed
from bittitan_plugin.workflows.engine.definition import workflow
from bittitan_plugin.workflows.engine.runtime import current


@workflow(Workflow.RECONCILE)
def reconcile(attempt: Attempt, run_id: str, what: str, max_changes: str) -> str:
    """Do the run that was begun; ``what`` is ``apply`` or ``report``. Returns its end in a word.

    While platform or vendor are down it is tried again, for a day at most.
    """
    tenant, run, stop = attempt.tenant, UUID(run_id), current().check_stopping

    def compare() -> str:
        return reconciliation.run_now(
            tenant,
            run,
            apply=what == "apply",
            max_changes=int(max_changes),
            # Ends the step at once when the process stops.
            tell=lambda _report: stop(),
        ).state

    try:
        return str(attempt.step("reconcile", VENDOR, compare))
    except StepFailed as failure:
        runs.fail(tenant, run, failure.message)
        return f"not reconciled: {failure.message}"
