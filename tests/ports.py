"""Ports for processes that must be told one, because others are to know it before they listen."""

import socket
from contextlib import suppress
from random import SystemRandom

#: Below the ports of which the system gives one to whoever connects or asks for any: one of those
#: may be gone before the process that was told it has begun.
_RANGE = range(15_000, 30_000)
_given = set[int]()


def free_port() -> int:
    """A port nobody listens on; never the same one twice."""
    while True:
        port = SystemRandom().choice(_RANGE)
        if port in _given:
            continue
        _given.add(port)
        with socket.socket() as listener, suppress(OSError):
            listener.bind(("127.0.0.1", port))
            return port
