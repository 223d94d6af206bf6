"""The ASGI application: the platform's routes and the plugin's own, in one place."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import structlog
from anyio import to_thread
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bittitan_plugin.bootstrap import Application
from bittitan_plugin.store.writing import NO_DATABASE, fault_in_words
from bittitan_plugin.web.health import health_routes
from bittitan_plugin.web.metrics import metrics_route
from bittitan_plugin.web.utf8_forms import Utf8Forms

log = structlog.get_logger(__name__)


def create_app(
    application: Application, platform_routes: Sequence[BaseRoute], stop: Callable[[], None]
) -> Starlette:
    """Put the routes together; ``stop`` is called once when the server ends."""

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        await to_thread.run_sync(stop)

    return Starlette(
        routes=[
            *platform_routes,
            *health_routes(application),
            metrics_route(application.engine, application.settings.metrics_token),
        ],
        lifespan=lifespan,
        middleware=[Middleware(WithoutDatabase), Middleware(Utf8Forms)],
    )


class WithoutDatabase:
    """ASGI middleware: what has no way of its own to say that the database is away."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 503 with the reason, as long as nothing was sent."""
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except NO_DATABASE as error:
            if started or scope["type"] != "http":
                raise
            fault = fault_in_words(error)
            log.error("answer without database", kind=type(error).__name__, fault=fault)
            answer = JSONResponse({"message": f"The database {fault}."}, 503)
            await answer(scope, receive, send)
