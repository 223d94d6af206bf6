"""On which browsers an account has signed in before."""

import pytest
from starlette.requests import HTTPConnection
from starlette.responses import Response

from bittitan_plugin.web.devices import COOKIE, Devices
from tests.tables import every

EMAIL = "buyer@example.com"
DEVICES = Devices(["a secret"], secure=True)


def browser(cookie: str = "") -> HTTPConnection:
    headers = [(b"cookie", f"{COOKIE}={cookie}".encode("latin-1"))] if cookie else []
    return HTTPConnection({"type": "http", "headers": headers})


def cookie_of(devices: Devices, email: str, before: str = "") -> str:
    answer = Response()
    devices.remember(browser(before), answer, email)
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


def test_a_key_that_signs_no_longer_is_still_believed() -> None:
    cookie = cookie_of(Devices(["old"], secure=True), EMAIL)
    assert Devices(["new", "old"], secure=True).known(browser(cookie), EMAIL)


OTHERS = Devices(["another secret"], secure=True)


@every("cookie", ["", "made up", "\xff", "WyJhIiwiYiJd.x", cookie_of(OTHERS, EMAIL)])
def test_a_forged_one_is_a_strangers(cookie: str) -> None:
    assert DEVICES.known(browser(cookie), EMAIL) is None


@pytest.mark.parametrize("secure", [True, False])
def test_no_script_reads_it_and_no_address_is_in_it(*, secure: bool) -> None:
    answer = Response()
    Devices(["a secret"], secure=secure).remember(browser(), answer, EMAIL)
    said = answer.headers["set-cookie"]
    assert ("Secure" in said) is secure
    assert "HttpOnly" in said
    assert "buyer" not in said
