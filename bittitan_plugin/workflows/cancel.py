"""Coupon revoked → asset cancelled → credit invoice → refund asked → buyer notified. Durable."""

from functools import partial
from uuid import UUID

from bittitan_plugin.domain.assets import AssetStatus
from bittitan_plugin.domain.retries import VENDOR
from bittitan_plugin.services.cancelling import (
    crediting,
    refunds,
    request_notifications,
    revocation,
)
from bittitan_plugin.services.cancelling import requests as cancellation_requests
from bittitan_plugin.services.cancelling import reverted_sales as withdrawal
from bittitan_plugin.services.failed_steps import Step
from bittitan_plugin.services.workflow_ids import Workflow
from bittitan_plugin.workflows.asset_steps import persist_or_report
from bittitan_plugin.workflows.engine.definition import workflow
from bittitan_plugin.workflows.engine.runtime import tenant


@workflow(Workflow.CANCEL)
def cancel(installation_id: str, asset_id: str, comment: str) -> str:
    """Execute a cancellation that was decided. Returns the outcome in a word."""
    installation, asset = UUID(installation_id), UUID(asset_id)
    then = partial(persist_or_report, installation, asset)

    status = then(
        Step.REVOKE, lambda: revocation.execute(tenant(installation), asset).status, VENDOR
    )
    if status is None:
        return "stuck"
    if status != AssetStatus.CANCELLED:
        overruled = then(
            Step.OVERRULE, lambda: cancellation_requests.overrule(tenant(installation), asset)
        )
        if overruled is False:
            then(
                Step.TELL_REFUSED,
                lambda: request_notifications.tell_refused(tenant(installation), asset),
            )
        return "BitTitan refused"
    then(Step.ISSUE_CREDIT, lambda: crediting.issue_credit(tenant(installation), asset, comment))
    then(Step.ASK_REFUND, lambda: refunds.ask(tenant(installation), asset, comment))
    then(Step.ANNOUNCE, lambda: crediting.announce(tenant(installation), asset))
    return "cancelled"


@workflow(Workflow.CREDIT)
def credit(installation_id: str, asset_id: str) -> str:
    """Credit a cancelled asset with a late invoice, and notify the buyer."""
    installation, asset = UUID(installation_id), UUID(asset_id)
    then = partial(persist_or_report, installation, asset)

    credited = then(
        Step.ISSUE_CREDIT, lambda: crediting.issue_credit(tenant(installation), asset, "")
    )
    if not credited:
        return "nothing to credit"
    then(Step.ANNOUNCE, lambda: crediting.announce(tenant(installation), asset))
    return "credited"


@workflow(Workflow.REFUND)
def refund(installation_id: str, asset_id: str, comment: str) -> str:
    """Ask again for the refund of a cancelled asset: what failed before may succeed now."""
    installation, asset = UUID(installation_id), UUID(asset_id)
    persist_or_report(
        installation,
        asset,
        Step.ASK_REFUND,
        lambda: refunds.ask(tenant(installation), asset, comment),
    )
    return "asked"


@workflow(Workflow.WITHDRAW)
def withdraw(installation_id: str, asset_id: str) -> str:
    """Revoke the coupon of a sale that the platform took back, and credit nothing."""
    installation, asset = UUID(installation_id), UUID(asset_id)
    then = partial(persist_or_report, installation, asset)

    status = then(Step.WITHDRAW, lambda: withdrawal.withdraw(tenant(installation), asset).status)
    if status is None:
        return "stuck"
    if status == AssetStatus.CANCELLED:
        return "withdrawn"
    if status == AssetStatus.AWAITING_REVOCATION:
        return "staff revoke its codes"
    then(Step.OVERRULE, lambda: cancellation_requests.overrule(tenant(installation), asset))
    return "the coupon is used"
