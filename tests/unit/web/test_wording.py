"""Histories in words: constants and flags are none, dates look as everywhere, names stay."""

from zoneinfo import ZoneInfo

import pytest

from bittitan_plugin.web.admin.wording import recorded

KYIV = ZoneInfo("Europe/Kyiv")


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("status", "CANCELLED", "Cancelled"),
        ("productType", "USER_MIGRATION_BUNDLE", "User migration bundle"),
        ("active", "True", "Yes"),
        ("couponExpiresAt", "2026-03-10T09:30:00.525775+00:00", "10 Mar 2026, 11:30 EET"),
        ("prices", "3.50 USD", "3.50 USD"),
        ("company", "ACTIVE", "ACTIVE"),
        ("sku", "MW_MAILBOX", "MW_MAILBOX"),
        ("validityDays", "365", "365"),
        ("note", None, None),
    ],
)
def test_a_value_is_told_in_words(field: str, value: str | None, words: str | None) -> None:
    assert recorded(field, value, KYIV) == words
