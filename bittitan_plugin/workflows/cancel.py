"""Coupon revoked → asset cancelled → credit invoice → refund asked → buyer told. Durable."""

from collections.abc import Callable
from uuid import UUID

from bittitan_plugin.domain.assets import AssetStatus
from bittitan_plugin.domain.retries import FOLLOW_UP, VENDOR, RetryPolicy
from bittitan_plugin.services import failed_steps as stuck
from bittitan_plugin.services.cancelling import (
    crediting,
    refunds,
    request_notifications,
    revocation,
)
from bittitan_plugin.services.cancelling import requests as cancellation_requests
from bittitan_plugin.services.cancelling import reverted_sales as withdrawal
from bittitan_plugin.services.workflow_ids import CANCEL, CREDIT, REFUND, WITHDRAW
from bittitan_plugin.workflows.engine.definition import workflow
from bittitan_plugin.workflows.engine.retrying import StepFailed, insist, persist
from bittitan_plugin.workflows.engine.runtime import ports


@workflow(CANCEL)
def cancel(installation_id: str, asset_id: str, comment: str) -> str:
    """Execute a cancellation that was decided. Returns in a word what became of it."""
    installation, asset = UUID(installation_id), UUID(asset_id)

    def then(name: str, action: Callable[[], object], policy: RetryPolicy = FOLLOW_UP) -> object:
        return _persist_or_report(name, policy, installation, asset, action)

    status = then("revoke", lambda: revocation.execute(ports(), installation, asset).status, VENDOR)
    if status is None:
        return "stuck"
    if status != AssetStatus.CANCELLED:
        overruled = then(
            "overrule", lambda: cancellation_requests.overrule(ports(), installation, asset)
        )
        if overruled is False:
            then(
                "tell_refused",
                lambda: request_notifications.tell_refused(ports(), installation, asset),
            )
        return "BitTitan refused"
    then("issue_credit", lambda: crediting.issue_credit(ports(), installation, asset, comment))
    then("ask_refund", lambda: refunds.ask(ports(), installation, asset, comment))
    then("announce", lambda: crediting.announce(ports(), installation, asset))
    return "cancelled"


@workflow(CREDIT)
def credit(installation_id: str, asset_id: str) -> str:
    """The invoice of a cancelled asset came late: credit it, and tell the buyer."""
    installation, asset = UUID(installation_id), UUID(asset_id)

    def then(name: str, action: Callable[[], object]) -> object:
        return _persist_or_report(name, FOLLOW_UP, installation, asset, action)

    if not then("issue_credit", lambda: crediting.issue_credit(ports(), installation, asset, "")):
        return "nothing to credit"
    then("announce", lambda: crediting.announce(ports(), installation, asset))
    return "credited"


@workflow(REFUND)
def refund(installation_id: str, asset_id: str, comment: str) -> str:
    """Ask once more for the money of a cancelled asset: what failed before may go through now."""
    installation, asset = UUID(installation_id), UUID(asset_id)
    _persist_or_report(
        "ask_refund",
        FOLLOW_UP,
        installation,
        asset,
        lambda: refunds.ask(ports(), installation, asset, comment),
    )
    return "asked"


@workflow(WITHDRAW)
def withdraw(installation_id: str, asset_id: str) -> str:
    """The platform took the sale back itself: revoke, credit nothing."""
    installation, asset = UUID(installation_id), UUID(asset_id)
    status = _persist_or_report(
        "withdraw",
        FOLLOW_UP,
        installation,
        asset,
        lambda: withdrawal.withdraw(ports(), installation, asset).status,
    )
    if status is None:
        return "stuck"
    if status == AssetStatus.CANCELLED:
        return "withdrawn"
    if status == AssetStatus.AWAITING_REVOCATION:
        return "staff revoke its codes"
    _persist_or_report(
        "overrule",
        FOLLOW_UP,
        installation,
        asset,
        lambda: cancellation_requests.overrule(ports(), installation, asset),
    )
    return "the coupon is used"


def _persist_or_report(
    name: str,
    policy: RetryPolicy,
    installation: UUID,
    asset_id: UUID,
    action: Callable[[], object],
) -> object:
    """The step's result; None when it cannot finish, which staff are told."""
    try:
        return persist(name, policy, action)
    except StepFailed as failure:
        message = failure.message
        insist(
            f"report_{name}",
            lambda: stuck.report(ports(), installation, asset_id, name, message),
        )
        return None
