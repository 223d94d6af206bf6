"""Billing day → invoice issued → assets refer to it. Durable."""

from uuid import UUID

from bittitan_plugin.domain.retries import FOLLOW_UP
from bittitan_plugin.services.selling import invoicing
from bittitan_plugin.services.workflow_ids import Workflow
from bittitan_plugin.workflows.engine.definition import workflow
from bittitan_plugin.workflows.engine.outcomes import StepFailed
from bittitan_plugin.workflows.engine.retrying import insist, persist
from bittitan_plugin.workflows.engine.runtime import tenant


@workflow(Workflow.INVOICE)
def invoice(installation_id: str, order_id: str) -> str:
    """Issue the deferred invoice of an order. Returns the outcome in a word."""
    installation = UUID(installation_id)
    try:
        persist(
            "issue_invoice",
            FOLLOW_UP,
            lambda: invoicing.issue_invoice(tenant(installation), order_id),
        )
    except StepFailed as failure:
        message = failure.message
        insist(
            "report_invoice",
            lambda: invoicing.report_stuck(tenant(installation), order_id, message),
        )
        return f"not invoiced: {message}"
    return "invoiced"
