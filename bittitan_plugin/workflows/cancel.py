"""Coupon revoked → asset cancelled → credit invoice → refund asked → buyer notified. Durable."""

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
from bittitan_plugin.workflows.asset_steps import follow_up, result_of
from bittitan_plugin.workflows.engine.attempts import Attempt
from bittitan_plugin.workflows.engine.definition import workflow


@workflow(Workflow.CANCEL)
def cancel(attempt: Attempt, asset_id: str, comment: str) -> str:
    """Execute a cancellation that was decided. Returns the outcome in a word."""
    tenant, asset = attempt.tenant, UUID(asset_id)
    attempt.asset_id = asset

    revoked = result_of(
        attempt, asset, Step.REVOKE, lambda: revocation.execute(tenant, asset), VENDOR
    )
    if revoked is None:
        return "stuck"
    if revoked.status != AssetStatus.CANCELLED:
        cancellation_requests.overrule(tenant, asset)
        follow_up(
            attempt,
            asset,
            Step.TELL_REFUSED,
            lambda: request_notifications.tell_refused(tenant, asset),
        )
        return "BitTitan refused"
    follow_up(
        attempt, asset, Step.ISSUE_CREDIT, lambda: crediting.issue_credit(tenant, asset, comment)
    )
    follow_up(attempt, asset, Step.ASK_REFUND, lambda: refunds.ask(tenant, asset, comment))
    follow_up(attempt, asset, Step.ANNOUNCE, lambda: crediting.announce(tenant, asset))
    return "cancelled"


@workflow(Workflow.CREDIT)
def credit(attempt: Attempt, asset_id: str) -> str:
    """Credit a cancelled asset with a late invoice, and notify the buyer."""
    tenant, asset = attempt.tenant, UUID(asset_id)
    attempt.asset_id = asset

    credited = result_of(
        attempt, asset, Step.ISSUE_CREDIT, lambda: crediting.issue_credit(tenant, asset, "")
    )
    if not credited:
        return "nothing to credit"
    follow_up(attempt, asset, Step.ANNOUNCE, lambda: crediting.announce(tenant, asset))
    return "credited"


@workflow(Workflow.REFUND)
def refund(attempt: Attempt, asset_id: str, comment: str) -> str:
    """Ask again for the refund of a cancelled asset: what failed before may succeed now."""
    tenant, asset = attempt.tenant, UUID(asset_id)
    attempt.asset_id = asset
    follow_up(attempt, asset, Step.ASK_REFUND, lambda: refunds.ask(tenant, asset, comment))
    return "asked"


@workflow(Workflow.WITHDRAW)
def withdraw(attempt: Attempt, asset_id: str) -> str:
    """Revoke the coupon of a sale that the platform took back, and credit nothing."""
    tenant, asset = attempt.tenant, UUID(asset_id)
    attempt.asset_id = asset

    taken_back = result_of(
        attempt, asset, Step.WITHDRAW, lambda: withdrawal.withdraw(tenant, asset)
    )
    if taken_back is None:
        return "stuck"
    if taken_back.status == AssetStatus.CANCELLED:
        return "withdrawn"
    if taken_back.status == AssetStatus.AWAITING_REVOCATION:
        return "staff revoke its codes"
    cancellation_requests.overrule(tenant, asset)
    return "the coupon is used"
