"""The asset's history: who changed what, when, from which value to which. Append-only."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.described import Described


class ActorKind(Described):
    """Who caused a change."""

    STAFF = "STAFF", "A person of the distributor."
    CUSTOMER = "CUSTOMER", "The buyer or the end customer."
    PLATFORM = "PLATFORM", "An event of the commerce platform."
    VENDOR = "VENDOR", "BitTitan's answer."
    SYSTEM = "SYSTEM", "The plugin itself: a timer, a retry, a reconciliation."


@dataclass(frozen=True)
class Actor:
    """Who caused a change; ``name`` is an e-mail address or the name of an event."""

    kind: ActorKind
    name: str


@dataclass(frozen=True, kw_only=True)
class Change:
    """One field's change, in words. Codes never appear: the coupon is shown by its vendor id."""

    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True, kw_only=True)
class HistoryEntry:
    """One recorded change."""

    at: datetime
    actor: Actor
    change: Change


#: The tracked values, and how each reads. The coupon code itself is deliberately absent.
_TRACKED: dict[str, Callable[[Asset], object]] = {
    "friendlyName": lambda a: a.friendly_name,
    "endCustomer": lambda a: a.end_customer_id,
    "expireDays": lambda a: a.expire_days,
    "validityDays": lambda a: a.validity_days,
    "coupon": lambda a: a.coupon_id,
    "couponStatusInferred": lambda a: "yes" if a.coupon_status_inferred else None,
    "couponStatus": lambda a: a.coupon_status,
    "couponExpiresAt": lambda a: a.coupon_expires_at and a.coupon_expires_at.isoformat(),
    "expiryReminderDays": lambda a: a.expiry_reminder_days,
    "provisioningStatus": lambda a: a.provisioning_status,
    "provisioningError": lambda a: a.provisioning_error and a.provisioning_error.message,
    "status": lambda a: a.status,
    "invoice": lambda a: a.invoice and a.invoice.number,
    "creditInvoice": lambda a: a.credit_invoice and a.credit_invoice.number,
    "refund": lambda a: a.refund and a.refund.summary,
    "welcomeEmail": lambda a: a.welcomed_at and a.welcomed_at.isoformat(),
}


def changes(before: Asset | None, after: Asset) -> list[Change]:
    """What differs between two values of one asset; of a new asset, everything that is set."""
    found = []
    for name, read in _TRACKED.items():
        old = _text(read(before)) if before else None
        new = _text(read(after))
        if old != new:
            found.append(Change(field=name, before=old, after=new))
    return found


def _text(value: object) -> str | None:
    return None if value is None else str(value)
