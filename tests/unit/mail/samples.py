"""Sample values for every e-mail there is: the one place that says what each template takes."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bittitan_plugin.domain.money import Money
from bittitan_plugin.mail import wording
from bittitan_plugin.ports.mail import Notification

TEMPLATES = Path(wording.__file__).parent / "templates"
ATHENS = ZoneInfo("Europe/Athens")
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
CODE = "MW-7F3K-99QX-ZP41"

#: What every template takes.
COMMON: dict[str, object] = {
    "customer_name": "Olive & Sons",
    "product_name": "BitTitan Mailbox License",
    "friendly_name": "Spring move",
    "quantity": 25,
    "end_customer": "Harbour Clinic",
    "order_number": "1042",
}
_DEADLINE = {"deadline": datetime(2026, 3, 18, 0, 0, tzinfo=ATHENS)}
_AMOUNT = {"amount": Money.of("350.00", "USD")}
_COUPON: dict[str, object] = {
    "coupon_code": CODE,
    "coupon_expires_at": datetime(2027, 3, 2, 11, 30, tzinfo=ATHENS),
    "coupon_days_left": 365,
    "validity_days": 180,
}
_COMMENT = {"comment": "We ordered twice.\nPlease cancel one."}
_REVIEW = {"review_url": "https://shop.example/admin/assets/7"}

SAMPLES: dict[str, dict[str, object]] = {
    "welcome": {**COMMON, **_COUPON, **_DEADLINE},
    "cancellation_request_received": {**COMMON, **_COMMENT, **_AMOUNT, **_DEADLINE},
    "cancellation_request_staff": {
        **COMMON, **_COMMENT, **_AMOUNT, **_DEADLINE, **_REVIEW, "reminder": True,
    },
    "cancellation_accepted": {**COMMON, **_AMOUNT},
    "cancellation_refused": {**COMMON, "reason": "The code has already been entered."},
    "cancellation_withdrawn": {**COMMON, **_DEADLINE},
    "cancellation_expired": {**COMMON, **_DEADLINE},
    "cancelled": {
        **COMMON, **_AMOUNT, "credit_invoice": "CR-2026-0007",
        "refund": Money.of("330.00", "USD"), "by_hand": Money.of("20.00", "USD"),
        "settled_with_order": False,
        "cancelled_at": datetime(2026, 3, 9, 16, 5, tzinfo=ATHENS),
    },
    "coupon_expiring": {**COMMON, **_COUPON},
    "provisioning_failed": {
        **COMMON, **_REVIEW,
        "reason": "BitTitan does not sell the SKU MW-MB-9.",
        "next_step": "Correct the SKU of the product, then choose Synchronize again.",
    },
    "out_of_stock": {**COMMON, "most_codes": 100},
    "invitation": {
        "invited": "Harbour Clinic", "invited_by": "Olive & Sons",
        "link": "https://shop.example/invitation/gAAAAAB-x_y==",
        "link_expires_at": datetime(2026, 3, 9, 11, 30, tzinfo=ATHENS),
    },
    "revocation_staff": {
        **COMMON, **_AMOUNT, **_DEADLINE, **_REVIEW, "reminder": True,
        "steps": ("Find the coupon in the portal.", "Revoke it and confirm it here."),
    },
}  # fmt: skip

#: Values that may be None, or False, because there is nothing to say about them.
OPTIONAL: dict[str, set[str]] = {
    "*": {"friendly_name", "end_customer"},
    "welcome": {"deadline"},
    "cancellation_request_received": {"comment"},
    "cancellation_request_staff": {"comment", "review_url", "reminder"},
    "cancelled": {"credit_invoice", "amount", "refund", "by_hand", "settled_with_order"},
    "invitation": {"invited_by"},
    "provisioning_failed": {"review_url"},
    "out_of_stock": {"most_codes"},
    "revocation_staff": {"amount", "deadline", "review_url", "reminder"},
}


def sparse(template: str) -> dict[str, object]:
    """The sample values of ``template`` with everything optional left out."""
    optional = OPTIONAL["*"] | OPTIONAL.get(template, set())
    return {k: None if k in optional else v for k, v in SAMPLES[template].items()}


def notification(
    template: str = "welcome",
    values: Mapping[str, object] | None = None,
    *,
    to: str = "olive@example.org",
    sender: str = "licenses@example.com",
    key: str = "welcome:asset-1",
) -> Notification:
    """A notification of the sample values, with those in ``values`` put over them."""
    return Notification(
        template=template,
        to=to,
        sender=sender,
        key=key,
        values={**SAMPLES[template], **(values or {})},
    )
