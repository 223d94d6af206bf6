"""Describes a licence to its buyer in a few words, without our vocabulary."""

from dataclasses import dataclass

from bittitan_plugin.domain.assets import Asset, AssetStatus, ProvisioningStatus
from bittitan_plugin.domain.coupons import CouponStatus
from bittitan_plugin.domain.errors import ErrorCode
from bittitan_plugin.domain.history import HistoryEntry


@dataclass(frozen=True)
class Standing:
    """A licence's status: a label, its tone (``good``, ``wait``, ``bad``, ``plain``), why."""

    label: str
    tone: str
    sentence: str


CANCELLED = Standing("Cancelled", "plain", "It has been cancelled.")
CANCELLING = Standing(
    "Being cancelled",
    "wait",
    "BitTitan is being asked to take the code back; it goes on by itself.",
)
REVOKING = Standing(
    "Being cancelled",
    "wait",
    "Our staff are taking the code back, so please do not use it. "
    "You will be told by e-mail when that is done.",
)
FAILED = Standing(
    "Delayed",
    "bad",
    "The coupon code could not be obtained yet. Our staff know and look into it; "
    "you need not do anything.",
)
SEEMS_REDEEMED = Standing(
    "Redeemed",
    "plain",
    "BitTitan no longer lists the coupon code, so it has very likely been entered in BitTitan's "
    "portal.",
)
_COUPON = {
    CouponStatus.AVAILABLE: Standing(
        "Ready to redeem", "good", "The coupon code is here and has not been entered yet."
    ),
    CouponStatus.REDEEMED: Standing(
        "Redeemed", "plain", "The coupon code has been entered in BitTitan's portal."
    ),
    CouponStatus.EXPIRED: Standing(
        "Expired", "bad", "The coupon code was not entered in time and is worth nothing now."
    ),
    CouponStatus.CANCELLED: Standing(
        "Taken back", "plain", "The coupon code has been taken back and no longer works."
    ),
    CouponStatus.UNKNOWN: Standing(
        "Being looked up", "wait", "What became of the coupon code is being asked of BitTitan."
    ),
}
_WAITING = {
    ErrorCode.VENDOR_UNAVAILABLE: "BitTitan cannot be reached at the moment; it is tried again "
    "by itself.",
    ErrorCode.PLATFORM_UNAVAILABLE: "The shop cannot be asked at the moment; it is tried again "
    "by itself.",
    ErrorCode.ACCOUNT_NOT_SYNCHRONIZED: "Your account is still being set up with BitTitan.",
    ErrorCode.OUT_OF_STOCK: "New codes have been asked for; yours comes by itself.",
}
#: The values shown on the page: their names in the history, and the page's words for them.
_SHOWN = {
    "status": "The licences",
    "couponStatus": "The coupon code",
    "provisioningStatus": "The delivery",
    "friendlyName": "The friendly name",
    "endCustomer": "The end customer",
    "invoice": "The invoice",
    "creditInvoice": "The credit invoice",
    "refund": "The refund",
}


def standing(asset: Asset) -> Standing:
    """The status of an asset, in words."""
    if asset.status is AssetStatus.CANCELLED:
        return CANCELLED
    if asset.status is AssetStatus.CANCELLING:
        return CANCELLING
    if asset.status is AssetStatus.AWAITING_REVOCATION:
        return REVOKING
    if asset.provisioning_status is ProvisioningStatus.FAILED:
        return FAILED
    if asset.provisioning_status is ProvisioningStatus.PENDING:
        error = asset.provisioning_error
        reason = _WAITING.get(error.code, "") if error else ""
        return Standing("Code on its way", "wait", f"The coupon code is being obtained. {reason}")
    if asset.coupon_status is CouponStatus.REDEEMED and asset.coupon_status_inferred:
        return SEEMS_REDEEMED
    return _COUPON[asset.coupon_status]


def changed(entries: list[HistoryEntry]) -> list[str]:
    """The changes of a licence, as far as its page shows them; names no person."""
    sentences = {}
    for entry in entries:
        subject, change = _SHOWN.get(entry.change.field), entry.change
        if subject is None:
            continue
        if change.field == "endCustomer":
            sentences[change.field] = f"{subject} is another one now."
        else:
            after = (change.after or "none").lower() if change.field in _STATES else change.after
            sentences[change.field] = f"{subject}: now {after or 'none'}."
    return list(sentences.values())


_STATES = {"status", "couponStatus", "provisioningStatus"}
