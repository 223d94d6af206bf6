"""News of a cancellation request, to the customer and to staff. Durable, each sent on its own."""

from functools import partial
from uuid import UUID

from bittitan_plugin.services.cancelling import request_notifications
from bittitan_plugin.services.failed_steps import Step
from bittitan_plugin.services.request_decisions import News
from bittitan_plugin.services.workflow_ids import Workflow
from bittitan_plugin.workflows.asset_steps import persist_or_report
from bittitan_plugin.workflows.engine.definition import workflow
from bittitan_plugin.workflows.engine.runtime import tenant

_SIDES = {
    Step.TELL_CUSTOMER: request_notifications.tell_customer,
    Step.TELL_STAFF: request_notifications.tell_staff,
}


@workflow(Workflow.TELL)
def tell(installation_id: str, request_id: str, news: str, only: str = "") -> str:
    """Notify both sides; or only the one that ``only`` names, as a step."""
    installation, request = UUID(installation_id), UUID(request_id)
    asset = partial(_asset_of, installation, request)
    for step, service in _SIDES.items():
        if only in ("", step):
            told = partial(service, tenant(installation), request, News(news))
            persist_or_report(installation, asset, step, told)
    return "told"


def _asset_of(installation: UUID, request: UUID) -> UUID:
    with tenant(installation).reading() as work:
        return work.requests.get(request).asset_id
