"""Serves the distributor's face to every page: its logo, and a style sheet with its colour.

Both are files of their own because pages run with a policy that forbids styles within them. They
are open to all, as the sign-in page shows them; a page names the version it wants, so that browsers
keep each one.
"""

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from bittitan_plugin.domain.colours import Colour, readable_on, text_on
from bittitan_plugin.services.branding import find_logo
from bittitan_plugin.web.security_headers import SecurityHeaders
from bittitan_plugin.web.site import Site, run

#: What text and links stand on, as in ``static/site.css``: on light pages, and on dark ones.
LIGHT = (Colour(0xF4, 0xF6, 0xF9), Colour(0xFF, 0xFF, 0xFF))
DARK = (Colour(0x1B, 0x23, 0x2D), Colour(0x12, 0x18, 0x1F))
_KEPT = {"Cache-Control": "public, max-age=31536000, immutable"}
_ASKED_AGAIN = {"Cache-Control": "no-cache"}


def branding_routes(site: Site) -> list[BaseRoute]:
    """The two files."""

    async def logo(request: Request) -> Response:
        """The picture as it was uploaded; its kind was told by its bytes."""
        found = await run(lambda: find_logo(site.tenant))
        if found is None:
            return PlainTextResponse("There is no logo.", 404)
        kept = request.query_params.get("v") == found.digest
        headers = _KEPT if kept else _ASKED_AGAIN
        return Response(found.content, media_type=found.content_type, headers=headers)

    middleware = [Middleware(SecurityHeaders)]
    return [
        Route("/brand/logo", logo, methods=["GET"], middleware=middleware),
        Route("/brand/accent.css", _accent, methods=["GET"], middleware=middleware),
    ]


async def _accent(request: Request) -> Response:
    """The variables of ``site.css`` for the colour in the address."""
    colour = Colour.read(f"#{request.query_params.get('colour', '')}")
    if colour is None:
        return PlainTextResponse("There is no such colour.", 404)
    return Response(style_of(colour), media_type="text/css", headers=_KEPT)


def style_of(colour: Colour) -> str:
    """The style sheet of a colour: the colour itself, and the shades of it that can be read."""
    light, dark = _shade(colour, LIGHT), _shade(colour, DARK)
    return (
        f":root {{ --brand: {colour}; {light} }}\n"
        f"@media (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n"
        f".brand-preview {{ {light} }}\n"
        f".brand-preview.on-dark {{ {dark} }}\n"
    )


def _shade(colour: Colour, grounds: tuple[Colour, ...]) -> str:
    shade = readable_on(colour, *grounds)
    return f"--accent: {shade}; --on-accent: {text_on(shade)};"
