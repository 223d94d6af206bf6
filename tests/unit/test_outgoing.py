"""The network of outgoing requests: through which proxy, and by which names its errors go."""

from typing import Any

import httpcore
import httpx
import pytest

from bittitan_plugin.base.outgoing import Network

PROXY = "http://user:word@proxy.example:3128"
NAMES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
ERRORS = [
    httpcore.ConnectError,
    httpcore.ConnectTimeout,
    httpcore.LocalProtocolError,
    httpcore.PoolTimeout,
    httpcore.ProxyError,
    httpcore.ReadError,
    httpcore.ReadTimeout,
    httpcore.RemoteProtocolError,
    httpcore.UnsupportedProtocol,
    httpcore.WriteError,
    httpcore.WriteTimeout,
]


class Dialled(httpcore.MockBackend):
    """Connects to nobody, notes to whom, and answers each time the same."""

    def __init__(self) -> None:
        super().__init__([b"HTTP/1.1 204 No Content\r\n\r\n"])
        self.hosts: list[str] = []

    def connect_tcp(self, host: str, *rest: Any, **more: Any) -> httpcore.NetworkStream:
        self.hosts.append(host)
        return super().connect_tcp(host, *rest, **more)


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def dialled_for(url: str, **how: Any) -> list[str]:
    """The hosts that a request to that address connects to."""
    backend = Dialled()
    with httpx.Client(transport=Network(httpx.Limits(), backend=backend, **how)) as client:
        assert client.get(url).status_code == 204
    return backend.hosts


@pytest.mark.parametrize(
    ("environment", "host"),
    [
        ({}, "api.example"),
        ({"HTTP_PROXY": PROXY}, "proxy.example"),
        ({"HTTP_PROXY": "proxy.example:3128"}, "proxy.example"),
        ({"ALL_PROXY": PROXY}, "proxy.example"),
        ({"HTTPS_PROXY": PROXY}, "api.example"),
        ({"HTTP_PROXY": PROXY, "NO_PROXY": "other.example, api.example"}, "api.example"),
    ],
)
def test_a_request_goes_through_the_proxy_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], host: str
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert dialled_for("http://api.example/v1") == [host]


def test_a_direct_network_knows_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", PROXY)
    assert dialled_for("http://api.example/v1", direct=True) == ["api.example"]


@pytest.mark.parametrize("error", ERRORS)
def test_every_error_of_the_network_has_httpx_name(error: type[Exception]) -> None:
    class Failing(httpcore.MockBackend):
        def connect_tcp(self, *_where: Any, **_how: Any) -> httpcore.NetworkStream:
            raise error("what happened")

    network = Network(httpx.Limits(), backend=Failing([]))
    with httpx.Client(transport=network) as client, pytest.raises(httpx.TransportError) as raised:
        client.get("http://api.example/")
    assert type(raised.value).__name__ == error.__name__
    assert str(raised.value) == "what happened"


def test_an_answer_that_breaks_off_has_httpx_error() -> None:
    cut_off = httpcore.MockBackend([b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"])
    network = Network(httpx.Limits(), backend=cut_off)
    with httpx.Client(transport=network) as client, pytest.raises(httpx.RemoteProtocolError):
        client.get("http://api.example/")
