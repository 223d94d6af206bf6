"""Follows refunds of cancelled assets until it is known whether the money went back.

A platform asks whoever took the payment, which may refuse minutes or days later. What failed, and
what the platform cannot pay back, becomes a problem for staff with its amount.
"""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.billing import Credit, Refund, RefundStatus
from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.domain.problems import ProblemAction, ProblemKind
from bittitan_plugin.services.failed_steps import Step, step_key
from bittitan_plugin.services.ports import Tenant
from bittitan_plugin.services.workflow_ids import Workflow, follow_refund_id
from bittitan_plugin.store.unit_of_work import UnitOfWork

#: How often the platform is asked about a refund in progress.
FOLLOW_EVERY = timedelta(minutes=10)
#: Assets that are handled at a time.
BATCH = 100

_PLATFORM = Actor(ActorKind.PLATFORM, "refund")


def credit_of(asset: Asset, comment: str = "") -> Credit:
    """The one credit of an asset: full amount, one key."""
    return Credit(
        key=f"credit-{asset.id}",
        order_id=asset.order_id,
        order_line_id=asset.order_line_id,
        amount=asset.total,
        tax=asset.tax,
        reason=comment or "Cancelled within the cancellation window",
    )


def ask(tenant: Tenant, asset_id: UUID, comment: str) -> None:
    """Ask the platform to pay back what was received for the asset, once."""
    asset = _read(tenant, asset_id)
    if not asset.total.is_zero:
        refund = tenant.platform.refund(credit_of(asset, comment))
        _note(tenant, asset, refund)


def follow(tenant: Tenant, asset_id: UUID) -> RefundStatus | None:
    """Read once how far the asset's refund is. None when none was asked for."""
    asset = _read(tenant, asset_id)
    if asset.refund is None:
        return None
    if not asset.refund.is_open:
        return asset.refund.status
    refund = tenant.platform.refund_of(credit_of(asset))
    if refund != asset.refund:
        _note(tenant, asset, refund)
    return refund.status


def watch_refunds(tenant: Tenant) -> int:
    """Have the platform asked about refunds in progress, once in each ``FOLLOW_EVERY``.

    Works also while the plugin is switched off. Returns how many assets are followed.
    """
    slot = int(tenant.ports.clock().timestamp() // FOLLOW_EVERY.total_seconds())
    after: UUID | None = None
    handed_in = 0
    while True:
        with tenant.writing() as work:
            asset_ids = work.assets.with_open_refund(after, BATCH)
            for asset_id in asset_ids:
                _hand_in(work, asset_id, str(slot))
        handed_in += len(asset_ids)
        if len(asset_ids) < BATCH:
            return handed_in
        after = asset_ids[-1]


def look_again(tenant: Tenant, order_id: str, refunded: str) -> None:
    """The platform reports money of the order paid back: ``refunded`` so far, as text."""
    with tenant.writing() as work:
        for asset in work.assets.of_orders([order_id]):
            if asset.refund is not None and asset.refund.is_open:
                _hand_in(work, asset.id, f"after {refunded}")


def _hand_in(work: UnitOfWork, asset_id: UUID, occasion: str) -> None:
    work.enqueue(Workflow.FOLLOW_REFUND, follow_refund_id(asset_id, occasion), str(asset_id))


def _note(tenant: Tenant, asset: Asset, refund: Refund) -> None:
    with tenant.writing() as work:
        work.assets.change(
            asset.id, lambda a: replace(a, refund=refund), _PLATFORM, tenant.ports.clock()
        )
        key = step_key(Step.ASK_REFUND, asset.id)
        if not refund.needs_staff:
            work.problems.resolve(key, tenant.ports.clock())
            return
        failed = refund.status is RefundStatus.FAILED
        work.problems.report(
            ProblemKind.REFUND_INCOMPLETE,
            key,
            message=_message(asset, refund),
            next_step="Mend the cause and ask again from here, or pay it back another way; this "
            "closes when the platform says that the money went."
            if failed
            else "Pay it back another way, then dismiss this.",
            at=tenant.ports.clock(),
            asset_id=asset.id,
            action=ProblemAction.RESUME if failed else ProblemAction.NONE,
        )


def _message(asset: Asset, refund: Refund) -> str:
    parts = []
    if refund.status is RefundStatus.FAILED:
        parts.append(f"the refund of {refund.amount} did not go through")
    if not refund.by_hand.is_zero:
        parts.append(f"{refund.by_hand} cannot be paid back by itself")
    return f"Order {asset.order_number}, {asset.name}: {' and '.join(parts)} ({refund.reason})."


def _read(tenant: Tenant, asset_id: UUID) -> Asset:
    with tenant.reading() as work:
        return work.assets.get(asset_id)
