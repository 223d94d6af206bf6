"""Billing day → invoice issued → assets refer to it. Durable."""

from bittitan_plugin.domain.retries import FOLLOW_UP
from bittitan_plugin.services.selling import invoicing
from bittitan_plugin.services.workflow_ids import Workflow
from bittitan_plugin.workflows.engine.attempts import Attempt, StepFailed
from bittitan_plugin.workflows.engine.definition import workflow


@workflow(Workflow.INVOICE)
def invoice(attempt: Attempt, order_id: str) -> str:
    """Issue the deferred invoice of an order. Returns the outcome in a word."""
    attempt.order_id = order_id
    tenant = attempt.tenant
    try:
        attempt.step("issue_invoice", FOLLOW_UP, lambda: invoicing.issue_invoice(tenant, order_id))
    except StepFailed as failure:
        invoicing.report_stuck(tenant, order_id, failure.message)
        return f"not invoiced: {failure.message}"
    return "invoiced"
