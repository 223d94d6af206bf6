"""News of the coupon stock: to buyers who wait, and about codes that staff revoke. Durable."""

from functools import partial
from uuid import UUID

from bittitan_plugin.services.cancelling import requests as cancellation_requests
from bittitan_plugin.services.cancelling import revocation_news
from bittitan_plugin.services.cancelling.revocation_news import REASONS, RevocationNews
from bittitan_plugin.services.failed_steps import Step
from bittitan_plugin.services.stock import allocation
from bittitan_plugin.services.workflow_ids import Workflow
from bittitan_plugin.workflows.asset_steps import persist_or_report
from bittitan_plugin.workflows.engine.definition import workflow
from bittitan_plugin.workflows.engine.retrying import insist
from bittitan_plugin.workflows.engine.runtime import tenant


@workflow(Workflow.OUT_OF_STOCK)
def out_of_stock(installation_id: str, asset_id: str) -> str:
    """Notify the buyer that the code will follow."""
    installation, asset = UUID(installation_id), UUID(asset_id)
    persist_or_report(
        installation,
        asset,
        Step.TELL_CUSTOMER,
        lambda: allocation.tell_out_of_stock(tenant(installation), asset),
    )
    return "told"


@workflow(Workflow.REVOCATION_NEWS)
def tell_of_revocation(installation_id: str, revocation_id: str, word: str) -> str:
    """Notify both sides about codes to revoke by hand."""
    installation, revocation, news = (
        UUID(installation_id),
        UUID(revocation_id),
        RevocationNews(word),
    )
    asset = UUID(insist("find_asset", lambda: _asset_of(installation, revocation)))
    then = partial(persist_or_report, installation, asset)
    overruled = news in REASONS and insist(
        "overrule",
        lambda: cancellation_requests.overrule(tenant(installation), asset, REASONS[news]),
    )
    # Whoever requested the cancellation is notified by the answer to that request.
    if not overruled:
        then(
            Step.TELL_CUSTOMER,
            lambda: revocation_news.tell_customer(tenant(installation), revocation, news),
        )
    then(
        Step.TELL_STAFF, lambda: revocation_news.tell_staff(tenant(installation), revocation, news)
    )
    return "told"


def _asset_of(installation: UUID, revocation: UUID) -> str:
    with tenant(installation).reading() as work:
        return str(work.revocations.get(revocation).asset_id)
