"""Revokes surplus coupons: usable ones under an asset's reference that are not the asset's own.

A vendor that does not keep references may make them: a request that was given up and not found by a
look-up may arrive after the next one. They are found in the list of coupons that is read anyway.
Only the vendor has ever seen such a code, so revoking it takes nothing from anybody.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

import structlog

from bittitan_plugin.domain.assets import Asset, AssetStatus, asset_of_reference
from bittitan_plugin.domain.coupons import Coupon, CouponStatus
from bittitan_plugin.domain.errors import OutcomeUnknown, Rejected, Unavailable
from bittitan_plugin.domain.problems import ProblemKind
from bittitan_plugin.ports.vendor import CouponVendor
from bittitan_plugin.services.coupons.code_claims import claim_of_another
from bittitan_plugin.services.ports import Tenant

_log = structlog.get_logger(__name__)


def revoke_surplus(tenant: Tenant, vendor: CouponVendor, page: Sequence[Coupon]) -> int:
    """Revoke usable coupons in this page of the vendor's list that their assets do not hold.

    Returns how many were revoked. One that cannot be revoked now is listed again next time; one
    that the vendor refuses to revoke becomes a problem.
    """
    named = {
        coupon: asset_id
        for coupon in page
        if coupon.status is CouponStatus.AVAILABLE
        and (asset_id := asset_of_reference(coupon.reference))
    }
    if not named:
        return 0
    # Read after the page: a page may list an asset's coupon before it is recorded here, and then
    # it would seem to be one too many.
    with tenant.reading() as work:
        assets = work.assets.by_ids(named.values())
        # A coupon that some asset holds was sold, whatever reference it is listed under.
        sold = work.coupons.held([coupon.id for coupon in named])
        surplus = {
            coupon.id: asset
            for coupon, asset in _surplus(named, assets).items()
            # A vendor may give one coupon to two references: then another sale uses it.
            if coupon.id not in sold
            and claim_of_another(tenant.ports, work, coupon, asset.id) is None
        }
    return sum(_revoke(tenant, vendor, *pair) for pair in surplus.items())


def mismatch_key(coupon_id: str) -> str:
    """The key of the problem that staff must settle this coupon at BitTitan."""
    return f"mismatch:{coupon_id}"


def _surplus(named: Mapping[Coupon, UUID], assets: Mapping[UUID, Asset]) -> dict[Coupon, Asset]:
    found = {}
    for coupon, asset_id in named.items():
        asset = assets.get(asset_id)
        if asset is None or asset.coupon_id == coupon.id:
            continue
        if asset.has_coupon or asset.status is AssetStatus.CANCELLED:
            found[coupon] = asset
    return found


def _revoke(tenant: Tenant, vendor: CouponVendor, coupon_id: str, asset: Asset) -> bool:
    try:
        vendor.cancel(coupon_id)
    except (Unavailable, OutcomeUnknown) as failure:
        _log.info("surplus_coupon_stays", coupon_id=coupon_id, why=failure.message)
        return False
    except Rejected as rejection:
        _report(tenant, coupon_id, asset, rejection)
        return False
    _log.warning("surplus_coupon_revoked", coupon_id=coupon_id, asset_id=str(asset.id))
    with tenant.writing() as work:
        work.problems.resolve(mismatch_key(coupon_id), tenant.ports.clock())
    return True


def _report(tenant: Tenant, coupon_id: str, asset: Asset, rejection: Rejected) -> None:
    with tenant.writing() as work:
        work.problems.report(
            ProblemKind.COUPON_MISMATCH,
            mismatch_key(coupon_id),
            message=f"BitTitan issued coupon {coupon_id} for order {asset.order_number} "
            f"({asset.name}) beside the one that was sold, and refuses to cancel it: "
            f"{rejection.message}",
            next_step="Cancel that coupon at BitTitan; its code was given to nobody.",
            at=tenant.ports.clock(),
            asset_id=asset.id,
        )
