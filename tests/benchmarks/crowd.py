"""Honest customers beside a crowd: 200 connections that ask nothing and 20 that trickle a form.

What is promised is that the honest ones notice little: each answer takes at most twice as long.
"""

import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from os import environ
from pathlib import Path
from statistics import median
from threading import Event, Thread
from time import perf_counter

import httpx

from tests.benchmarks.measuring import Figure
from tests.ports import free_port
from tests.waiting import PATIENCE_S, until

#: Who is there.
HONEST, IDLE, SLOW = 20, 200, 20
#: Requests of each honest client in a round, and rounds, taken alone and in the crowd in turns.
REQUESTS, ROUNDS = 15, 4
#: Times what an answer takes without the crowd.
LIMIT = 2.0
#: Seconds between two bytes of who is slow, and of who is idle between two looks at its connection.
TRICKLE_S = 0.2
_QUERY = {"query": "{ products(first: 20) { edges { node { id name } } } }"}
_FORM = (
    b"POST /sign-in HTTP/1.1\r\nHost: shop\r\nContent-Length: 100000\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\n\r\n"
)


def crowd(kind: str, url: str, directory: Path) -> list[Figure]:
    """The median answer to honest customers in the crowd, beside what it is without it."""
    alone: list[float] = []
    crowded: list[float] = []
    with _served(url, directory) as port:
        _round(port)
        for _ in range(ROUNDS):
            alone += _round(port)
            with _crowd(port):
                crowded += _round(port)
    return [
        Figure(
            name=f"{HONEST} honest clients beside {IDLE} idle and {SLOW} slow ones ({kind})",
            seconds=median(crowded),
            floor_name="the honest ones alone",
            floor_seconds=median(alone),
            limit=LIMIT * median(alone),
        )
    ]


def _round(port: int) -> list[float]:
    """Seconds of each answer to the honest clients, who ask side by side."""

    def one(_number: int) -> list[float]:
        taken = []
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE_S) as client:
            for _ in range(REQUESTS):
                started = perf_counter()
                client.post("/graphql/", json=_QUERY).raise_for_status()
                taken.append(perf_counter() - started)
        return taken

    with ThreadPoolExecutor(HONEST) as threads:
        return [seconds for each in threads.map(one, range(HONEST)) for seconds in each]


@contextmanager
def _crowd(port: int) -> Iterator[None]:
    """It is there while the block runs; a connection that was ended is opened anew."""
    gone = Event()
    people = [_Idle(port) for _ in range(IDLE)] + [_Slow(port) for _ in range(SLOW)]

    def keep_on() -> None:
        while not gone.wait(TRICKLE_S):
            for each in people:
                each.go_on()

    with ExitStack() as stack:
        for each in people:
            stack.callback(each.leave)
            each.come()
        thread = Thread(target=keep_on)
        thread.start()
        try:
            yield
        finally:
            gone.set()
            thread.join()


class _Idle:
    """Connects, and asks nothing."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._connection: socket.socket | None = None

    def come(self) -> None:
        """Connect."""
        with suppress(OSError):
            self._connection = socket.create_connection(("127.0.0.1", self._port), PATIENCE_S)
            self._connection.setblocking(False)
            self._begin(self._connection)

    def go_on(self) -> None:
        """Stay; where the connection was ended, come again."""
        if self._connection is None or not self._stays(self._connection):
            self.leave()
            self.come()

    def leave(self) -> None:
        """Let go of the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _begin(self, connection: socket.socket) -> None:
        """Nothing is said."""

    def _stays(self, connection: socket.socket) -> bool:
        try:
            return connection.recv(1) != b""
        except BlockingIOError:
            return True
        except OSError:
            return False


class _Slow(_Idle):
    """Sends a form byte by byte."""

    def _begin(self, connection: socket.socket) -> None:
        connection.send(_FORM)

    def _stays(self, connection: socket.socket) -> bool:
        with suppress(OSError):
            connection.send(b"x")
        return super()._stays(connection)


@contextmanager
def _served(url: str, directory: Path) -> Iterator[int]:
    """A shop in a process of its own; its port."""
    port = free_port()
    command = [str(Path(sys.executable).with_name("bittitan-plugin")), "serve", "--port", str(port)]
    settings = {"BITTITAN_DATABASE_URL": url, "BITTITAN_VAR_DIR": str(directory)}
    with closing(_Process([*command, "--no-worker"], {**environ, **settings})) as server:
        until(lambda: server.answers(f"http://127.0.0.1:{port}/readyz"))
        yield port


class _Process:
    def __init__(self, command: list[str], settings: dict[str, str]) -> None:
        quiet = subprocess.DEVNULL
        self._process = subprocess.Popen(command, env=settings, stdout=quiet, stderr=quiet)

    def answers(self, address: str) -> bool:
        """Whether it is ready. Raises ``RuntimeError`` when it has ended."""
        if self._process.poll() is not None:
            raise RuntimeError(f"serve ended with status {self._process.returncode}")
        with suppress(httpx.TransportError):
            return httpx.get(address, timeout=PATIENCE_S).is_success
        return False

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(PATIENCE_S)
