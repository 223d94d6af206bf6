"""A sample of every e-mail there is, made from its declaration."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args, get_type_hints
from zoneinfo import ZoneInfo

from bittitan_plugin.domain.emails import EMAILS, Email, Values
from bittitan_plugin.domain.money import Money
from bittitan_plugin.mail import wording
from bittitan_plugin.ports.mail import Notification
from tests.unit.mail.reference import values_of

TEMPLATES = Path(wording.__file__).parent / "templates"
ATHENS = ZoneInfo("Europe/Athens")
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
CODE = "MW-7F3K-99QX-ZP41"

#: Values that tests look for. All others are made from their type.
_BY_NAME: dict[str, object] = {
    "customer_name": "Olive & Sons",
    "product_name": "BitTitan Mailbox License",
    "friendly_name": "Spring move",
    "quantity": 25,
    "end_customer": "Harbour Clinic",
    "order_number": "1042",
    "coupon_code": CODE,
    "coupon_expires_at": datetime(2027, 3, 2, 11, 30, tzinfo=ATHENS),
    "coupon_days_left": 365,
    "validity_days": 180,
    "comment": "We ordered twice.\nPlease cancel one.",
    "credit_invoice": "CR-2026-0007",
    "refund": Money.of("330.00", "USD"),
    "by_hand": Money.of("20.00", "USD"),
    "settled_with_order": False,
}
_BY_TYPE: dict[object, object] = {
    str: "Some words.",
    int: 100,
    bool: True,
    datetime: datetime(2026, 3, 18, 0, 0, tzinfo=ATHENS),
    Money: Money.of("350.00", "USD"),
    tuple[str, ...]: ("Find the coupon in the portal.", "Revoke it and confirm it here."),
}


def sample(template: str, **changes: object) -> Email:
    """That e-mail with sample values; ``changes`` says otherwise, by name."""
    email = _made(EMAILS[template], changes)
    assert isinstance(email, Email)
    return email


def _made(group: type, changes: Mapping[str, object]) -> object:
    assert is_dataclass(group)
    hints = get_type_hints(group)
    given = {each.name: _value(each.name, hints[each.name], changes) for each in fields(group)}
    return group(**given)


def _value(name: str, kind: Any, changes: Mapping[str, object]) -> object:
    if isinstance(kind, type) and issubclass(kind, Values):
        return _made(kind, changes)
    known = {**_BY_NAME, **changes}
    if name in known:
        return known[name]
    return _BY_TYPE[kind] if kind in _BY_TYPE else _BY_TYPE[get_args(kind)[0]]


#: What the templates are given of whoever sends.
FRAME = {
    "sender": "licenses@example.com",
    "support_address": "help@example.com",
    "brand_name": "Cloud Shop",
}
SAMPLES = {template: sample(template).values() for template in EMAILS}


def sparse(template: str) -> dict[str, object]:
    """The sample values of ``template`` with everything optional left out."""
    left_out = {
        value.name: None if value.is_optional else False
        for value in values_of(EMAILS[template])
        if value.is_optional or value.type is bool
    }
    return {**SAMPLES[template], **left_out}


def notification(
    template: str = "welcome",
    values: Mapping[str, object] | None = None,
    *,
    to: str = "olive@example.org",
    sender: str = "licenses@example.com",
    key: str = "welcome:asset-1",
) -> Notification:
    """A notification of the sample values, with those in ``values`` put over them."""
    return Notification(email=sample(template, **(values or {})), to=to, sender=sender, key=key)
