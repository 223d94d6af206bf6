"""The next billing day: which instant it begins at, for any day, month and clock change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bittitan_plugin.domain.billing import LAST_BILLING_DAY, InvoiceReference, next_billing_day
from tests.tables import every

UTC_ZONE = ZoneInfo("UTC")


@every(
    "billing_day, executed, begins",
    [
        # Before it, on it, after it.
        (15, "2026-03-10", "2026-03-15"),
        (15, "2026-03-15", "2026-04-15"),
        (15, "2026-03-16", "2026-04-15"),
        # Month ends: every month has a 28th.
        (28, "2026-01-31", "2026-02-28"),
        (28, "2026-02-28", "2026-03-28"),
        (28, "2028-02-29", "2028-03-28"),
        (1, "2026-01-31", "2026-02-01"),
        (1, "2026-02-28", "2026-03-01"),
        (1, "2028-02-28", "2028-03-01"),
        (1, "2026-04-30", "2026-05-01"),
        # The end of a year.
        (28, "2026-12-28", "2027-01-28"),
        (1, "2026-12-31", "2027-01-01"),
        (28, "2026-12-27", "2026-12-28"),
        # Without a day of its own an account is billed on the first.
        (None, "2026-03-10", "2026-04-01"),
        (None, "2026-03-01", "2026-04-01"),
    ],
)
def test_the_next_billing_day_is_the_first_such_day_after_today(
    billing_day: int | None, executed: str, begins: str
) -> None:
    noon = datetime.fromisoformat(f"{executed}T12:00:00+00:00")
    found = next_billing_day(billing_day, noon, UTC_ZONE)
    assert found == datetime.fromisoformat(f"{begins}T00:00:00+00:00")


@pytest.mark.parametrize(
    ("zone", "now", "begins"),
    [
        # It is still the 14th in New York when it is the 15th in UTC, and already in Auckland.
        ("America/New_York", "2026-06-15T02:00+00:00", "2026-06-15T04:00+00:00"),
        ("Pacific/Auckland", "2026-06-14T13:00+00:00", "2026-07-14T12:00+00:00"),
        # The clocks change between the order and the billing day.
        ("Europe/Athens", "2026-03-20T09:00+00:00", "2026-04-14T21:00+00:00"),
        ("Europe/Athens", "2026-10-20T09:00+00:00", "2026-11-14T22:00+00:00"),
    ],
)
def test_days_begin_and_end_in_the_shops_time_zone(zone: str, now: str, begins: str) -> None:
    found = next_billing_day(15, datetime.fromisoformat(now), ZoneInfo(zone))
    assert found == datetime.fromisoformat(begins)


def test_a_billing_day_without_midnight_begins_when_the_clock_has_changed() -> None:
    # In Beirut the clocks went from 00:00 to 01:00 on 27 March 2022.
    found = next_billing_day(27, datetime(2022, 3, 20, tzinfo=UTC), ZoneInfo("Asia/Beirut"))
    assert found.isoformat() == "2022-03-27T01:00:00+03:00"


@pytest.mark.parametrize("zone", ["UTC", "Europe/Athens", "America/New_York", "Pacific/Apia"])
def test_it_is_always_later_within_32_days_and_has_the_right_number(zone: str) -> None:
    start, place = datetime(2026, 1, 1, 23, 30, tzinfo=UTC), ZoneInfo(zone)
    for elapsed in range(800):
        now = start + timedelta(days=elapsed)
        for day in range(1, LAST_BILLING_DAY + 1):
            found = next_billing_day(day, now, place)
            assert found.day == day
            assert timedelta(0) < found - now < timedelta(days=32)


@every(
    "url, link",
    [
        (None, None),
        ("https://shop.example/invoices/1", "https://shop.example/invoices/1"),
        ("http://127.0.0.1:8000/invoices/1", "http://127.0.0.1:8000/invoices/1"),
        ("javascript:alert(1)", None),
        ("/invoices/1", None),
    ],
)
def test_only_an_address_of_the_web_becomes_a_link(url: str | None, link: str | None) -> None:
    assert InvoiceReference(id="1", number="INV-1", url=url).link == link
