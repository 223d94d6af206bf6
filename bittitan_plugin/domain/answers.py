"""Whether a coupon in the vendor's answer is the one that was ordered, and still usable.

A code that was delivered cannot be taken back, so nothing the vendor says of a new coupon is
believed before it is compared with what was asked.
"""

from collections.abc import Iterator
from datetime import datetime

from bittitan_plugin.domain.assets import Asset, asset_of_reference
from bittitan_plugin.domain.coupons import Coupon, CouponStatus


def differences(
    asset: Asset, coupon: Coupon, now: datetime, partner_id: str | None
) -> tuple[str, ...]:
    """What keeps ``coupon`` from being delivered for ``asset``; empty where nothing does.

    Each completes a sentence that names the coupon, without its code. ``partner_id`` is the
    vendor's account of the buyer; None where that cannot be compared. The rule is ours.
    """
    return (*_contradictions(asset, coupon, partner_id), *_flaws(coupon, now))


def is_about_another(asset: Asset, coupon: Coupon) -> bool:
    """Whether a coupon with the id of the asset's coupon names another sale of ours."""
    return asset_of_reference(coupon.reference) not in (None, asset.id)


def _contradictions(asset: Asset, coupon: Coupon, partner_id: str | None) -> Iterator[str]:
    compared: tuple[tuple[str, object, object], ...] = (
        ("has the reference", coupon.reference, asset.reference),
        ("is for the partner", coupon.partner_id, partner_id or coupon.partner_id),
        ("has the SKU", coupon.sku, asset.sku),
        ("has, as days to redeem it,", coupon.expire_days, asset.expire_days),
        ("has, as days of validity,", coupon.validity_days, asset.validity_days),
    )
    if coupon.quantity != asset.quantity:
        yield f"holds {coupon.quantity} licences, {asset.quantity} were sold"
    for what, said, asked in compared:
        if said != asked:
            yield f"{what} {said} instead of {asked}"


def _flaws(coupon: Coupon, now: datetime) -> Iterator[str]:
    if coupon.status is not CouponStatus.AVAILABLE:
        yield f"is {coupon.status.lower()}, not available"
    if coupon.expires_at <= now:
        yield f"could be redeemed only before {coupon.expires_at:%Y-%m-%d %H:%M} (UTC)"
