"""What people changed besides assets: settings, products, orders, users and whatever else there is.

An asset's own changes are in its history (``domain/history.py``); the audit shows both.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bittitan_plugin.domain.described import Described
from bittitan_plugin.domain.history import Actor, Change


class SubjectKind(Described):
    """What a change is about."""

    ASSET = "ASSET", "Licences that were sold."
    SETTINGS = "SETTINGS", "The plugin's settings, and whether it is switched on."
    PRODUCT = "PRODUCT", "A product of the catalogue."
    ORDER = "ORDER", "An order, with its payments, refunds and invoices."
    ACCOUNT = "ACCOUNT", "A customer's account at BitTitan."
    CUSTOMER = "CUSTOMER", "A user who buys."
    STAFF = "STAFF", "A user of the distributor."
    STOCK = "STOCK", "Coupon codes in stock."
    PROBLEM = "PROBLEM", "A problem that was acted upon."
    LIST = "LIST", "A list of the back office that was exported."


@dataclass(frozen=True, kw_only=True)
class Subject:
    """The object of a change: its id, and the name by which people know it."""

    kind: SubjectKind
    id: str
    name: str


@dataclass(frozen=True, kw_only=True)
class AuditEntry:
    """One change of one object. Values of secrets, codes among them, never appear."""

    at: datetime
    actor: Actor
    subject: Subject
    change: Change


def differences(before: Mapping[str, object], after: Mapping[str, object]) -> list[Change]:
    """What differs between two sets of values, in the order of ``after``; both are shown as text.

    A value that is missing, None or empty is none.
    """
    found = []
    for name, value in after.items():
        old, new = _text(before.get(name)), _text(value)
        if old != new:
            found.append(Change(field=name, before=old, after=new))
    return found


def _text(value: object) -> str | None:
    return None if value is None or value == "" else str(value)
