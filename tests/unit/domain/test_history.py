"""What the history records of a change, and what it never does."""

from dataclasses import fields, replace
from typing import Any

from bittitan_plugin.domain.assets import Asset, AssetStatus
from bittitan_plugin.domain.billing import InvoiceReference, Refund, RefundStatus
from bittitan_plugin.domain.coupons import CouponStatus, Sealed
from bittitan_plugin.domain.errors import ErrorCode
from bittitan_plugin.domain.history import Change, changes
from bittitan_plugin.domain.money import Money
from tests.fakes.values import NOON, new_asset, sold_asset
from tests.tables import every

CODE = Sealed("gAAAAA-the-sealed-code")

#: Fields of an asset whose change is deliberately not told.
UNTOLD = {
    "id", "account_id", "product_id", "product_type", "sku", "name",
    "order_id", "order_number", "order_line_id", "recipient_email", "quantity", "unit_price",
    "total", "tax",
    "purchase_date", "refund_window_days", "time_zone",
    "coupon_source", "coupon_code", "requested_at",
    "cancelled_at", "version", "coupon_adopted", "coupon_account", "coupon_listed_since",
}  # fmt: skip

TOLD: dict[str, tuple[str, Any]] = {
    "friendly_name": ("friendlyName", "Project Atlas"),
    "end_customer_id": ("endCustomer", "1b671a64-40d5-491e-99b0-da01ff1f3341"),
    "expire_days": ("expireDays", 30),
    "validity_days": ("validityDays", 30),
    "coupon_id": ("coupon", "coupon-9"),
    "coupon_inferred_at": ("couponStatusInferred", NOON),
    "coupon_status": ("couponStatus", CouponStatus.REDEEMED),
    "coupon_expires_at": ("couponExpiresAt", NOON),
    "provisioning_status": ("provisioningStatus", "FAILED"),
    "provisioning_error": (
        "provisioningError",
        new_asset().failed(ErrorCode.INVALID, "why").provisioning_error,
    ),
    "status": ("status", AssetStatus.CANCELLED),
    "invoice": ("invoice", InvoiceReference(id="i", number="INV-1")),
    "credit_invoice": ("creditInvoice", InvoiceReference(id="c", number="CR-1")),
    "refund": (
        "refund",
        Refund(
            status=RefundStatus.PAID,
            amount=Money.of("1.00", "USD"),
            by_hand=Money.of("0", "USD"),
        ),
    ),
    "welcomed_at": ("welcomeEmail", NOON),
    "expiry_reminder_days": ("expiryReminderDays", 30),
}


@every("field", TOLD)
def test_a_change_of_a_field_is_told_under_its_name(field: str) -> None:
    name, value = TOLD[field]
    asset = sold_asset()
    assert [change.field for change in changes(asset, replace(asset, **{field: value}))] == [name]


def test_of_every_field_it_is_decided_whether_its_change_is_told() -> None:
    assert {field.name for field in fields(Asset)} == UNTOLD | TOLD.keys()


def test_a_change_is_told_from_which_value_to_which() -> None:
    asset = sold_asset(friendly_name="Atlas")
    assert changes(asset, replace(asset, friendly_name=None)) == [
        Change(field="friendlyName", before="Atlas", after=None)
    ]


def test_nothing_is_told_of_what_did_not_change() -> None:
    asset = sold_asset()
    assert changes(asset, asset) == []


def test_of_a_new_asset_all_that_is_set_is_told() -> None:
    told = {change.field: change.after for change in changes(None, new_asset())}
    assert told == {
        "expireDays": "365",
        "validityDays": "365",
        "couponStatus": "UNKNOWN",
        "provisioningStatus": "PENDING",
        "status": "ACTIVE",
    }


def test_the_coupon_code_is_never_told_not_even_sealed() -> None:
    before = new_asset()
    after = replace(before, coupon_id="coupon-1", coupon_code=CODE)
    assert CODE not in str(changes(before, after) + changes(None, after) + changes(after, before))


def test_an_invoice_is_told_by_its_number() -> None:
    asset = sold_asset()
    invoiced = replace(asset, invoice=InvoiceReference(id="opaque", number="INV-7"))
    assert changes(asset, invoiced)[0].after == "INV-7"
