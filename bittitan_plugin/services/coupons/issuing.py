"""Asks a vendor for the coupon of an asset; believes none of it yet."""

from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.coupons import Coupon
from bittitan_plugin.domain.errors import OutcomeUnknown, Unavailable
from bittitan_plugin.ports.vendor import ContradictoryAnswer, CouponRequest, CouponVendor


def issue(vendor: CouponVendor, asset: Asset, partner_id: str) -> Coupon:
    """Ask for the asset's coupon; an answer that is lost or contradictory is looked up.

    What is returned is the vendor's word and not yet judged. Raises ``Rejected``, and
    ``Unavailable`` when it is to be tried again.
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
        found = vendor.find(asset.reference)
        if found is not None:
            return found
        if isinstance(unknown, ContradictoryAnswer):
            return unknown.coupon
        # It may still be under way; a later attempt looks again before it asks again.
        raise Unavailable(unknown.message) from unknown
