"""The fake Saleor on a real socket of its own, open while a ``with`` block runs.

One thread of a process serves them all: a port is opened and closed at once, a server is not.
"""

import asyncio
import socket
import threading
from functools import cache, partial
from typing import Self

import uvicorn
from starlette.applications import Starlette

from bittitan_plugin.bittitan.sandbox.server import AbortableProtocol
from tests.fakes.saleor.app import create_app
from tests.fakes.saleor.state import FakeSaleor

#: Ports that a Saleor of this process has had: its address is its name, which no other may inherit.
_taken: set[int] = set()


class SaleorServer:
    """``saleor`` is the state, to look at and to change from outside."""

    def __init__(self, saleor: FakeSaleor | None = None, app: Starlette | None = None) -> None:
        self.saleor = saleor or FakeSaleor()
        self.app = app or create_app(self.saleor)
        self._server = uvicorn.Server(
            uvicorn.Config(
                self.app,
                http=AbortableProtocol,
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
            )
        )

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def api_url(self) -> str:
        """The address of the API, as installations are named by."""
        return f"{self.origin}/graphql/"

    def __enter__(self) -> Self:
        listener = _listener()
        self._port = listener.getsockname()[1]
        asyncio.run_coroutine_threadsafe(self._open(listener), _loop()).result()
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), _loop()).result()

    async def _open(self, listener: socket.socket) -> None:
        config = self._server.config
        config.load()
        self._server.lifespan = config.lifespan_class(config)
        await self._server.startup(sockets=[listener])

    async def _close(self) -> None:
        for port in self._server.servers:
            port.close()
        for connection in list(self._server.server_state.connections):
            connection.shutdown()


@cache
def _loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    # A task that does not end, because the threads that answer end with the first task of all.
    serving = partial(loop.run_until_complete, asyncio.Event().wait())
    threading.Thread(target=serving, name="fake-saleor", daemon=True).start()
    return loop


def _listener() -> socket.socket:
    # The protocol is named because asyncio switches Nagle's algorithm off only for sockets
    # that say TCP.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    if port in _taken:
        with listener:
            return _listener()
    _taken.add(port)
    listener.listen(128)
    return listener
