"""How values read on a page."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from starlette.requests import Request

from bittitan_plugin.domain.money import Money
from bittitan_plugin.web.failures import local_path
from bittitan_plugin.web.pages import day, days_left, instant, money
from tests.tables import every

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


def test_an_instant_is_in_the_instances_time_zone_and_says_which() -> None:
    assert instant(NOON, ZoneInfo("Europe/Athens")) == "10 Mar 2026, 14:00 EET"


def test_a_day_is_the_day_it_is_there() -> None:
    late = datetime(2026, 3, 10, 23, tzinfo=UTC)
    assert day(late, ZoneInfo("Europe/Athens")) == "11 Mar 2026"


@pytest.mark.parametrize(
    ("amount", "read"),
    [("1234.5", "1,234.50 USD"), ("0", "0.00 USD"), ("0.0001", "0.0001 USD"), ("7", "7.00 USD")],
)
def test_money_has_its_currency_and_no_float(amount: str, read: str) -> None:
    assert money(Money(Decimal(amount), "USD")) == read


def test_no_money_is_a_dash() -> None:
    assert money(None) == "–"


@every(
    "left, read",
    [
        (timedelta(days=2, hours=23), "2 days"),
        (timedelta(days=1), "1 day"),
        (timedelta(hours=5, minutes=59), "5 hours"),
        (timedelta(minutes=59), "less than an hour"),
        (timedelta(0), "none"),
        (timedelta(days=-1), "none"),
    ],
)
def test_time_left_is_never_rounded_up(left: timedelta, read: str) -> None:
    assert days_left(NOON + left, NOON) == read


def asked() -> Request:
    return Request(
        {
            "type": "http",
            "method": "GET",
            "scheme": "https",
            "server": ("shop.example", 443),
            "path": "/admin/",
            "root_path": "",
            "query_string": b"",
            "headers": [(b"host", b"shop.example")],
        }
    )


@every(
    "elsewhere",
    [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "https://shop.example.evil.example/",
        "javascript:alert(1)",
        "/x\r\nSet-Cookie: a=b",
        "",
    ],
)
def test_signing_in_never_leads_to_another_site(elsewhere: str) -> None:
    assert local_path(elsewhere, asked()) is None


@pytest.mark.parametrize(
    "here", ["/admin/assets/list?q=1", "https://shop.example/admin/assets/list?q=1"]
)
def test_signing_in_leads_back_to_a_page_of_this_site(here: str) -> None:
    assert local_path(here, asked()) == "/admin/assets/list?q=1"
