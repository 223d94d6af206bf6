"""How the back office writes values."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from bittitan_plugin.domain.assets import Asset, AssetStatus, ProvisioningStatus
from bittitan_plugin.domain.coupons import CouponStatus
from bittitan_plugin.domain.requests import RequestState
from bittitan_plugin.web.pages import instant

#: Tabler's colours by what a status means to staff: all is well, watch it, act, over.
_GOOD, _WATCH, _ACT, _OVER = "green", "yellow", "red", "secondary"

COLOURS: dict[str, str] = {
    ProvisioningStatus.SYNCHRONIZED: _GOOD,
    ProvisioningStatus.PENDING: _WATCH,
    ProvisioningStatus.FAILED: _ACT,
    AssetStatus.ACTIVE: _GOOD,
    AssetStatus.CANCELLING: _WATCH,
    AssetStatus.CANCELLED: _OVER,
    CouponStatus.AVAILABLE: _GOOD,
    CouponStatus.REDEEMED: "blue",
    CouponStatus.EXPIRED: _OVER,
    CouponStatus.UNKNOWN: _WATCH,
    RequestState.ACCEPTED: _GOOD,
    RequestState.REFUSED: _OVER,
    RequestState.WITHDRAWN: _OVER,
    "UNPAID": _WATCH,
    "PAID": _GOOD,
    "UNSYNCHRONIZED": _WATCH,
    "STOPPED": _ACT,
    "OPEN": _ACT,
    "LOCKED_OUT": _ACT,
    "RESOLVED": _GOOD,
    "PUBLISHED": _GOOD,
    "WAITING": _WATCH,
    "UNDER_WAY": _WATCH,
    "OVERDUE": _ACT,
    "RUNNING": _WATCH,
    "TO_BE_EXECUTED": _WATCH,
    "WAITS_FOR_PAYMENT": _WATCH,
    "BEING_DELIVERED": _WATCH,
    "PARTLY_DELIVERED": _WATCH,
    "BEING_CANCELLED": _WATCH,
    "DELIVERY_FAILED": _ACT,
    "DELIVERED": _GOOD,
    "FINISHED": _GOOD,
}

_FIELDS = {
    "friendlyName": "Friendly name",
    "endCustomer": "End customer",
    "expireDays": "Expire (days)",
    "validityDays": "Validity (days)",
    "coupon": "Coupon",
    "couponStatus": "Coupon status",
    "couponStatusInferred": "Coupon status is inferred",
    "couponExpiresAt": "Coupon expires",
    "expiryReminderDays": "Expiry reminder (days before)",
    "provisioningStatus": "Provisioning",
    "provisioningError": "Reason",
    "status": "Status",
    "invoice": "Invoice",
    "creditInvoice": "Credit invoice",
    "refund": "Refund",
    "welcomeEmail": "Welcome e-mail",
    "welcomeEmailAgain": "Welcome e-mail once more",
    "codeShown": "Code shown",
    "cancellationRequest": "Request to cancel",
    "active": "Switched on",
    "synchronize": "Save & Synchronize",
    "invitation": "Invited",
    "disabled": "Locked out",
    "billing_day": "Billing day",
    "passwordLink": "Link to choose a password",
    "orderState": "State",
    "onAccount": "Delivered before it is paid",
    "takenBack": "Not due any more",
    "buysOnAccount": "Buys on account",
    "creditLimit": "Limit of its credit",
    "published": "On sale",
}


#: What somebody typed stays as it was typed, also where it looks like a constant.
_TYPED = frozenset({"friendlyName", "name", "company", "sku", "synchronize", "note", "reason"})
_FLAGS = {"True": "Yes", "False": "No"}
_CONSTANT = re.compile(r"[A-Z]+(_[A-Z]+)+")
#: An instant with its offset, as histories keep it.
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$")


def spoken(value: object) -> str:
    """``PENDING`` as ``Pending``, ``USER_MIGRATION_BUNDLE`` as ``User migration bundle``."""
    return str(value).replace("_", " ").capitalize()


def field_name(field: str) -> str:
    """The name of a field in a history, as people read it."""
    return _FIELDS.get(field, spoken(field))


def recorded(field: str, value: str | None, zone: ZoneInfo) -> str | None:
    """A value of a history as people read it: constants and flags as words, instants as dates."""
    if value is None or field in _TYPED:
        return value
    if value in _FLAGS:
        return _FLAGS[value]
    if value in COLOURS or _CONSTANT.fullmatch(value):
        return spoken(value)
    if _INSTANT.match(value):
        return instant(datetime.fromisoformat(value), zone)
    return value


def colour(value: object) -> str:
    """The colour of a status."""
    return COLOURS.get(str(value), _OVER)


def at_a_glance(asset: Asset) -> str:
    """An asset's most important status: what staff look for in a list."""
    if asset.status is not AssetStatus.ACTIVE:
        return asset.status
    if asset.provisioning_status is not ProvisioningStatus.SYNCHRONIZED:
        return asset.provisioning_status
    return asset.coupon_status
