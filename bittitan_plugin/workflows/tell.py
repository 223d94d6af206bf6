"""News of a cancellation request, to the customer and to staff. Durable, each told on its own."""

from collections.abc import Callable
from uuid import UUID

from bittitan_plugin.domain.retries import FOLLOW_UP
from bittitan_plugin.services import failed_steps as stuck
from bittitan_plugin.services.cancelling import request_notifications
from bittitan_plugin.services.ports import Ports
from bittitan_plugin.services.request_decisions import News
from bittitan_plugin.services.workflow_ids import TELL
from bittitan_plugin.workflows.engine.definition import workflow
from bittitan_plugin.workflows.engine.retrying import StepFailed, insist, persist
from bittitan_plugin.workflows.engine.runtime import ports


@workflow(TELL)
def tell(installation_id: str, request_id: str, news: str, only: str = "") -> str:
    """Tell both sides what they have to know; or the one that ``only`` names, as a step."""
    installation, request = UUID(installation_id), UUID(request_id)
    sides = {
        "tell_customer": request_notifications.tell_customer,
        "tell_staff": request_notifications.tell_staff,
    }
    for step, service in sides.items():
        if only in ("", step):
            _persist(step, service, installation, request, news)
    return "told"


def _persist(
    name: str,
    service: Callable[[Ports, UUID, UUID, News], None],
    installation: UUID,
    request: UUID,
    news: str,
) -> None:
    try:
        persist(name, FOLLOW_UP, lambda: service(ports(), installation, request, News(news)))
    except StepFailed as failure:
        message = failure.message
        insist(f"report_{name}", lambda: _report(installation, request, name, message))


def _report(installation: UUID, request: UUID, name: str, message: str) -> None:
    outside = ports()
    with outside.store.reading(installation) as work:
        asset_id = work.requests.get(request).asset_id
    stuck.report(outside, installation, asset_id, name, message)
