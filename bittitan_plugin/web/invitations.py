"""The page of an invitation's link: an end customer chooses a password and is signed in.

Opening it changes nothing, so a mail filter that opens every link does not use it up.
"""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bittitan_plugin.domain.access import Viewer
from bittitan_plugin.domain.accounts import Account
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.invitations import Invitation
from bittitan_plugin.services.accounts import invitations
from bittitan_plugin.web.forms import form_of
from bittitan_plugin.web.portal.forms import status_of, text_of
from bittitan_plugin.web.signing_in import home_of
from bittitan_plugin.web.site import Site, run

#: The beginning of a link's path, below the site's own address.
INVITATION = "/invitation/"


def invitation_routes(site: Site) -> list[BaseRoute]:
    """``/invitation/`` followed by the token from the e-mail."""

    async def form(request: Request) -> Response:
        invitation, _ = await run(lambda: _found(site, request))
        return await _page(site, request, invitation)

    async def follow(request: Request) -> Response:
        invitation, _ = await run(lambda: _found(site, request))
        sent = await form_of(request)
        password, again = text_of(sent, "password"), text_of(sent, "again")
        try:
            if password != again:
                raise Refusal(ErrorCode.INVALID, "The two passwords differ.", field="again")
            user, viewer = await run(lambda: _let_in(site, request, password))
        except Refusal as refusal:
            return await _page(site, request, invitation, refusal)
        await run(lambda: site.end_session(request))
        answer = RedirectResponse(home_of(viewer), 303)
        site.sessions.open(answer, user)
        site.devices.remember(request, answer, invitation.email, user)
        return answer

    path, middleware = f"{INVITATION}{{token}}", site.middleware(referrer="no-referrer")
    return [
        Route(path, form, methods=["GET"], middleware=middleware),
        Route(path, follow, methods=["POST"], middleware=middleware),
    ]


def address_of_invitations(site: Site) -> str:
    """The beginning of this site's invitation links."""
    return site.settings.public_url.rstrip("/") + INVITATION


def _token(request: Request) -> str:
    token: str = request.path_params["token"]
    return token


def _let_in(site: Site, request: Request, password: str) -> tuple[str, Viewer]:
    tenant = site.tenant
    # First, so that if two send it at once, one password is set, and that one's session is valid.
    invitation, account = invitations.take(tenant, _token(request))
    try:
        user = site.platform.identity.welcome(invitation.email, account.company, password)
    except Refusal:
        invitations.give_back(tenant, invitation)
        raise
    viewer = site.platform.identity.viewer(user)
    invitations.accept(tenant, invitation, viewer.customer_id or "")
    return user, viewer


def _found(site: Site, request: Request) -> tuple[Invitation, Account]:
    return invitations.find(site.tenant, _token(request))


async def _page(
    site: Site, request: Request, invitation: Invitation, refusal: Refusal | None = None
) -> Response:
    return await site.page(
        request,
        "invitation.html",
        status=status_of(refusal) if refusal else 200,
        email=invitation.email,
        error=refusal.message if refusal else None,
    )
