"""The sandbox's server: up at once, down cleanly, nothing left behind."""

import signal
import socket
import subprocess
import sys
import threading

import pytest

from bittitan_plugin.bittitan.coupon_api import CouponApi
from bittitan_plugin.bittitan.sandbox import (
    DEFAULT_EMAIL,
    DEFAULT_PASSWORD,
    Sandbox,
    SandboxServer,
    create_sandbox,
)
from tests.waiting import PATIENCE_S, until


def _check(url: str) -> None:
    api = CouponApi(url, email=DEFAULT_EMAIL, password=DEFAULT_PASSWORD)
    api.check()
    api.close()


def test_it_can_be_called_as_soon_as_it_is_started() -> None:
    server, called = SandboxServer(), threading.Event()
    run = server._server.run

    def run_late(sockets: list[socket.socket] | None = None) -> None:
        called.wait(PATIENCE_S)
        run(sockets)

    server._server.run = run_late  # type: ignore[method-assign]
    with server:
        try:
            socket.create_connection(("127.0.0.1", _port(server))).close()
        finally:
            called.set()
        _check(server.url)


def test_stopping_it_frees_the_port_and_ends_the_thread() -> None:
    before = threading.active_count()
    with SandboxServer() as server:
        _check(server.url)
        port = _port(server)
    with socket.create_server(("127.0.0.1", port)):
        assert threading.active_count() == before


def test_it_stops_although_an_answer_is_being_held() -> None:
    with SandboxServer() as server:
        server.sandbox.faults.add("timeout_after_work", seconds=3600, times=1)
        with socket.create_connection(("127.0.0.1", _port(server))) as held:
            held.sendall(b"GET /v1/products HTTP/1.1\r\nHost: x\r\n\r\n")
            until(lambda: server.sandbox.faults.in_force() == [])
            stopping = threading.Thread(target=server.stop)
            stopping.start()
            stopping.join(PATIENCE_S)
            assert not stopping.is_alive()


def _port(server: SandboxServer) -> int:
    return int(server.url.rpartition(":")[2])


def test_a_port_that_is_taken_is_an_error_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        server = SandboxServer(port=taken.getsockname()[1])
        with pytest.raises(OSError, match="in use"):
            server.start()


def test_the_state_is_the_one_given() -> None:
    sandbox = Sandbox(products=[])
    assert SandboxServer(sandbox=sandbox).sandbox is sandbox
    assert create_sandbox(sandbox).state.sandbox is sandbox


def test_in_the_foreground_it_serves_until_it_is_interrupted() -> None:
    code = "from bittitan_plugin.bittitan.sandbox import serve_sandbox; serve_sandbox(port=0)"
    process = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True)
    with process:
        assert process.stderr is not None
        up = next(line for line in process.stderr if "running on" in line)
        _check(next(word for word in up.split() if word.startswith("http://")))
        process.send_signal(signal.SIGINT)
        assert "Finished server process" in process.stderr.read()
