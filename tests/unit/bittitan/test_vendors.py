"""Clients are made once per address and credentials, kept within bounds, and shared."""

from dataclasses import replace
from typing import Any

import httpx
import pytest

from bittitan_plugin.base.cipher import Cipher, UnreadableSecret, generate_key
from bittitan_plugin.bittitan.coupon_api import CouponApiVendors
from bittitan_plugin.domain.configuration import Configuration
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.ports.vendor import Vendors
from tests.tables import every
from tests.unit.bittitan.samples import COUPON, PASSWORD, REQUEST, ScriptedVendor, answer

CIPHER = Cipher([generate_key()])
CONFIGURATION = Configuration(
    api_url="https://vendor.example",
    api_email="a@example.com",
    api_password=CIPHER.seal(PASSWORD),
)


def _vendors(**changes: Any) -> CouponApiVendors:
    return CouponApiVendors(CIPHER, **changes)


def test_it_is_what_the_port_asks_for() -> None:
    vendors: Vendors = _vendors()
    vendors.close()


def test_the_same_configuration_gives_the_same_client() -> None:
    vendors = _vendors()
    renamed = replace(CONFIGURATION, sender_email="other@example.com")
    assert vendors.of(CONFIGURATION) is vendors.of(renamed)


@pytest.mark.parametrize(
    "change",
    [
        {"api_url": "https://other.example"},
        {"api_email": "b@example.com"},
        {"api_password": CIPHER.seal("another")},
    ],
    ids=lambda change: next(iter(change)),
)
def test_another_address_or_account_gives_another_client(change: dict[str, Any]) -> None:
    vendors = _vendors()
    assert vendors.of(CONFIGURATION) is not vendors.of(replace(CONFIGURATION, **change))


def test_the_client_used_longest_ago_is_let_go_first() -> None:
    vendors = _vendors(most_clients=2)
    first, second, third = (
        replace(CONFIGURATION, api_email=f"{name}@example.com") for name in "abc"
    )
    kept, dropped = vendors.of(first), vendors.of(second)
    vendors.of(first)
    vendors.of(third)
    assert vendors.of(first) is kept
    assert vendors.of(second) is not dropped


def test_a_client_that_was_let_go_finishes_its_work() -> None:
    vendor = ScriptedVendor(lambda _request: answer(COUPON, 201))
    vendors = _vendors(most_clients=1, transport_factory=lambda _url: vendor)
    dropped = vendors.of(CONFIGURATION)
    vendors.of(replace(CONFIGURATION, api_email="b@example.com"))
    assert dropped.issue(REQUEST).id == "cpn_1"


class _Closing(httpx.BaseTransport):
    closed = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("closed", request=request)

    def close(self) -> None:
        self.closed = True


def test_a_client_nobody_holds_any_more_closes_its_connections() -> None:
    transports = [_Closing(), _Closing()]
    left = iter(transports)
    vendors = _vendors(most_clients=1, transport_factory=lambda _url: next(left))
    vendors.of(CONFIGURATION)
    vendors.of(replace(CONFIGURATION, api_email="b@example.com"))
    assert [transport.closed for transport in transports] == [True, False]


def test_closing_closes_every_client() -> None:
    transport = _Closing()
    vendors = _vendors(transport_factory=lambda _url: transport)
    vendors.of(CONFIGURATION)
    vendors.close()
    assert transport.closed


@every(
    "change, code",
    [
        ({"api_url": ""}, ErrorCode.REQUIRED),
        ({"api_email": ""}, ErrorCode.REQUIRED),
        ({"api_password": None}, ErrorCode.REQUIRED),
        ({"api_url": "https://"}, ErrorCode.PLUGIN_MISCONFIGURED),
        ({"api_url": "https://xn--.example"}, ErrorCode.PLUGIN_MISCONFIGURED),
        ({"api_url": "https://me:secret@vendor.example"}, ErrorCode.PLUGIN_MISCONFIGURED),
    ],
)
def test_a_configuration_that_cannot_work_is_refused_on_its_setting(
    change: dict[str, Any], code: ErrorCode
) -> None:
    with pytest.raises(Refusal) as refusal:
        _vendors().of(replace(CONFIGURATION, **change))
    assert (refusal.value.code, refusal.value.field) == (code, next(iter(change)))


def test_a_password_that_no_key_here_opens_is_no_verdict_on_the_settings() -> None:
    elsewhere = Cipher([generate_key()]).seal("x")
    with pytest.raises(UnreadableSecret):
        _vendors().of(replace(CONFIGURATION, api_password=elsewhere))
