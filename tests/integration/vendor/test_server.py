"""The sandbox's server: up at once, down cleanly, nothing left behind."""

import signal
import socket
import subprocess
import sys
import threading
import time

import pytest

from bittitan_plugin.vendor.coupon_api import CouponApi
from bittitan_plugin.vendor.sandbox import (
    DEFAULT_EMAIL,
    DEFAULT_PASSWORD,
    Sandbox,
    SandboxServer,
    create_sandbox,
)


def _check(url: str) -> None:
    api = CouponApi(url, email=DEFAULT_EMAIL, password=DEFAULT_PASSWORD)
    api.check()
    api.close()


def test_it_can_be_called_as_soon_as_it_is_started() -> None:
    began = time.monotonic()
    with SandboxServer() as server:
        _check(server.url)
        assert time.monotonic() - began < 1


def test_stopping_it_frees_the_port_and_ends_the_thread() -> None:
    before = threading.active_count()
    with SandboxServer() as server:
        _check(server.url)
        port = int(server.url.rpartition(":")[2])
    with socket.create_server(("127.0.0.1", port)):
        assert threading.active_count() == before


def test_it_stops_although_an_answer_is_being_held() -> None:
    with SandboxServer() as server:
        server.sandbox.faults.add("timeout_after_work", seconds=60)
        with socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2]))) as held:
            held.sendall(b"GET /v1/products HTTP/1.1\r\nHost: x\r\n\r\n")
            _wait_until_taken(server)
            began = time.monotonic()
            server.stop()
            assert time.monotonic() - began < 5


def _wait_until_taken(server: SandboxServer) -> None:
    """Another connection is served after the held one was accepted: the loop is in order."""
    with socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2]))) as other:
        other.sendall(b"GET /_sandbox/clock HTTP/1.1\r\nHost: x\r\n\r\n")
        other.recv(1)


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
    code = "from bittitan_plugin.vendor.sandbox import serve_sandbox; serve_sandbox(port=0)"
    process = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True)
    with process:
        assert process.stderr is not None
        up = next(line for line in process.stderr if "running on" in line)
        _check(next(word for word in up.split() if word.startswith("http://")))
        process.send_signal(signal.SIGINT)
        assert "Finished server process" in process.stderr.read()
