"""What every outgoing HTTP request has in common: its headers, its network, its answer's limits.

httpx's timeouts restart with every byte, so a server that sends headers one letter at a time could
hold a thread for hours. Here time is counted from the request's last byte to the answer's last.
Only httpcore, on which httpx is built, lets one count there: so the network is ours.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from ssl import SSLContext
from typing import Any
from urllib.request import getproxies, proxy_bypass

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


class Network(httpx.BaseTransport):
    """The network for an ``httpx.Client``, on which an answer takes ``seconds`` at most.

    Without a number that is ``ANSWER_TIMEOUT``; a later answer raises ``httpx.ReadTimeout``.
    ``backend`` makes the connections, if not the system. Proxies of the environment are used,
    unless ``direct``.
    """

    def __init__(
        self,
        limits: httpx.Limits,
        *,
        seconds: float | None = None,
        backend: httpcore.NetworkBackend | None = None,
        direct: bool = False,
    ) -> None:
        self._limits = limits
        self._backend = _Backend(backend or httpcore.SyncBackend(), seconds)
        self._direct = self._pool(None)
        proxies = {} if direct else getproxies()
        #: By scheme; ``all`` is for those that have none of their own.
        self._proxied = {
            scheme: self._pool(_proxy(proxies[scheme]))
            for scheme in ("http", "https", "all")
            if proxies.get(scheme)
        }

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request; the body of the answer is read by whoever wants it."""
        url = request.url
        asked = httpcore.Request(
            request.method,
            httpcore.URL(
                scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
            ),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        with _as_httpx():
            answer = self._pool_for(url).handle_request(asked)
        return httpx.Response(
            answer.status,
            headers=answer.headers,
            stream=_Body(answer),
            extensions=answer.extensions,
        )

    def close(self) -> None:
        """Close every connection."""
        for pool in (self._direct, *self._proxied.values()):
            pool.close()

    def _pool_for(self, url: httpx.URL) -> httpcore.ConnectionPool:
        if not self._proxied or proxy_bypass(url.host):
            return self._direct
        return self._proxied.get(url.scheme) or self._proxied.get("all") or self._direct

    def _pool(self, proxy: httpcore.Proxy | None) -> httpcore.ConnectionPool:
        return httpcore.ConnectionPool(
            ssl_context=trust(),
            proxy=proxy,
            max_connections=self._limits.max_connections,
            max_keepalive_connections=self._limits.max_keepalive_connections,
            keepalive_expiry=self._limits.keepalive_expiry,
            network_backend=self._backend,
        )


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


def _proxy(address: str) -> httpcore.Proxy:
    named = httpx.Proxy(address if "://" in address else f"http://{address}")
    return httpcore.Proxy(str(named.url), auth=named.raw_auth)


@contextmanager
def _as_httpx() -> Iterator[None]:
    """httpx names its errors as httpcore does."""
    try:
        yield
    except (
        httpcore.TimeoutException,
        httpcore.NetworkError,
        httpcore.ProtocolError,
        httpcore.ProxyError,
        httpcore.UnsupportedProtocol,
    ) as error:
        named: type[httpx.TransportError] = getattr(httpx, type(error).__name__)
        raise named(str(error)) from error


class _Body(httpx.SyncByteStream):
    """The body of an answer, as it arrives."""

    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        with _as_httpx():
            yield from self._answer.iter_stream()

    def close(self) -> None:
        with _as_httpx():
            self._answer.close()


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
