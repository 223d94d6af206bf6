"""One connection: how long it may take, what it may hold back, and how much it may say in the log.

On a loop whose time stands still until a test moves it.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from uvicorn import Config
from uvicorn.server import ServerState

from bittitan_plugin.web import connections
from bittitan_plugin.web.connections import (
    BODY_S,
    FEWEST,
    HEAD_S,
    IDLE_S,
    MOST,
    READ_S,
    RESERVED,
    BoundedConnection,
    Repeated,
    calm_the_log,
    most_connections,
)
from tests.tables import every

HEAD = b"POST / HTTP/1.1\r\nHost: shop\r\nContent-Length: 10\r\n\r\n"
WHOLE = b"GET / HTTP/1.1\r\nHost: shop\r\n\r\n"
OK = [
    {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]},
    {"type": "http.response.body", "body": b"ok"},
]


async def answer(_scope: object, _receive: object, send: Any) -> None:
    for message in OK:
        await send(message)


class Timer:
    def __init__(self, at: float, action: Callable[[], object]) -> None:
        self.at, self.action, self.cancelled = at, action, False

    def cancel(self) -> None:
        self.cancelled = True


class Loop:
    """Time that a test moves, and tasks that a test runs."""

    def __init__(self) -> None:
        self.now = 0.0
        self.timers: list[Timer] = []
        self.tasks: list[Coroutine[Any, Any, None]] = []

    def time(self) -> float:
        return self.now

    def call_later(self, seconds: float, action: Callable[[], object]) -> Timer:
        self.timers.append(Timer(self.now + seconds, action))
        return self.timers[-1]

    def create_task(self, task: Coroutine[Any, Any, None]) -> "Task":
        self.tasks.append(task)
        return Task()

    def pass_by(self, seconds: float) -> None:
        self.now += seconds
        for timer in [timer for timer in self.timers if timer.at <= self.now]:
            self.timers.remove(timer)
            if not timer.cancelled:
                timer.action()

    def answer(self) -> None:
        """Run what was asked of the application."""
        while self.tasks:
            asyncio.run(self.tasks.pop(0))


class Task:
    def add_done_callback(self, _action: object) -> None:
        pass


class Transport:
    def __init__(self) -> None:
        self.written, self.closed, self.aborted = b"", False, False
        #: Bytes that were written and that the client has not taken.
        self.unsent = 0

    def get_write_buffer_size(self) -> int:
        return self.unsent

    def get_extra_info(self, _name: str) -> None:
        return None

    def write(self, data: bytes) -> None:
        self.written += data

    def is_closing(self) -> bool:
        return self.closed or self.aborted

    def close(self) -> None:
        self.closed = True

    def abort(self) -> None:
        self.aborted = True

    def pause_reading(self) -> None:
        pass

    resume_reading = pause_reading


class Server:
    """What the connections of one server share."""

    def __init__(self, most: int = 100) -> None:
        self.loop, self.state = Loop(), ServerState()
        self.config = Config(
            answer, http=BoundedConnection, limit_concurrency=most + 1, log_config=None
        )

    def connect(self) -> tuple[BoundedConnection, Transport]:
        made, transport = (
            BoundedConnection(self.config, self.state, {}, self.loop),  # type: ignore[arg-type]
            Transport(),
        )
        made.connection_made(transport)  # type: ignore[arg-type]
        return made, transport


Serve = Callable[..., Server]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Servers; what nobody awaited of what they were asked is dropped in the end."""
    with ExitStack() as stack:

        def start(most: int = 100) -> Server:
            server = Server(most)
            stack.callback(lambda: [task.close() for task in server.loop.tasks])
            return server

        yield start


def test_a_connection_that_asks_nothing_is_ended(serve: Serve) -> None:
    server = serve()
    _, transport = server.connect()
    server.loop.pass_by(HEAD_S - 1)
    assert not transport.aborted
    server.loop.pass_by(1)
    assert transport.aborted


def test_headers_that_come_one_by_one_do_not_move_their_deadline(serve: Serve) -> None:
    server = serve()
    connection, transport = server.connect()
    for byte in WHOLE[:15]:
        connection.data_received(bytes([byte]))
        server.loop.pass_by(HEAD_S / 15)
    assert transport.aborted


def test_nor_does_a_body_that_comes_byte_by_byte(serve: Serve) -> None:
    server = serve()
    connection, transport = server.connect()
    connection.data_received(HEAD)
    for _ in range(9):
        connection.data_received(b"x")
        server.loop.pass_by(BODY_S / 10)
    assert not transport.aborted
    server.loop.pass_by(BODY_S / 10)
    assert transport.aborted


def test_while_a_request_is_answered_nobody_is_hurried(serve: Serve) -> None:
    server = serve()
    connection, transport = server.connect()
    connection.data_received(WHOLE)
    server.loop.pass_by(BODY_S + HEAD_S)
    assert not transport.aborted
    server.loop.answer()
    assert transport.written.endswith(b"ok")


