"""Every setting: what it takes, what it refuses, and that nothing else changes."""

from dataclasses import fields, replace
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bittitan_plugin.domain.catalogue import ProductType
from bittitan_plugin.domain.configuration import Configuration
from bittitan_plugin.domain.coupons import CouponSource, Sealed
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.orders import ProvisionOn
from tests.tables import every

NAMES = [field.name for field in fields(Configuration)]
DAYS = [("1", 1), (" 365 ", 365), ("3650", 3650)]
NO_DAYS = ["0", "3651", "-1", "1.5", "a year", ""]
SWITCH = [("true", True), ("FALSE", False), (" True ", True)]
NO_SWITCH = ["yes", "1", "0", "", "on"]
ADDRESS = [("licenses@example.com", "licenses@example.com")]
#: Files beside the zones, which mean another time on each machine, no place, or leap seconds.
NO_ZONE = ["localtime", "Factory", "right/Europe/Athens", "posix/Europe/Athens", "posixrules"]
TEXT = [("Żółć & Þór, Ελλάδα", "Żółć & Þór, Ελλάδα"), ("", "")]
NO_TEXT = ["x" * 256, "two\nlines"]
NO_ADDRESS = ["example.com", "@example.com", "licenses@", "a b@c.d", "a@b.c, d@e.f", "A <a@b.c>"]

GOOD: dict[str, list[tuple[str, Any]]] = {
    "api_url": [
        ("https://coupons.example/v/", "https://coupons.example/v"),
        ("http://127.0.0.1:8001", "http://127.0.0.1:8001"),
        ("", ""),
    ],
    "api_email": [*ADDRESS, ("", "")],
    "api_password": [("gAAAA-sealed", Sealed("gAAAA-sealed"))],
    "coupon_source": [("API", CouponSource.API), ("stock", CouponSource.STOCK)],
    "mailbox_license_source": [("", None), ("stock", CouponSource.STOCK)],
    "user_migration_bundle_source": [("", None), ("API", CouponSource.API)],
    "low_stock_threshold": [("0", 0), ("500", 500)],
    "stop_without_stock": SWITCH,
    "expire_days": DAYS,
    "validity_days": DAYS,
    "product_category": [
        ("Software licences", "Software licences"),
        ("software", "software"),
        ("", ""),
    ],
    "provision_on": [("FULLY_PAID", ProvisionOn.FULLY_PAID), ("confirmed", ProvisionOn.CONFIRMED)],
    "synchronize_automatically": SWITCH,
    "issue_invoices": SWITCH,
    "time_zone": [("Europe/Athens", "Europe/Athens"), (" UTC ", "UTC")],
    "refund_window_days": [("0", 0), ("7", 7), ("15", 15)],
    "automatic_cancellation": SWITCH,
    "automatic_cancellation_limit": [
        ("", None),
        ("0", Decimal(0)),
        ("250.50", Decimal("250.50")),
        ("0.0001", Decimal("0.0001")),
    ],
    "automatic_cancellation_product_types": [
        ("", ()),
        ("mailbox_license ,", (ProductType.MAILBOX_LICENSE,)),
        ("USER_MIGRATION_BUNDLE, MAILBOX_LICENSE", tuple(ProductType)),
    ],
    "brand_name": [(" Cloud  Shop ", "Cloud  Shop"), ("Ελληνικά", "Ελληνικά"), ("", "")],
    "accent_colour": [("#0B5394", "#0b5394"), ("", "")],
    "sender_email": ADDRESS,
    "sender_name": [("Cloud Shop", "Cloud Shop"), ("", "")],
    "support_address": [*ADDRESS, ("", "")],
    "staff_email": [*ADDRESS, ("", "")],
    "seller_name": TEXT,
    "seller_street": TEXT,
    "seller_postal_code": TEXT,
    "seller_city": TEXT,
    "seller_country": [("GR", "GR"), ("de", "DE"), ("", "")],
    "seller_tax_number": TEXT,
    "tax_rate": [
        ("", None),
        ("0", Decimal(0)),
        ("7.7", Decimal("7.7")),
        ("25.50", Decimal("25.50")),
        ("100", Decimal(100)),
    ],
    "prices_include_tax": SWITCH,
}
BAD: dict[str, list[str]] = {
    "api_url": ["coupons.example", "ftp://coupons.example", "//coupons.example"],
    "api_email": NO_ADDRESS,
    "api_password": [],
    "coupon_source": ["", "FTP"],
    "mailbox_license_source": ["FTP", "API, STOCK"],
    "user_migration_bundle_source": ["FTP"],
    "low_stock_threshold": ["-1", "few", "", "0.5"],
    "stop_without_stock": NO_SWITCH,
    "expire_days": NO_DAYS,
    "validity_days": NO_DAYS,
    "product_category": ["x" * 256, "two\nlines", "许可证"],
    "provision_on": ["", "PAID"],
    "synchronize_automatically": NO_SWITCH,
    "issue_invoices": NO_SWITCH,
    "time_zone": ["", "Athens", "Europe", "Europe/Atlantis", "../../etc/passwd", "UTC\0", *NO_ZONE],
    "refund_window_days": ["16", "365", "-1", "", "1.5", "fortnight"],
    "automatic_cancellation": NO_SWITCH,
    "automatic_cancellation_limit": ["-0.01", "much", "NaN", "Infinity", "1e20", "0.00001"],
    "automatic_cancellation_product_types": ["T_SHIRT", "MAILBOX_LICENSE;USER_MIGRATION_BUNDLE"],
    "brand_name": NO_TEXT,
    "accent_colour": ["0b5394", "#0b539", "#0b53945", "#00000g", "red", "#fff"],
    "sender_email": ["", *NO_ADDRESS],
    "sender_name": NO_TEXT,
    "support_address": NO_ADDRESS,
    "staff_email": NO_ADDRESS,
    "seller_name": NO_TEXT,
    "seller_street": NO_TEXT,
    "seller_postal_code": NO_TEXT,
    "seller_city": NO_TEXT,
    "seller_country": ["G", "GRC", "Greece", "ΕΛ", "1A"],
    "seller_tax_number": NO_TEXT,
    "tax_rate": ["-1", "100.01", "7.777", "24 %", "NaN", "1e1", "24,5", "٢٤"],
    "prices_include_tax": NO_SWITCH,
}


