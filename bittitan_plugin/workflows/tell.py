"""News of a cancellation request, to the customer or to staff. Durable, each sent on its own."""

from uuid import UUID

from bittitan_plugin.services.cancelling import request_notifications
from bittitan_plugin.services.failed_steps import Step
from bittitan_plugin.services.request_decisions import News
from bittitan_plugin.services.workflow_ids import Workflow
from bittitan_plugin.workflows.asset_steps import follow_up
from bittitan_plugin.workflows.engine.attempts import Attempt
from bittitan_plugin.workflows.engine.definition import workflow

_SIDES = {
    Step.TELL_CUSTOMER: request_notifications.tell_customer,
    Step.TELL_STAFF: request_notifications.tell_staff,
}


@workflow(Workflow.TELL)
def tell(attempt: Attempt, request_id: str, news: str, side: str) -> str:
    """Notify the side that is named as a step."""
    tenant, request, step = attempt.tenant, UUID(request_id), Step(side)
    with tenant.reading() as work:
        asset = work.requests.get(request).asset_id
    attempt.asset_id = asset
    follow_up(attempt, asset, step, lambda: _SIDES[step](tenant, request, News(news)))
    return "told"
