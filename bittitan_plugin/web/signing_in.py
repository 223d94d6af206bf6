"""Signs users of all pages in and out; afterwards leads to the page they wanted."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bittitan_plugin.domain.access import ANONYMOUS, Viewer
from bittitan_plugin.domain.sign_in import SignInDelayed
from bittitan_plugin.domain.texts import is_line
from bittitan_plugin.web.failures import SIGN_IN, local_path
from bittitan_plugin.web.forms import form_of
from bittitan_plugin.web.portal.forms import text_of
from bittitan_plugin.web.site import Site, run

SIGN_OUT = "/sign-out"
SIGN_OUT_EVERYWHERE = "/sign-out-everywhere"


def sign_in_routes(site: Site) -> list[BaseRoute]:
    """``/sign-in`` (``?next=`` is the page afterwards), ``/sign-out``, ``/sign-out-everywhere``."""
    return [*_in(site), *_out(site)]


def _in(site: Site) -> list[BaseRoute]:
    async def form(request: Request) -> Response:
        viewer = await site.viewer(request)
        following = _following(request.query_params.get("next", ""), request)
        return await site.page(request, "sign-in.html", next=following, viewer=viewer)

    async def sign_in(request: Request) -> Response:
        sent = await form_of(request)
        email, password = text_of(sent, "email"), text_of(sent, "password")
        following = _following(text_of(sent, "next"), request)
        address = request.client.host if request.client else "unknown"
        refused = "This e-mail address and this password do not belong together."
        try:
            device = await run(lambda: site.device_now(request, email))
            user = await run(
                lambda: site.platform.identity.sign_in(email, password, address, device)
            )
        except SignInDelayed as delayed:
            user, refused = None, delayed.message
        if user is None:
            typed = email if is_line(email) else ""
            return await site.page(
                request, "sign-in.html", status=422, next=following, email=typed, error=refused
            )
        viewer = await run(lambda: site.platform.identity.viewer(user))
        # An earlier session on this browser ends.
        await run(lambda: site.end_session(request))
        answer = RedirectResponse(_fitting(following, viewer) or home_of(viewer), 303)
        site.sessions.open(answer, user)
        site.devices.remember(request, answer, email, user)
        return answer

    middleware = site.middleware()
    return [
        Route(SIGN_IN, form, methods=["GET"], middleware=middleware),
        Route(SIGN_IN, sign_in, methods=["POST"], middleware=middleware),
    ]


def _out(site: Site) -> list[BaseRoute]:
    async def sign_out(request: Request) -> Response:
        await run(lambda: site.end_session(request))
        answer = RedirectResponse(SIGN_IN, 303)
        site.sessions.close(answer)
        return answer

    async def sign_out_everywhere(request: Request) -> Response:
        def end_all() -> None:
            session = site.session_now(request)
            if session is not None:
                site.platform.identity.sign_out_everywhere(session.user)

        await run(end_all)
        return await sign_out(request)

    middleware = site.middleware()
    return [
        Route(SIGN_OUT, sign_out, methods=["POST"], middleware=middleware),
        Route(SIGN_OUT_EVERYWHERE, sign_out_everywhere, methods=["POST"], middleware=middleware),
    ]


def home_of(viewer: Viewer) -> str:
    """The page for a user who asked for none in particular."""
    if viewer == ANONYMOUS:
        return SIGN_IN
    return "/admin/" if viewer.is_staff else "/portal/"


def _fitting(path: str, viewer: Viewer) -> str:
    """The page, unless it is for others: staff have no portal, customers no back office."""
    others = "/portal/" if viewer.is_staff else "/admin/"
    return "" if path.startswith(others) else path


def _following(wanted: str, request: Request) -> str:
    """The page afterwards: always one of this site."""
    path = local_path(wanted, request) or ""
    return "" if path.startswith((SIGN_IN, SIGN_OUT)) else path
