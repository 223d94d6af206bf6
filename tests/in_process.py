"""An ASGI application asked without a socket, where no socket is the subject."""

from collections.abc import Iterator

import httpx
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from starlette.types import ASGIApp


@pytest.fixture(scope="session")
def portal() -> Iterator[BlockingPortal]:
    """The loop that answers; with one of its own, each request would start threads of its own."""
    with start_blocking_portal() as portal:
        yield portal


class InProcess(httpx.BaseTransport):
    """Makes an ``httpx.Client`` one of ``app``; nothing is told that it starts or ends."""

    def __init__(self, app: ASGIApp, portal: BlockingPortal) -> None:
        self._app = httpx.ASGITransport(app)
        self._portal = portal

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """One request and its whole answer."""
        return self._portal.call(self._answer, request)

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        answer = await self._app.handle_async_request(request)
        assert isinstance(answer.stream, httpx.AsyncByteStream)
        body = b"".join([part async for part in answer.stream])
        return httpx.Response(
            answer.status_code, headers=answer.headers, stream=httpx.ByteStream(body)
        )
