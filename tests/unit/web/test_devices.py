"""On which browsers an account has signed in before."""

from datetime import UTC, datetime

import pytest
from starlette.requests import HTTPConnection
from starlette.responses import Response

from bittitan_plugin.web.devices import COOKIE, REMEMBERED, Devices
from tests.conftest import StandingClock
from tests.tables import every

EMAIL = "buyer@example.com"
USER = "a user's key"


def devices_of(*keys: str, secure: bool = True) -> Devices:
    now = StandingClock(datetime(2026, 3, 10, 9, 30, tzinfo=UTC))
    return Devices(keys, now, secure=secure)


DEVICES = devices_of("a secret")


def browser(cookie: str = "") -> HTTPConnection:
    headers = [(b"cookie", f"{COOKIE}={cookie}".encode("latin-1"))] if cookie else []
    return HTTPConnection({"type": "http", "headers": headers})


def cookie_of(devices: Devices, email: str, before: str = "", user: str = USER) -> str:
    answer = Response()
    devices.remember(browser(before), answer, email, user)
    return answer.headers["set-cookie"].split(";")[0].partition("=")[2]


def test_a_browser_is_known_for_the_account_that_signed_in_on_it() -> None:
    cookie = cookie_of(DEVICES, EMAIL)
    assert DEVICES.known(browser(cookie), EMAIL.upper())
    assert DEVICES.known(browser(cookie), "somebody@example.com") is None


def test_it_keeps_its_name_for_as_long_as_the_account_does_not_change() -> None:
    first = cookie_of(DEVICES, EMAIL)
    again, other = cookie_of(DEVICES, EMAIL, first), cookie_of(DEVICES, "x@example.com", first)
    assert DEVICES.known(browser(first), EMAIL) == DEVICES.known(browser(again), EMAIL)
    assert DEVICES.known(browser(other), EMAIL) is None


def test_who_has_another_key_since_gets_another_name() -> None:
    first = cookie_of(DEVICES, EMAIL)
    again = cookie_of(DEVICES, EMAIL, first, "another key")
    before, after = (DEVICES.known(browser(each), EMAIL) for each in (first, again))
    assert before is not None
    assert after is not None
    assert before.name != after.name
    assert (before.user, after.user) == (USER, "another key")


def test_one_that_was_not_used_for_long_is_a_strangers_whatever_its_browser_keeps(
    clock: StandingClock,
) -> None:
    devices = Devices(["a secret"], clock, secure=True)
    cookie = cookie_of(devices, EMAIL)
    clock.now += REMEMBERED / 2
    assert devices.known(browser(cookie), EMAIL)
    clock.now += REMEMBERED / 2
    assert devices.known(browser(cookie), EMAIL) is None


def test_a_key_that_signs_no_longer_is_still_believed() -> None:
    cookie = cookie_of(devices_of("old"), EMAIL)
    assert devices_of("new", "old").known(browser(cookie), EMAIL)


OTHERS = devices_of("another secret")


@every("cookie", ["", "made up", "\xff", "WyJhIiwiYiJd.x", cookie_of(OTHERS, EMAIL)])
def test_a_forged_one_is_a_strangers(cookie: str) -> None:
    assert DEVICES.known(browser(cookie), EMAIL) is None


@pytest.mark.parametrize("secure", [True, False])
def test_no_script_reads_it_and_no_address_is_in_it(*, secure: bool) -> None:
    answer = Response()
    devices_of("a secret", secure=secure).remember(browser(), answer, EMAIL, USER)
    said = answer.headers["set-cookie"]
    assert ("Secure" in said) is secure
    assert "HttpOnly" in said
    assert "buyer" not in said
