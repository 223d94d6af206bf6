"""The ASGI application: the platform's routes and the plugin's own, in one place."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from anyio import to_thread
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from bittitan_plugin.plugin.bootstrap import Application
from bittitan_plugin.web.failures import WithoutDatabase
from bittitan_plugin.web.health import health_routes
from bittitan_plugin.web.metrics import metrics_route
from bittitan_plugin.web.utf8_forms import Utf8Forms


def create_app(
    application: Application, platform_routes: Sequence[BaseRoute], stop: Callable[[], None]
) -> Starlette:
    """Combine the routes; ``stop`` is called once when the server ends."""

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        await to_thread.run_sync(stop)

    return Starlette(
        routes=[
            *platform_routes,
            *health_routes(application.engine, application.ports.cipher, application.is_working),
            metrics_route(application.engine, application.settings.metrics_token),
        ],
        lifespan=lifespan,
        middleware=[Middleware(WithoutDatabase), Middleware(Utf8Forms)],
    )
