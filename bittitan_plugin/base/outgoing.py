"""What every outgoing HTTP request has in common: its headers, and the limits of its answer.

httpx's timeouts restart with every byte, so a server that sends headers one letter at a time could
hold a thread for hours. Here time is counted from the request's last byte to the answer's last.
"""

import time
from collections.abc import Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from ssl import SSLContext
from typing import Any

import httpcore
import httpx

#: Seconds an answer may take in all, headers and body.
ANSWER_TIMEOUT = 60.0


def headers() -> dict[str, str]:
    """Headers of every request. They decline compression: a few bytes could become very many."""
    return {
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "User-Agent": _user_agent(),
    }


@cache
def trust() -> SSLContext:
    """The trusted certificates: read once, because reading them takes tens of milliseconds."""
    return httpx.create_ssl_context()


def limit_answers(client: httpx.Client, seconds: float | None = None) -> None:
    """Limit every answer on this client's connections to ``seconds``, or ``ANSWER_TIMEOUT``.

    A later one raises ``httpx.ReadTimeout``. Transports without a network (tests have some) are
    left alone.
    """
    for transport in (client._transport, *client._mounts.values()):
        if isinstance(transport, httpx.HTTPTransport):
            pool = transport._pool
            pool._network_backend = _Backend(pool._network_backend, seconds)


def bounded(response: httpx.Response, largest: int) -> bytes:
    """The body, of at most ``largest`` bytes.

    Raises ``httpx.RemoteProtocolError`` when it is larger, and ``httpx.DecodingError`` when it is
    compressed all the same.
    """
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise httpx.DecodingError("the answer is compressed")
    return b"".join(_up_to(largest, response))


def _up_to(largest: int, response: httpx.Response) -> Iterator[bytes]:
    size = 0
    for chunk in response.iter_bytes():
        size += len(chunk)
        if size > largest:
            raise httpx.RemoteProtocolError("the answer is too large")
        yield chunk


def _user_agent() -> str:
    try:
        return f"bittitan-plugin/{version('bittitan-plugin')}"
    except PackageNotFoundError:  # run from a checkout that is not installed
        return "bittitan-plugin"


class _Backend(httpcore.NetworkBackend):
    """Connects as the wrapped backend does."""

    def __init__(self, inner: httpcore.NetworkBackend, seconds: float | None) -> None:
        self._inner = inner
        self._seconds = seconds

    def connect_tcp(self, *where: Any, **how: Any) -> httpcore.NetworkStream:
        return _Stream(self._inner.connect_tcp(*where, **how), self._seconds)


class _Stream(httpcore.NetworkStream):
    """A connection that remembers when it was last written to."""

    def __init__(self, inner: httpcore.NetworkStream, seconds: float | None) -> None:
        self._inner = inner
        self._seconds = seconds
        self._asked = time.monotonic()

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        patience = ANSWER_TIMEOUT if self._seconds is None else self._seconds
        left = self._asked + patience - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the answer takes too long")
        return self._inner.read(max_bytes, left if timeout is None else min(left, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, timeout)
        self._asked = time.monotonic()

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, timeout), self._seconds)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
