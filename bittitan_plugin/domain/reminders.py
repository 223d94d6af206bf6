"""When a buyer is reminded that an unused coupon code will expire."""

from datetime import datetime, timedelta

from bittitan_plugin.domain.assets import Asset, AssetStatus
from bittitan_plugin.domain.coupons import CouponStatus

#: Days before the code's expiry at which the buyer is reminded, once each. Ours.
REMINDER_DAYS = (30, 7)
#: The first day belongs to the welcome e-mail, which says the same. Ours.
QUIET_AFTER_PURCHASE = timedelta(days=1)


def due_reminder(asset: Asset, now: datetime) -> int | None:
    """How many days before the expiry the reminder is that is due now; None when none is.

    Of several due at once only the nearest counts, and the farther ones are never sent after it.
    What lies before the first day after the purchase is left out: the code was sent then.
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
