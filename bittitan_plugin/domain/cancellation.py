"""Whether an asset can be cancelled now, until when, and for how much; also before cancelling."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bittitan_plugin.domain.assets import Asset, AssetStatus, ProvisioningStatus
from bittitan_plugin.domain.coupons import CouponSource, CouponStatus
from bittitan_plugin.domain.days import begins_at
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.money import Money

#: Documented: only within 15 days is the full refund available. A distributor may only shorten it.
LONGEST_WINDOW_DAYS = 15


@dataclass(frozen=True, kw_only=True)
class CancellationTerms:
    """The answer to whether an asset can be cancelled."""

    allowed: bool
    #: Why it is refused, or None when it is allowed.
    code: ErrorCode | None
    #: One sentence for people, in either case.
    message: str
    #: The first instant at which it is too late, in the time zone of the sale.
    closes_at: datetime
    refund: Money
    #: Whether a customer's cancellation would execute without staff.
    automatic: bool


def closing_instant(purchase_date: datetime, window_days: int, zone: ZoneInfo) -> datetime:
    """The first instant after the window, in ``zone``.

    Our rule: days are calendar days in the instance's time zone and the last one counts whole, so
    the window ends where the day after it begins.
    """
    last_day = purchase_date.astimezone(zone).date() + timedelta(days=window_days)
    return begins_at(last_day + timedelta(days=1), zone)


def deadline_of(asset: Asset) -> datetime:
    """The first instant at which ``asset`` can no longer be cancelled.

    Our rule: it depends only on what was noted at the sale, so no setting moves it later.
    """
    return closing_instant(asset.purchase_date, asset.refund_window_days, asset.zone)


def check(
    asset: Asset,
    now: datetime,
    *,
    automatic: bool = False,
    automatic_limit: Money | None = None,
) -> CancellationTerms:
    """Apply the rules to ``asset`` without changing anything.

    ``automatic`` and ``automatic_limit`` say what the distributor allows customers to do
    without staff; a limit in another currency never applies automatically.
    """
    closes_at = deadline_of(asset)
    refusal = _refusal(asset, now, closes_at)
    within_limit = automatic_limit is None or (
        automatic_limit.currency == asset.total.currency
        and asset.total.amount <= automatic_limit.amount
    )
    return CancellationTerms(
        allowed=refusal is None,
        code=refusal[0] if refusal else None,
        message=refusal[1] if refusal else _permission(asset, closes_at),
        closes_at=closes_at,
        refund=asset.total,
        automatic=automatic and within_limit,
    )


def demand(terms: CancellationTerms) -> None:
    """Raise the refusal that ``terms`` state, if they state one."""
    if terms.code is not None:
        raise Refusal(terms.code, terms.message)


def _refusal(asset: Asset, now: datetime, closes_at: datetime) -> tuple[ErrorCode, str] | None:
    if asset.status is AssetStatus.CANCELLED:
        return ErrorCode.ALREADY_CANCELLED, "This asset has already been cancelled."
    if asset.status is AssetStatus.CANCELLING:
        return ErrorCode.CANCELLATION_PENDING, "A cancellation of this asset is being executed."
    if asset.status is AssetStatus.AWAITING_REVOCATION:
        return (
            ErrorCode.CANCELLATION_PENDING,
            "This asset is being cancelled: it is credited once its coupon code is revoked.",
        )
    # If that was only concluded, BitTitan is asked and its answer decides.
    if asset.coupon_status is CouponStatus.REDEEMED and not asset.coupon_status_inferred:
        return (
            ErrorCode.COUPON_REDEEMED,
            "The coupon code has been redeemed, so its licences can no longer be given back.",
        )
    if asset.coupon_status is CouponStatus.EXPIRED:
        return ErrorCode.COUPON_EXPIRED, "The coupon code has expired and cannot be cancelled."
    if now >= closes_at:
        return (
            ErrorCode.CANCELLATION_WINDOW_CLOSED,
            f"It could be cancelled for {asset.refund_window_days} days after the purchase; "
            f"that ended before {_spoken(closes_at)}.",
        )
    # Drawing a code from stock is one transaction, so there is no answer to wait for.
    asked = asset.coupon_source is CouponSource.API
    if asked and asset.provisioning_status is ProvisioningStatus.PENDING:
        return (
            ErrorCode.NOT_PROVISIONED,
            "The coupon code is still being obtained; cancel when that has finished or failed.",
        )
    return None


def _permission(asset: Asset, closes_at: datetime) -> str:
    terms = f"an be cancelled before {_spoken(closes_at)} for a full credit of {asset.total}."
    if asset.coupon_status is not CouponStatus.REDEEMED:
        return f"C{terms}"
    return (
        "BitTitan no longer lists the coupon code, so it seems to have been redeemed. If BitTitan, "
        f"which is asked, says that it has not, it c{terms}"
    )


def _spoken(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M} ({instant.tzinfo})"
