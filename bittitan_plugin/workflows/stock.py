"""News of the coupon stock: to buyers who wait, and about codes that staff revoke. Durable."""

from collections.abc import Callable
from uuid import UUID

from bittitan_plugin.domain.retries import FOLLOW_UP
from bittitan_plugin.services import failed_steps as stuck
from bittitan_plugin.services.cancelling import requests as cancellation_requests
from bittitan_plugin.services.cancelling import revocation_news
from bittitan_plugin.services.cancelling.revocation_news import REASONS, RevocationNews
from bittitan_plugin.services.stock import notices as stock_notices
from bittitan_plugin.services.workflow_ids import OUT_OF_STOCK, REVOCATION_NEWS
from bittitan_plugin.workflows.engine.definition import workflow
from bittitan_plugin.workflows.engine.retrying import StepFailed, insist, persist
from bittitan_plugin.workflows.engine.runtime import ports


@workflow(OUT_OF_STOCK)
def out_of_stock(installation_id: str, asset_id: str) -> str:
    """Tell the buyer that the code will follow."""
    installation, asset = UUID(installation_id), UUID(asset_id)
    _persist(
        "tell_customer",
        installation,
        asset,
        lambda: stock_notices.tell_out_of_stock(ports(), installation, asset),
    )
    return "told"


@workflow(REVOCATION_NEWS)
def tell_of_revocation(installation_id: str, revocation_id: str, word: str) -> str:
    """Tell both sides what they have to know about codes that are to be revoked by hand."""
    installation, revocation, news = (
        UUID(installation_id),
        UUID(revocation_id),
        RevocationNews(word),
    )
    asset = UUID(insist("find_asset", lambda: _asset_of(installation, revocation)))
    overruled = news in REASONS and insist(
        "overrule",
        lambda: cancellation_requests.overrule(ports(), installation, asset, REASONS[news]),
    )
    # Whoever had asked for the cancellation is told as the answer to that request.
    if not overruled:
        _persist(
            "tell_customer",
            installation,
            asset,
            lambda: revocation_news.tell_customer(ports(), installation, revocation, news),
        )
    _persist(
        "tell_staff",
        installation,
        asset,
        lambda: revocation_news.tell_staff(ports(), installation, revocation, news),
    )
    return "told"


def _asset_of(installation: UUID, revocation: UUID) -> str:
    with ports().store.reading(installation) as work:
        return str(work.revocations.get(revocation).asset_id)


def _persist(name: str, installation: UUID, asset: UUID, action: Callable[[], object]) -> None:
    try:
        persist(name, FOLLOW_UP, action)
    except StepFailed as failure:
        message = failure.message
        insist(
            f"report_{name}",
            lambda: stuck.report(ports(), installation, asset, name, message),
        )
