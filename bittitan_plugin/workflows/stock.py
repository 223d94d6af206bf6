"""News of the coupon stock: to buyers who wait, and about codes that staff revoke. Durable."""

from uuid import UUID

from bittitan_plugin.services.cancelling import requests as cancellation_requests
from bittitan_plugin.services.cancelling import revocation_news
from bittitan_plugin.services.cancelling.revocation_news import REASONS, RevocationNews
from bittitan_plugin.services.failed_steps import Step
from bittitan_plugin.services.stock import allocation
from bittitan_plugin.services.workflow_ids import Workflow
from bittitan_plugin.workflows.asset_steps import follow_up
from bittitan_plugin.workflows.engine.attempts import Attempt
from bittitan_plugin.workflows.engine.definition import workflow

_SIDES = {
    Step.TELL_CUSTOMER: revocation_news.tell_customer,
    Step.TELL_STAFF: revocation_news.tell_staff,
}


@workflow(Workflow.OUT_OF_STOCK)
def out_of_stock(attempt: Attempt, asset_id: str) -> str:
    """Notify the buyer that the code will follow."""
    tenant, asset = attempt.tenant, UUID(asset_id)
    attempt.asset_id = asset
    follow_up(
        attempt, asset, Step.TELL_CUSTOMER, lambda: allocation.tell_out_of_stock(tenant, asset)
    )
    return "told"


@workflow(Workflow.REVOCATION_NEWS)
def tell_of_revocation(attempt: Attempt, revocation_id: str, word: str, side: str) -> str:
    """Notify the side that is named as a step about codes to revoke by hand."""
    tenant, revocation, news = attempt.tenant, UUID(revocation_id), RevocationNews(word)
    step = Step(side)
    with tenant.reading() as work:
        asset = work.revocations.get(revocation).asset_id
    attempt.asset_id = asset
    if step is Step.TELL_CUSTOMER and news in REASONS:
        cancellation_requests.overrule(tenant, asset, REASONS[news])
    follow_up(attempt, asset, step, lambda: _SIDES[step](tenant, revocation, news))
    return "told"
