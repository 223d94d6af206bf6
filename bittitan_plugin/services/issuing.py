"""Asks a vendor for the coupon of an asset, or adopts the one it issued before."""

from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.coupons import Coupon
from bittitan_plugin.domain.errors import OutcomeUnknown, Rejected, Unavailable
from bittitan_plugin.vendor.port import CouponRequest, CouponVendor


def issue(vendor: CouponVendor, asset: Asset, partner_id: str) -> Coupon:
    """Ask for the asset's coupon; an answer that is lost is looked up.

    Raises ``Rejected``, and ``Unavailable`` when it is to be tried again.
    """
    request = CouponRequest(
        reference=asset.reference,
        partner_id=partner_id,
        sku=asset.sku,
        quantity=asset.quantity,
        expire_days=asset.expire_days,
        validity_days=asset.validity_days,
    )
    try:
        return vendor.issue(request)
    except OutcomeUnknown as unknown:
        found = adoptable(vendor, asset)
        if found is None:
            # It may still be under way; a later attempt looks again before it asks again.
            raise Unavailable(unknown.message) from unknown
        return found


def adoptable(vendor: CouponVendor, asset: Asset) -> Coupon | None:
    """The coupon issued under the asset's reference before, if there is one.

    Raises ``Rejected`` when it does not hold what was ordered: that is for a person to settle.
    """
    found = vendor.find(asset.reference)
    if found is not None and found.quantity != asset.quantity:
        raise Rejected(
            "REFERENCE_CONFLICT",
            f"BitTitan holds coupon {found.id} for this order line, but with {found.quantity} "
            f"licences instead of {asset.quantity}.",
        )
    return found
