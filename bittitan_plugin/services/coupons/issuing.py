"""Requests an asset's coupon from a vendor; the caller checks the answer."""

from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.coupons import Coupon
from bittitan_plugin.domain.errors import OutcomeUnknown, Unavailable
from bittitan_plugin.ports.vendor import ContradictoryAnswer, CouponRequest, CouponVendor


def issue(vendor: CouponVendor, asset: Asset, partner_id: str) -> Coupon:
    """Request the asset's coupon; a lost or contradictory answer is followed by a look-up.

    The returned coupon is the vendor's answer, not yet checked. Raises ``Rejected``, and
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
        # The call may still be in progress; a later attempt looks before it asks again.
        raise Unavailable(unknown.message) from unknown
