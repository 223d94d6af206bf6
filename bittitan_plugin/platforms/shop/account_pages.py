"""The pages with which people choose a password: by a link, for another, as the first of all.

The address of a link is a secret, so these pages send no referrer; opening one changes nothing, so
a mail filter that opens every link does not use it up.
"""

from collections.abc import Mapping

from starlette.background import BackgroundTask
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bittitan_plugin.base.settings import Environment
from bittitan_plugin.domain.access import ANONYMOUS
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.one_time_links import LinkPurpose
from bittitan_plugin.domain.sign_in import SignInDelayed
from bittitan_plugin.domain.texts import is_line
from bittitan_plugin.platforms.shop.customers import viewer_of
from bittitan_plugin.platforms.shop.identity import key_of
from bittitan_plugin.platforms.shop.link_mails import CHOOSE_PASSWORD, FIRST_RUN, LinkMails
from bittitan_plugin.platforms.shop.platform import ShopPlatform
from bittitan_plugin.platforms.shop.tables import UserRow
from bittitan_plugin.web.failures import NotSignedIn
from bittitan_plugin.web.forms import form_of
from bittitan_plugin.web.portal.forms import status_of, text_of
from bittitan_plugin.web.signing_in import home_of
from bittitan_plugin.web.site import Site, run

FORGOTTEN = "/forgotten-password"
CHANGE = "/account/password"


def account_routes(site: Site, platform: ShopPlatform) -> list[BaseRoute]:
    """Every address of these pages; the first run's is served in development only."""
    pages = AccountPages(site, platform)
    served = [
        (f"{CHOOSE_PASSWORD}{{token}}", pages.choosing, pages.choose),
        (FORGOTTEN, pages.forgotten, pages.send_link),
        (CHANGE, pages.changing, pages.change),
    ]
    if site.settings.environment is Environment.DEVELOPMENT:
        served.append((f"{FIRST_RUN}{{token}}", pages.first_run, pages.begin))
    middleware = site.middleware(referrer="no-referrer")
    return [
        Route(path, handler, methods=[method], middleware=middleware)
        for path, form, act in served
        for method, handler in (("GET", form), ("POST", act))
    ]


class AccountPages:
    """The handlers."""

    def __init__(self, site: Site, platform: ShopPlatform) -> None:
        self._site = site
        self._platform = platform
        self._mails = LinkMails(site.ports, platform, site.settings.public_url)

    async def choosing(self, request: Request) -> Response:
        """The form behind a link."""
        return await self._choosing(request)

    async def choose(self, request: Request) -> Response:
        """Set the password, end every session, and sign in."""
        form, token = await form_of(request), _token(request)

        def choose() -> UserRow:
            return self._platform.links.choose_password(token, _twice(form))

        try:
            user = await run(choose)
        except Refusal as refusal:
            if refusal.field is None:
                raise
            return await self._choosing(request, refusal)
        return await self._signed_in(request, user)

    async def forgotten(self, request: Request) -> Response:
        """The form that asks for an address."""
        return await self._site.page(request, "shop/account/forgotten.html", sent=False)

    async def send_link(self, request: Request) -> Response:
        """Send a link, if that is anybody's address; the answer tells neither, nor does its time.

        So it is looked up and sent after the answer.
        """
        email = text_of(await form_of(request), "email")
        answer = await self._site.page(request, "shop/account/forgotten.html", sent=True)
        if is_line(email):
            send = self._mails.send_to_whoever_forgot
            answer.background = BackgroundTask(run, lambda: send(email))
        return answer

    async def changing(self, request: Request) -> Response:
        """The form of whoever is signed in."""
        return await self._changing(request)

    async def change(self, request: Request) -> Response:
        """Set another password; every other session ends."""
        form = await form_of(request)
        viewer = await self._site.viewer(request)
        address = request.client.host if request.client else "unknown"

        def change() -> UserRow:
            user = self._platform.customers.by_email(viewer.email)
            if viewer == ANONYMOUS or user is None:
                raise NotSignedIn
            new, old = _twice(form), text_of(form, "old")
            return self._platform.customers.change_password(user, old, new, address)

        try:
            user = await run(change)
        except SignInDelayed as delayed:
            refusal = Refusal(ErrorCode.INVALID, delayed.message, field="oldPassword")
            return await self._changing(request, refusal)
        except Refusal as refusal:
            return await self._changing(request, refusal)
        return await self._signed_in(request, user, f"{CHANGE}?done=yes")

    async def first_run(self, request: Request) -> Response:
        """The form of the first administrator."""
        await run(lambda: self._platform.links.look_first_run(_token(request)))
        return await self._first_run(request, {"email": "", "name": ""})

    async def begin(self, request: Request) -> Response:
        """Make the first administrator, and sign in."""
        form, token = await form_of(request), _token(request)
        email, name = text_of(form, "email"), text_of(form, "name")

        def begin() -> UserRow:
            self._platform.links.look_first_run(token)
            return self._platform.links.begin(token, email, name, _twice(form))

        try:
            user = await run(begin)
        except Refusal as refusal:
            if refusal.field is None:
                raise
            return await self._first_run(request, {"email": email, "name": name}, refusal)
        return await self._signed_in(request, user)

    async def _first_run(
        self, request: Request, typed: Mapping[str, str], refusal: Refusal | None = None
    ) -> Response:
        return await self._site.page(
            request,
            "shop/account/first-run.html",
            status=status_of(refusal) if refusal else 200,
            typed=typed,
            refusal=refusal,
        )

    async def _choosing(self, request: Request, refusal: Refusal | None = None) -> Response:
        link, user = await run(lambda: self._platform.links.look(_token(request)))
        return await self._site.page(
            request,
            "shop/account/choose-password.html",
            status=status_of(refusal) if refusal else 200,
            email=user.email,
            invited=link.purpose is LinkPurpose.INVITATION,
            refusal=refusal,
        )

    async def _changing(self, request: Request, refusal: Refusal | None = None) -> Response:
        if await self._site.viewer(request) == ANONYMOUS:
            raise NotSignedIn
        return await self._site.page(
            request,
            "shop/account/change-password.html",
            status=status_of(refusal) if refusal else 200,
            done=refusal is None and "done" in request.query_params,
            refusal=refusal,
        )

    async def _signed_in(self, request: Request, user: UserRow, to: str | None = None) -> Response:
        """Open a session in the place of the browser's earlier one."""
        await run(lambda: self._site.end_session(request))
        answer = RedirectResponse(to or home_of(viewer_of(user)), 303)
        self._site.sessions.open(answer, key_of(user))
        self._site.devices.remember(request, answer, user.email, key_of(user))
        return answer


def _token(request: Request) -> str:
    token: str = request.path_params["token"]
    return token


def _twice(form: FormData) -> str:
    """A new password that was typed twice. Raises ``Refusal`` on ``again``."""
    password = text_of(form, "password")
    if password != text_of(form, "again"):
        raise Refusal(ErrorCode.INVALID, "The two passwords differ.", field="again")
    return password
