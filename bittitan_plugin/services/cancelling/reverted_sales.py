"""Handles sales that the platform took back: the coupon is revoked and nothing is credited."""

from uuid import UUID

from bittitan_plugin.domain.assets import Asset, AssetStatus, ProvisioningStatus
from bittitan_plugin.domain.coupons import OPEN_FATES, CouponSource
from bittitan_plugin.domain.errors import Unavailable
from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.domain.revocations import RevocationCause
from bittitan_plugin.services.cancelling.revocation import report_unrevocable, revoke
from bittitan_plugin.services.cancelling.stock_revocation import await_revocation
from bittitan_plugin.services.ports import Tenant

PLATFORM = Actor(ActorKind.PLATFORM, "taken back")


def withdraw(tenant: Tenant, asset_id: UUID) -> Asset:
    """Revoke the coupon of a sale the platform took back, and credit nothing.

    Codes from stock wait for staff to revoke them. If the coupon cannot be revoked any more,
    staff get a problem: money went back for licences that are in use. Raises ``Unavailable``
    while the coupon is still being obtained, and what ``revocation.revoke`` raises.
    """
    asset = _begin(tenant, asset_id)
    if asset.status is AssetStatus.AWAITING_REVOCATION:
        return asset
    if asset.status is not AssetStatus.CANCELLED:
        asset = revoke(tenant, asset_id)
    if asset.status is not AssetStatus.CANCELLED:
        with tenant.writing() as work:
            report_unrevocable(tenant.ports, work, asset)
    return asset


def _begin(tenant: Tenant, asset_id: UUID) -> Asset:
    """Keep others from cancelling it: a cancellation of ours would credit once more."""
    with tenant.writing() as work:
        asset = work.assets.get(asset_id, for_update=True)
        if _is_revocable_by_hand(asset):
            return await_revocation(tenant.ports, work, asset, PLATFORM, RevocationCause.PLATFORM)
        if asset.status is not AssetStatus.ACTIVE:
            return asset
        if asset.provisioning_status is not ProvisioningStatus.PENDING:
            return work.assets.change(asset_id, Asset.cancelling, PLATFORM, tenant.ports.clock())
        if asset.requested_at is not None:
            raise Unavailable("the coupon is still being obtained")
        # BitTitan was never asked, and after this commit it never will be.
        return work.assets.change(
            asset_id, lambda a: a.cancelled(tenant.ports.clock()), PLATFORM, tenant.ports.clock()
        )


def _is_revocable_by_hand(asset: Asset) -> bool:
    """Whether staff have to revoke it; they cannot if it is known to be used or expired."""
    return (
        asset.coupon_source is CouponSource.STOCK
        and asset.has_coupon
        and asset.status is not AssetStatus.CANCELLED
        and asset.coupon_status in OPEN_FATES
    )