def cases(table: dict[str, list[Any]]) -> list[tuple[str, Any]]:
    return [(name, entry) for name, entries in table.items() for entry in entries]


@every("table", [GOOD, BAD])
def test_these_tables_speak_of_every_setting(table: dict[str, list[Any]]) -> None:
    assert list(table) == NAMES


@every("name, entry", cases(GOOD))
def test_a_good_value_is_taken_and_nothing_else_changes(name: str, entry: tuple[str, Any]) -> None:
    text, value = entry
    before = Configuration()
    assert before.changed(name, text) == replace(before, **{name: value})


@every("name, text", cases(BAD))
def test_a_bad_value_is_refused_under_the_settings_own_name(name: str, text: str) -> None:
    with pytest.raises(Refusal) as refused:
        Configuration().changed(name, text)
    assert (refused.value.code, refused.value.field) == (ErrorCode.INVALID, name)


@every("name", NAMES)
def test_no_value_leaves_a_setting_as_it_is(name: str) -> None:
    before = Configuration(api_password=Sealed("sealed"), automatic_cancellation_limit=Decimal(5))
    assert before.changed(name, None) is before


def test_an_unknown_setting_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(Refusal) as refused:
        Configuration().changed("api_pasword", "secret")
    assert refused.value.field == "api_pasword"
    assert all(name in refused.value.message for name in NAMES)


def test_a_window_longer_than_bittitans_15_days_is_refused_with_the_reason() -> None:
    with pytest.raises(Refusal, match="between 0 and 15 days: BitTitan refunds no later"):
        Configuration().changed("refund_window_days", "16")


@every(
    "on, kinds, automatic",
    [
        (False, (), False),
        (False, (ProductType.MAILBOX_LICENSE,), False),
        (True, (), True),
        (True, (ProductType.MAILBOX_LICENSE,), True),
        (True, (ProductType.USER_MIGRATION_BUNDLE,), False),
    ],
)
def test_customers_cancel_without_staff_only_the_kinds_that_were_named(
    on: bool, kinds: tuple[ProductType, ...], automatic: bool
) -> None:
    configuration = Configuration(
        automatic_cancellation=on, automatic_cancellation_product_types=kinds
    )
    assert configuration.cancels_automatically(ProductType.MAILBOX_LICENSE) is automatic


def test_a_new_installation_has_bittitans_own_terms() -> None:
    fresh = Configuration()
    assert (fresh.expire_days, fresh.validity_days, fresh.refund_window_days) == (365, 365, 15)


def test_the_time_zone_can_be_reckoned_with() -> None:
    assert Configuration(time_zone="Europe/Athens").zone == ZoneInfo("Europe/Athens")


COMPLETE = Configuration(
    api_url="https://coupons.example", api_email="a@b.c", api_password=Sealed("sealed")
)


@pytest.mark.parametrize(
    ("lacking", "name"),
    [
        (replace(COMPLETE, api_url=""), "api_url"),
        (replace(COMPLETE, api_email=""), "api_email"),
        (replace(COMPLETE, api_password=None), "api_password"),
    ],
)
def test_the_coupon_api_cannot_be_used_without_its_address_and_credentials(
    lacking: Configuration, name: str
) -> None:
    with pytest.raises(Refusal) as refused:
        lacking.check_complete()
    assert (refused.value.code, refused.value.field) == (ErrorCode.REQUIRED, name)


@pytest.mark.parametrize("ready", [COMPLETE, Configuration(coupon_source=CouponSource.STOCK)])
def test_what_is_complete_can_be_switched_on(ready: Configuration) -> None:
    ready.check_complete()


def test_everything_that_the_coupon_api_lacks_is_named_at_once() -> None:
    lacking = [refusal.field for refusal in Configuration().missing()]
    assert lacking == ["api_url", "api_email", "api_password"]


API = Configuration(
    api_url="https://coupons.example/v1", api_email="clerk@example.com", api_password=Sealed("a")
)


@pytest.mark.parametrize(
    "values",
    [
        {"api_password": "b"},
        {"api_email": "Clerk@Example.com"},
        {"api_url": "https://Coupons.example/v1/"},
        {"api_url": "http://coupons.example/v1"},
        {"staff_email": "staff@example.com"},
    ],
)
def test_another_password_or_spelling_is_the_same_account(values: dict[str, str]) -> None:
    same = API
    for name, value in values.items():
        same = same.changed(name, value)
    assert same.coupon_account == API.coupon_account is not None


@pytest.mark.parametrize(
    ("name", "value"),
    [("api_url", "https://coupons.example/v2"), ("api_email", "other@example.com")],
)
def test_another_address_or_e_mail_may_be_another_account(name: str, value: str) -> None:
    assert API.changed(name, value).coupon_account != API.coupon_account


def test_settings_that_cannot_be_asked_with_name_no_account() -> None:
    assert API.changed("api_url", "").coupon_account is None
