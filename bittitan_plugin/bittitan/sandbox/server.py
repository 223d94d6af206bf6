"""Serves the sandbox on a real socket: in the background for tests and demos, or in front."""

import asyncio
import socket
import threading
from types import TracebackType
from typing import Self

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from bittitan_plugin.bittitan.sandbox.app import create_sandbox
from bittitan_plugin.bittitan.sandbox.endpoint import ABORT
from bittitan_plugin.bittitan.sandbox.state import Sandbox

#: Seconds that answers in flight may still take when the server stops.
STOP_TIMEOUT = 1


class AbortableProtocol(H11Protocol):
    """uvicorn's HTTP/1.1, which also lets the application drop the connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Offer the transport's ``abort`` in the ASGI state of every request on it."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, ABORT: transport.abort}


class SandboxServer:
    """Serves on 127.0.0.1 from a thread while the ``with`` block runs.

    ``port`` 0 takes a free one. It can be called as soon as the block is entered; until the
    thread is up, connections wait in the listening socket. ``sandbox`` is the state, to look
    at and to change from outside.
    """

    def __init__(self, *, sandbox: Sandbox | None = None, port: int = 0) -> None:
        self.sandbox = sandbox or Sandbox()
        self._port = port
        self._server = uvicorn.Server(
            uvicorn.Config(
                create_sandbox(self.sandbox),
                http=AbortableProtocol,
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                timeout_graceful_shutdown=STOP_TIMEOUT,
            )
        )

    @property
    def url(self) -> str:
        """The address of the API, as ``api_url`` takes it."""
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Open the port and serve. Raises ``OSError`` when the port is taken."""
        # The protocol is named because asyncio switches Nagle's algorithm off only for sockets
        # that say TCP; with it on, every answer takes 40 ms.
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(("127.0.0.1", self._port))
            listener.listen(512)
        except OSError:
            listener.close()
            raise
        self._port = listener.getsockname()[1]
        self._thread = threading.Thread(
            target=self._server.run, args=([listener],), name="coupon-api-sandbox", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Finish what is in flight, within ``STOP_TIMEOUT``, and close the port."""
        self._server.should_exit = True
        self._thread.join()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()


def serve_sandbox(
    host: str = "127.0.0.1", port: int = 8001, *, sandbox: Sandbox | None = None
) -> None:
    """Serve in the foreground until interrupted, with uvicorn's usual log lines."""
    uvicorn.run(create_sandbox(sandbox), host=host, port=port, http=AbortableProtocol, ws="none")
