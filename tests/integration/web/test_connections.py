"""Connections as a stranger holds them open, on a served shop."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing

import h11
import pytest

from bittitan_plugin.web import connections
from tests.integration.web.conftest import Serve, Served
from tests.waiting import PATIENCE_S, until


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "_DEADLINES", {h11.IDLE: 0.3, h11.SEND_BODY: 0.3})


@pytest.fixture
def shop(serve: Serve) -> Served:
    return serve()


@pytest.fixture
def held() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def connect(shop: Served, held: ExitStack) -> socket.socket:
    address = (shop.http.base_url.host, shop.http.base_url.port or 80)
    return held.enter_context(closing(socket.create_connection(address, timeout=PATIENCE_S)))


def is_ended(connection: socket.socket) -> bool:
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GET /livez HTTP/1.1\r\nHost:",
        b"POST /graphql/ HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\n"
        b"Content-Length: 100\r\n\r\n{",
        b"POST /sign-in HTTP/1.1\r\nHost: shop\r\nContent-Length: 100\r\n\r\na=",
    ],
    ids=["nothing", "half a head", "half a document", "half a form"],
)
def test_who_does_not_go_on_with_a_request_is_ended_and_not_logged_as_a_defect(
    shop: Served, held: ExitStack, sent: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    connection = connect(shop, held)
    connection.sendall(sent)
    assert is_ended(connection)
    assert shop.get("/livez").status_code == 200
    assert "Traceback" not in capsys.readouterr().err


def test_hundreds_that_ask_nothing_keep_nobody_out(
    serve: Serve, held: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "most_connections", lambda: 30)
    shop = serve()
    idle = [connect(shop, held) for _ in range(200)]
    assert shop.get("/livez").status_code == 200
    # The longest idle had to go.
    until(lambda: is_ended(idle[0]))
