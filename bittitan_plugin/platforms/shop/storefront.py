"""The storefront's routes: one page, its script, and the GraphQL operations it sends."""

from pathlib import Path

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from bittitan_plugin.web.security_headers import SecurityHeaders
from bittitan_plugin.web.site import Site


def shop_routes(site: Site) -> list[BaseRoute]:
    """``/shop/`` and the operations under ``/shop/operations/``, read only."""

    async def page(request: Request) -> Response:
        return await site.page(request, "shop/index.html")

    operations = StaticFiles(directory=operations_folder())
    return [
        Route("/shop/", page, methods=["GET"], middleware=site.middleware()),
        Mount("/shop/operations", operations, middleware=[Middleware(SecurityHeaders)]),
    ]


def operations_folder() -> Path:
    """``graphql/operations``: in a wheel it is inside the package, in a checkout beside it."""
    packaged = Path(__file__).with_name("operations")
    return packaged if packaged.exists() else Path(__file__).parents[3] / "graphql" / "operations"
