"""The storefront's routes: one page, its script, and the GraphQL operations it sends."""

from pathlib import Path

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from bittitan_plugin.domain.access import ANONYMOUS
from bittitan_plugin.platforms.shop.paging import PageRequest
from bittitan_plugin.platforms.shop.platform import ShopPlatform
from bittitan_plugin.web.security_headers import SecurityHeaders
from bittitan_plugin.web.signing_in import home_of
from bittitan_plugin.web.site import Site, run


def shop_routes(site: Site, platform: ShopPlatform) -> list[BaseRoute]:
    """``/``, ``/shop/`` with its token, and the operations under ``/shop/operations/``."""

    async def home(request: Request) -> Response:
        """Where whoever asks has something to do; strangers see what is on sale, if anything is."""
        viewer = await site.viewer(request)
        if viewer == ANONYMOUS and await run(lambda: _sells(platform)):
            return RedirectResponse("/shop/")
        return RedirectResponse(home_of(viewer))

    async def page(request: Request) -> Response:
        return await site.page(request, "shop/index.html")

    async def token(request: Request) -> Response:
        """An access token for the page's script, of whoever is signed in."""
        viewer = await site.viewer(request)

        def issued() -> str | None:
            user = platform.customers.by_email(viewer.email)
            return platform.tokens.issue(user) if user else None

        found = None if viewer == ANONYMOUS else await run(issued)
        if found is None:
            return JSONResponse({"message": "Nobody is signed in."}, 401)
        return JSONResponse({"token": found}, headers={"Cache-Control": "no-store"})

    operations = StaticFiles(directory=operations_folder())
    return [
        Route("/", home, methods=["GET"], middleware=site.middleware()),
        Route("/shop/", page, methods=["GET"], middleware=site.middleware()),
        Route("/shop/token", token, methods=["POST"], middleware=site.middleware()),
        Mount("/shop/operations", operations, middleware=[Middleware(SecurityHeaders)]),
    ]


def _sells(platform: ShopPlatform) -> bool:
    on_sale = platform.catalogue.listing(published_only=True)
    return bool(platform.page(on_sale, PageRequest(first=1)).entries)


def operations_folder() -> Path:
    """``graphql/operations``: in a wheel it is inside the package, in a checkout beside it."""
    packaged = Path(__file__).with_name("operations")
    return packaged if packaged.exists() else Path(__file__).parents[3] / "graphql" / "operations"
