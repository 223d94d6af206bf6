"""A server that answers one question after another as badly as HTTP and JSON allow.

It speaks over real sockets: what is slow, cut off, compressed or malformed is so on the wire.
"""

import gzip
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from random import Random
from time import sleep

from tests.security.fuzzing import noise
from tests.unit.bittitan.samples import COUPON, PASSWORD, PRODUCT, TICKET, page
from tests.waiting import PATIENCE_S

STATUSES = [200, 200, 200, 201, 204, 302, 400, 401, 404, 409, 429, 500, 503]
TYPES = ["application/json", "text/html", "application/json; charset=utf-16", "", "x" * 500]
#: Where a redirect leads; whoever comes there has followed it.
ELSEWHERE = "/elsewhere"
#: Seconds between the drops of an answer that trickles in, and how many there are: more than
#: anybody waits for.
DROP_S, DROPS = 0.02, 2000
#: Bytes of a body that is larger than any answer may be.
HUGE = 5 * 1024 * 1024
_BOMB = gzip.compress(b"0" * 50 * 1024 * 1024)
_DEEP = 200_000

Pieces = Iterator[bytes]


class HostileServer:
    """Signs everybody in and then misbehaves; counts who followed a redirect or heard it out."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._ways: list[Callable[[], Pieces]] = [
            self._almost, self._almost, self._almost, self._almost, self._almost, self._cut_off,
            self._redirect, self._nested, self._no_numbers, self._bomb, self._huge, self._malformed,
            self._silent, self._endless,
        ]  # fmt: skip
        self._slow = [self._drip, self._drip_headers, self._patience]
        self._chosen: Callable[[], Pieces] = self._almost
        self.followed = self.heard_out = 0
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def next(self) -> str:
        """Choose how the next question is answered; returns the way's name."""
        ways = self._slow if self._random.random() < 0.02 else self._ways
        self._chosen = self._random.choice(ways)
        return self._chosen.__name__.strip("_")

    def always(self, way: str) -> None:
        """Answer every question in the way of that name."""
        self._chosen = getattr(self, way)

    def serve(self) -> None:
        """Answer until closed: one connection after another, each in a thread."""
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._converse, args=(connection,), daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _converse(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.settimeout(PATIENCE_S)
            while path := _asked(connection):
                if path == "/v1/sessions":
                    ticket = {"ticket": TICKET, "expires_at": "2999-01-01T00:00:00Z"}
                    connection.sendall(_answer(noise.as_json(ticket), 201))
                    continue
                self.followed += path.startswith(ELSEWHERE)
                for piece in self._chosen():
                    connection.sendall(piece)
                self.heard_out += 1
                return

    def _body(self) -> bytes:
        random = self._random
        document = random.choice([COUPON, page([COUPON]), page([PRODUCT]), {"code": PASSWORD}])
        data = noise.as_json(noise.spoiled(random, document))
        return noise.damaged(random, data) if random.random() < 0.3 else data

    def _almost(self) -> Pieces:
        kind = self._random.choice(TYPES)
        yield _answer(self._body(), self._random.choice(STATUSES), f"Content-Type: {kind}")

    def _cut_off(self) -> Pieces:
        whole = _answer(self._body(), 200)
        yield whole[: self._random.randrange(len(whole))]

    def _redirect(self) -> Pieces:
        status = self._random.choice([301, 302, 303, 307, 308])
        yield _answer(b"{}", status, f"Location: {self.url}{ELSEWHERE}")

    def _nested(self) -> Pieces:
        opening, closing = self._random.choice([(b"[", b"]"), (b'{"a":', b"}")])
        closed = closing * _DEEP if self._random.random() < 0.5 else b""
        yield _answer(opening * _DEEP + b"1" + closed, 200)

    def _no_numbers(self) -> Pieces:
        number = self._random.choice([b"NaN", b"Infinity", b"-Infinity", b"1e999", b"9" * 5000])
        body = noise.as_json(self._random.choice([COUPON, page([COUPON])]))
        yield _answer(body.replace(b'"quantity": 3', b'"quantity": ' + number), 200)

    def _bomb(self) -> Pieces:
        header = self._random.choice(["Content-Encoding: gzip", "Content-Encoding: gzip, gzip"])
        yield _answer(_BOMB, 200, header)

    def _huge(self) -> Pieces:
        yield b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n["
        for _ in range(HUGE // 65536):
            yield b" " * 65536

    def _malformed(self) -> Pieces:
        yield self._random.choice([
            b"", b"\0" * 100, b"HTTP/9.9 200\r\n\r\n", b"HTTP/1.1 99999 X\r\n\r\n", b"hello\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffffff\r\n",
            b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 50_000 + b"\r\n",
            b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
            noise.damaged(self._random, _answer(self._body(), 200)),
            self._random.randbytes(200),
        ])  # fmt: skip

    def _silent(self) -> Pieces:
        """Ends without a word."""
        yield from ()

    def _endless(self) -> Pieces:
        """One page of a list that never ends."""
        rows = [self._random.choice([COUPON, PRODUCT])] * 100
        yield _answer(noise.as_json(page(rows, 10**9)), 200)

    def _drip(self) -> Pieces:
        yield _answer(b"[" + b" " * DROPS, 200)[:-DROPS]
        yield from _slowly(b" " * DROPS)

    def _drip_headers(self) -> Pieces:
        yield b"HTTP/1.1 200 OK\r\nX-Slow: "
        yield from _slowly(b"y" * DROPS)

    def _patience(self) -> Pieces:
        """Says that it will answer, again and again."""
        yield from _slowly(*[b"HTTP/1.1 103 Early Hints\r\n\r\n"] * DROPS)


@contextmanager
def hostile_server(random: Random) -> Iterator[HostileServer]:
    """One that serves in the background."""
    server = HostileServer(random)
    threading.Thread(target=server.serve, daemon=True).start()
    try:
        yield server
    finally:
        server.close()


def _answer(body: bytes, status: int, *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + (body if status != 204 else b"")


def _slowly(*pieces: bytes) -> Pieces:
    whole = pieces if len(pieces) > 1 else [bytes([each]) for each in pieces[0]]
    for piece in whole:
        sleep(DROP_S)
        yield piece


def _asked(connection: socket.socket) -> str:
    """The path of the next request, once all of it has come; nothing when there is none."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return ""
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [
        int(line[15:]) for line in head.lower().split(b"\r\n") if line[:15] == b"content-length:"
    ]
    left = (lengths or [0])[0] - len(body)
    while left > 0:
        more = connection.recv(65536)
        if not more:
            return ""
        left -= len(more)
    return head.split(b" ")[1].decode(errors="replace")
