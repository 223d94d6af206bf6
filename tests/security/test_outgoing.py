"""Where the coupon API may be: a setting that staff type in must not lead into our own network."""

from pathlib import Path
from random import Random

import httpcore
import httpx
import pytest

from bittitan_plugin.base import outgoing
from bittitan_plugin.base.cipher import generate_key
from bittitan_plugin.base.settings import Environment, Settings
from bittitan_plugin.bittitan.coupon_api import CouponApi
from bittitan_plugin.bittitan.coupon_api.addresses import (
    ForbiddenAddress,
    PublicBackend,
    PublicTransport,
    is_public,
)
from bittitan_plugin.bittitan.coupon_api.transport import LIMITS
from bittitan_plugin.bittitan.sandbox import DEFAULT_EMAIL, DEFAULT_PASSWORD, SandboxServer
from bittitan_plugin.domain.configuration import Configuration
from bittitan_plugin.domain.errors import OutcomeUnknown, Rejected
from bittitan_plugin.plugin.bootstrap import build
from tests.security.fuzzing.hostile_server import hostile_server
from tests.tables import every
from tests.unit.bittitan.samples import REQUEST

PRIVATE = [
    "127.0.0.1",
    "10.0.0.1",
    "172.16.3.4",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",  # noqa: S104 - judged, not bound
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "::7f00:1",
    "::808:808",
    "fec0::1",
    "64:ff9b:1::7f00:1",
    "64:ff9b:1::808:808",
    "100::1",
    "2001:0:7f00:1::1",
    "2001:db8::1",
    "4000::1",
    "not an address",
]


def names(*addresses: str) -> PublicTransport:
    """A transport to which every name stands for these addresses."""
    return PublicTransport(LIMITS, resolve=lambda _host, _port: list(addresses))


def refusal(url: str, transport: httpx.BaseTransport | None = None) -> Rejected:
    """What staff are told when they save that address."""
    client = CouponApi(
        url, email=DEFAULT_EMAIL, password=DEFAULT_PASSWORD, transport=transport or names()
    )
    with pytest.raises(Rejected) as caught:
        client.check()
    client.close()
    return caught.value


@every("address", PRIVATE)
def test_what_only_our_own_network_reaches_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "2606:4700::1111", "64:ff9b::808:808", "2002:808:808::1"]
)
def test_what_anybody_reaches_is_public(address: str) -> None:
    assert is_public(address)


def test_a_private_address_is_refused_by_name_and_says_how_it_is_allowed() -> None:
    said = refusal("https://api.example/v1", names("10.1.2.3"))
    assert (said.code, said.field) == ("ADDRESS", "api_url")
    assert "BITTITAN_ALLOW_PRIVATE_ADDRESSES" in said.message


def test_one_private_address_among_public_ones_is_enough_to_refuse() -> None:
    assert "private network" in refusal("https://api.example", names("8.8.8.8", "::1")).message


def test_clear_text_is_refused() -> None:
    assert "https only" in refusal("http://api.example").message


@every("host", ["127.0.0.1", "[::1]", "2130706433", "0x7f.1", "localhost"])
def test_no_spelling_of_this_machine_gets_through(host: str) -> None:
    """As the system itself resolves them."""
    said = refusal(f"https://{host}:9", PublicTransport(LIMITS))
    assert (said.code, said.field) == ("ADDRESS", "api_url")


def test_what_is_connected_to_is_what_was_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that answers otherwise the next time (DNS rebinding) is not asked a second time."""
    asked, dialled = [], []

    def resolve(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["8.8.8.8"] if len(asked) == 1 else ["127.0.0.1"]

    def dial(_self: object, host: str, *_rest: object, **_more: object) -> None:
        dialled.append(host)
        raise httpcore.ConnectError("nobody there")

    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", dial)
    with pytest.raises(httpcore.ConnectError):
        PublicBackend(resolve).connect_tcp("api.example", 443)
    assert (asked, dialled) == (["api.example"], ["8.8.8.8"])


def test_a_name_without_address_is_no_connection() -> None:
    with (
        httpx.Client(transport=names()) as client,
        pytest.raises(httpx.ConnectError),
    ):
        client.get("https://api.example/")


def test_nothing_is_sent_to_a_forbidden_address(sandbox: SandboxServer) -> None:
    with (
        httpx.Client(transport=PublicTransport(LIMITS)) as client,
        pytest.raises(ForbiddenAddress),
    ):
        client.post(sandbox.url.replace("http://", "https://"), json={"password": "secret"})


@pytest.mark.parametrize(
    ("environment", "allowed", "reached"),
    [
        (Environment.DEVELOPMENT, None, True),
        (Environment.DEVELOPMENT, False, False),
        (Environment.PRODUCTION, None, False),
        (Environment.PRODUCTION, True, True),
    ],
)
def test_production_is_strict_unless_the_operator_says_otherwise(
    environment: Environment,
    allowed: bool | None,
    reached: bool,
    sandbox: SandboxServer,
    tmp_path: Path,
) -> None:
    application = build(
        Settings(
            environment=environment,
            database_url=f"sqlite:///{tmp_path / 'shop.sqlite'}",
            secret_keys=(generate_key(),),
            allow_private_addresses=allowed,
        )
    )
    application.migrate()
    configuration = Configuration(
        api_url=sandbox.url,
        api_email=DEFAULT_EMAIL,
        api_password=application.ports.cipher.seal(DEFAULT_PASSWORD),
    )
    vendor = application.ports.vendors.of(configuration)
    if reached:
        vendor.check()
    else:
        with pytest.raises(Rejected, match="https only"):
            vendor.check()
    application.close()


@pytest.mark.parametrize("way", ["_drip", "_drip_headers", "_patience"])
def test_an_answer_that_trickles_in_is_settled_wherever_it_trickles(
    monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setattr(outgoing, "ANSWER_TIMEOUT", 0.2)
    with hostile_server(Random(1)) as server:
        server.always(way)
        api = CouponApi(server.url, email=DEFAULT_EMAIL, password=DEFAULT_PASSWORD)
        with pytest.raises(OutcomeUnknown):
            api.issue(REQUEST)
        assert server.heard_out == 0
        api.close()