def test_after_an_answer_the_next_request_has_its_own_deadline(serve: Serve) -> None:
    server = serve()
    connection, transport = server.connect()
    for _ in range(3):
        connection.data_received(WHOLE[:5])
        server.loop.pass_by(HEAD_S - 1)
        connection.data_received(WHOLE[5:])
        server.loop.answer()
    assert not transport.is_closing()
    connection.data_received(WHOLE[:5])
    server.loop.pass_by(HEAD_S)
    assert transport.aborted


def test_who_does_not_read_an_answer_is_ended(serve: Serve) -> None:
    server = serve()
    connection, transport = server.connect()
    connection.data_received(WHOLE)
    connection.pause_writing()
    server.loop.pass_by(READ_S - 1)
    connection.resume_writing()
    connection.pause_writing()
    server.loop.pass_by(READ_S - 1)
    assert not transport.aborted
    server.loop.pass_by(1)
    assert transport.aborted


def test_who_still_reads_an_answer_is_not_hurried_to_the_next_request(serve: Serve) -> None:
    server = serve()
    connection, transport = server.connect()
    connection.data_received(WHOLE)
    server.loop.answer()
    transport.unsent = 50_000
    server.loop.pass_by(IDLE_S)
    # The server hands over the rest, and then closes.
    assert transport.closed
    server.loop.pass_by(HEAD_S)
    assert not transport.aborted
    server.loop.pass_by(READ_S)
    assert transport.aborted


def test_who_still_reads_an_answer_makes_room_last(serve: Serve) -> None:
    server = serve(most=2)
    (reader, reading), (sender, sending) = server.connect(), server.connect()
    reader.data_received(WHOLE)
    server.loop.answer()
    reading.unsent = 50_000
    server.loop.pass_by(1)
    sender.data_received(HEAD)
    server.connect()
    assert (reading.aborted, sending.aborted) == (False, True)


def test_an_ended_connection_leaves_no_timer_behind(serve: Serve) -> None:
    server = serve()
    connection, transport = server.connect()
    connection.data_received(HEAD)
    connection.pause_writing()
    transport.closed = True
    connection.connection_lost(None)
    assert all(timer.cancelled for timer in server.loop.timers)


def test_when_all_places_are_taken_who_waited_longest_makes_room(serve: Serve) -> None:
    server = serve(most=3)
    taken = []
    for _ in range(3):
        taken.append(server.connect())
        server.loop.pass_by(1)
    # The first one has asked meanwhile and is being answered.
    taken[0][0].data_received(WHOLE)
    _, newest = server.connect()
    assert [transport.aborted for _, transport in taken] == [False, True, False]
    assert not newest.aborted


def test_who_sends_a_body_makes_room_only_when_nobody_waits_who_has_not_asked(serve: Serve) -> None:
    server = serve(most=2)
    (slow, slowly), (_, idle) = server.connect(), server.connect()
    slow.data_received(HEAD)
    server.loop.pass_by(1)
    server.connect()
    assert (slowly.aborted, idle.aborted) == (False, True)


def test_who_makes_room_is_told_once_and_counts_no_more(serve: Serve) -> None:
    server = serve(most=2)
    taken = [server.connect() for _ in range(2)]
    server.loop.pass_by(1)
    server.connect()
    server.connect()
    assert [transport.aborted for _, transport in taken] == [True, True]


def test_when_all_are_being_answered_a_new_one_is_told_so(serve: Serve) -> None:
    server = serve(most=2)
    for _ in range(2):
        server.connect()[0].data_received(WHOLE)
    newest, transport = server.connect()
    newest.data_received(WHOLE)
    server.loop.answer()
    assert transport.written.startswith(b"HTTP/1.1 503")


@every("allowed, most", [(1024, 1024 - RESERVED), (65536, MOST), (100, FEWEST), (-1, MOST)])
def test_there_are_fewer_connections_than_file_descriptors(
    monkeypatch: pytest.MonkeyPatch, allowed: int, most: int
) -> None:
    monkeypatch.setattr(connections, "getrlimit", lambda _what: (allowed, allowed))
    assert most_connections() == most


def line(text: str) -> logging.LogRecord:
    return logging.LogRecord("asyncio", logging.ERROR, "x.py", 1, text, (), None)


def test_the_same_line_is_logged_once_in_a_while_and_then_with_how_often(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [1000.0]
    monkeypatch.setattr(connections, "monotonic", lambda: now[0])
    repeated = Repeated()
    accept = "socket.accept() out of system resource\nsocket: <fd {}>"
    assert [repeated.filter(line(accept.format(n))) for n in range(300)] == [True] + [False] * 299
    assert repeated.filter(line("another"))
    now[0] += connections.QUIET_S
    later = line(accept.format(1))
    assert repeated.filter(later)
    assert "299 more like it" in later.getMessage()


def test_what_is_remembered_of_lines_is_bounded() -> None:
    repeated = Repeated()
    for number in range(1000):
        repeated.filter(line(f"line {number}"))
    assert len(repeated._next) <= 100
    assert len(repeated._left_out) <= 100


def test_a_server_calms_the_log_once() -> None:
    calm_the_log()
    calm_the_log()
    for name in ("uvicorn.error", "asyncio"):
        calm = [each for each in logging.getLogger(name).filters if isinstance(each, Repeated)]
        assert len(calm) == 1
