"""When a buyer is reminded that an unused coupon code will expire."""

from datetime import datetime, timedelta

from bittitan_plugin.domain.assets import Asset, AssetStatus
from bittitan_plugin.domain.coupons import CouponStatus

#: Days before the code's expiry at which the buyer is reminded, once each. Our choice.
REMINDER_DAYS = (30, 7)
#: No reminder on the first day: the welcome e-mail says the same. Our choice.
QUIET_AFTER_PURCHASE = timedelta(days=1)


def due_reminder(asset: Asset, now: datetime) -> int | None:
    """The reminder that is due now, as its days before the expiry; None when none is due.

    If several are due at once, only the one nearest to the expiry counts; the others are dropped.
    A reminder that falls on the first day after the purchase is left out: the code was sent then.
    """
    expires_at = asset.coupon_expires_at
    if asset.status is not AssetStatus.ACTIVE or asset.coupon_status is not CouponStatus.AVAILABLE:
        return None
    if expires_at is None or now >= expires_at:
        return None
    due = [
        days
        for days in REMINDER_DAYS
        if asset.purchase_date + QUIET_AFTER_PURCHASE <= expires_at - timedelta(days=days) <= now
        and (asset.expiry_reminder_days is None or days < asset.expiry_reminder_days)
    ]
    return min(due, default=None)
