"""Limits what one connection may take: time for a request, a place, lines of the log.

The server itself (uvicorn) ends a connection that is idle after an answer. It waits forever for the
first byte, for the rest of the headers, for the rest of a body, and for a client that reads no
answer; and it accepts connections until the process has no file descriptor left, even for the
database. So a waiting connection gets a deadline here, and is closed when all places are taken.
"""

import asyncio
import logging
from resource import RLIM_INFINITY, RLIMIT_NOFILE, getrlimit
from time import monotonic
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from bittitan_graphql.http import LONGEST_ARRIVAL

#: Seconds for the headers of a request, counted from the connection or the last answer; for its
#: body; and for a client to go on reading an answer larger than the network's buffers. Our choice:
#: a body of the largest size arrives in time at 350 kbit/s.
HEAD_S, BODY_S, READ_S = 15.0, float(LONGEST_ARRIVAL), 60.0
#: Seconds that a connection may be idle after an answer.
IDLE_S = 5
#: The largest headers of a request, in bytes.
LARGEST_HEAD = 32 * 1024
#: Connections that the system holds until the process takes them: all at once, before any of
#: them has made room.
BACKLOG = 128
#: The most connections; the file descriptors kept free for a full backlog and for everything else
#: (the database takes up to 150 on SQLite); and the fewest connections.
MOST, RESERVED, FEWEST = 1000, 300, 16
#: Seconds in which the same line is not logged again.
QUIET_S = 10.0


def most_connections() -> int:
    """How many connections this process accepts: fewer than it has file descriptors."""
    allowed, _ = getrlimit(RLIMIT_NOFILE)
    if allowed == RLIM_INFINITY:
        return MOST
    return max(min(MOST, allowed - RESERVED), FEWEST)


class BoundedConnection(H11Protocol):
    """An HTTP connection with deadlines for what the client has to do.

    There is none while a request is being answered. When all places are taken
    (``limit_concurrency``), a new connection replaces the one that waits longest for its client;
    if all are being answered, the new one gets 503.
    """

    #: What the client must do next, and since when; None while it must wait.
    _awaits: Any = None
    _since = 0.0
    _deadline: asyncio.TimerHandle | None = None
    _reading: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """See ``asyncio.Protocol``."""
        most = self.limit_concurrency
        # At the limit the server itself refuses requests.
        if most is not None and len(self.connections) + 1 >= most:
            self._make_room()
        super().connection_made(transport)
        self._look()

    def data_received(self, data: bytes) -> None:
        """See ``asyncio.Protocol``."""
        super().data_received(data)
        self._look()

    def on_response_complete(self) -> None:
        """The answer was sent; the client may send another request."""
        super().on_response_complete()
        self._look()

    def connection_lost(self, exc: Exception | None) -> None:
        """See ``asyncio.Protocol``."""
        self._stop()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """The client reads more slowly than we write."""
        super().pause_writing()
        if self._reading is None:
            self._reading = self.loop.call_later(READ_S, self.transport.abort)

    def resume_writing(self) -> None:
        """The client has read all that was sent."""
        super().resume_writing()
        _cancel(self._reading)
        self._reading = None

    @property
    def waits_for_client(self) -> bool:
        """Whether the client has to do something, by a deadline."""
        return self._deadline is not None

    def place_in_line(self) -> tuple[bool, bool, float]:
        """Where it stands among those that wait; the smallest gives way first.

        Connections without a request go first, those that still read an answer last.
        """
        return self._has_unsent, self._awaits is not h11.IDLE, self._since

    def give_way(self) -> None:
        """Close at once, for another connection."""
        self._stop()
        self.transport.abort()

    def _look(self) -> None:
        """Keep one deadline until the awaited data is complete, however much arrives before."""
        state = self.conn.their_state
        if self.transport.is_closing() or state not in _DEADLINES:
            _cancel(self._deadline)
            self._awaits, self._deadline = None, None
        elif state is not self._awaits:
            _cancel(self._deadline)
            self._awaits, self._since = state, self.loop.time()
            self._deadline = self.loop.call_later(_DEADLINES[state], self._too_late)

    def _too_late(self) -> None:
        """The awaited data did not arrive; a client that still reads an answer gets more time.

        The server has passed on the whole answer, and closing would lose the rest of it.
        """
        if self._has_unsent:
            self._deadline = self.loop.call_later(READ_S, self.transport.abort)
        else:
            self.transport.abort()

    @property
    def _has_unsent(self) -> bool:
        return self.transport.get_write_buffer_size() > 0

    def _stop(self) -> None:
        _cancel(self._deadline)
        _cancel(self._reading)
        self._deadline = self._reading = None

    def _make_room(self) -> None:
        waiting = [
            each
            for each in self.connections
            if isinstance(each, BoundedConnection) and each.waits_for_client
        ]
        if waiting:
            min(waiting, key=BoundedConnection.place_in_line).give_way()


_DEADLINES = {h11.IDLE: HEAD_S, h11.SEND_BODY: BODY_S}


def _cancel(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()


class Repeated(logging.Filter):
    """Lets the same line through once in ``QUIET_S``, and adds how many were left out.

    Without a free file descriptor asyncio logs hundreds of lines a second; and any stranger can
    make the server log broken requests as often as he likes.
    """

    def __init__(self) -> None:
        super().__init__()
        self._next: dict[str, float] = {}
        self._left_out: dict[str, int] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """See ``logging.Filter``."""
        line = f"{record.name} {str(record.msg).partition(chr(10))[0]}"
        now = monotonic()
        if now < self._next.get(line, 0.0):
            self._left_out[line] += 1
            return False
        if len(self._next) >= _MOST_LINES:
            self._next.clear()
            self._left_out.clear()
        if left_out := self._left_out.get(line, 0):
            record.msg = f"{record.msg} ({left_out} more like it were not logged)"
        self._next[line], self._left_out[line] = now + QUIET_S, 0
        return True


#: The most different lines remembered; there are only a few.
_MOST_LINES = 100


def calm_the_log() -> None:
    """Make the server and asyncio log the same line only now and then. Safe to repeat."""
    for name in ("uvicorn.error", "asyncio"):
        logger = logging.getLogger(name)
        if not any(isinstance(each, Repeated) for each in logger.filters):
            logger.addFilter(Repeated())
