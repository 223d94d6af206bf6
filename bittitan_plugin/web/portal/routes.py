"""The routes of the customer's portal.

A successful form answers with a redirect, so that reloading repeats nothing.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar
from uuid import UUID

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bittitan_plugin.base.cipher import UnreadableSecret
from bittitan_plugin.domain.access import Viewer
from bittitan_plugin.domain.cancellation import CancellationTerms
from bittitan_plugin.domain.errors import ErrorCode, OutcomeUnknown, Refusal, Rejected, Unavailable
from bittitan_plugin.services.ports import Tenant
from bittitan_plugin.web.failures import NotPermitted
from bittitan_plugin.web.forms import form_of
from bittitan_plugin.web.invitations import address_of_invitations
from bittitan_plugin.web.portal import acting
from bittitan_plugin.web.portal.acting import Shown, StalePage
from bittitan_plugin.web.portal.filters import STATUSES, Wanted
from bittitan_plugin.web.portal.forms import instant_of, key_of, status_of, text_of
from bittitan_plugin.web.portal.licenses import (
    License,
    find_license,
    list_end_customers,
    list_licenses,
)
from bittitan_plugin.web.portal.presenting import address_of, license_page, terms_page
from bittitan_plugin.web.site import Site, run

Result = TypeVar("Result")
Handler = Callable[[Request], Awaitable[Response]]

#: The message of a successful form on the page it leads to.
_DONE = {
    "name": "The name has been saved.",
    "email": "The e-mail has been sent again.",
    "invited": "The invitation has been sent.",
    "withdrawn": "Your request has been withdrawn.",
    "asked": "You have asked to cancel these licences. You will be told by e-mail what is decided.",
    "cancelling": "Your cancellation is under way. You will be told by e-mail when it is done.",
    "cancelled": "You have cancelled these licences.",
}
#: Messages for failed e-mails without the cause, which is for staff; only e-mails are sent here.
_SAID: dict[type[Exception], str] = {
    UnreadableSecret: "The coupon code cannot be read just now. Try again in a while.",
    Unavailable: "The e-mail could not be sent just now. Try again in a while.",
    Rejected: "The e-mail could not be sent to that address. Please write to us.",
    OutcomeUnknown: "Whether the e-mail was sent is not known. Look whether it arrives.",
}
_UNDER_WAY = (ErrorCode.CANCELLATION_PENDING, ErrorCode.ALREADY_CANCELLED)
_STALE = "Something changed since this page was made, so nothing was done yet. Look at it again."


class Portal:
    """The handlers, for one site."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def licenses(self, request: Request) -> Response:
        """The list, newest first."""
        viewer, wanted = await self._site.customer(request), Wanted.read(request.query_params)
        found = await self._visit(lambda tenant: list_licenses(tenant, viewer, wanted))
        return await self._site.page(
            request,
            "portal/licenses.html",
            licenses=found.licenses,
            end_customers=found.end_customers,
            wanted=wanted,
            statuses=STATUSES,
            newest=wanted.address(),
            older=wanted.address(found.older) if found.older else None,
        )

    async def end_customers(self, request: Request) -> Response:
        """The viewer's end customers."""
        viewer = await self._site.customer(request)
        done = _DONE.get(request.query_params.get("done", ""))
        said = {"done": done} if done else {}
        return await self._end_customers_page(request, viewer, said)

    async def invite(self, request: Request) -> Response:
        """Invite an end customer to see what was bought for it."""
        viewer, account_id = await self._site.customer(request), request.path_params["id"]
        address = address_of_invitations(self._site)
        try:
            await self._visit(lambda tenant: acting.invite(tenant, viewer, account_id, address))
        except (Refusal, Rejected, Unavailable, OutcomeUnknown) as error:
            said = {"error": _SAID.get(type(error)) or str(error)}
            return await self._end_customers_page(request, viewer, said, status=status_of(error))
        return RedirectResponse("/portal/end-customers?done=invited", 303)

    async def license(self, request: Request) -> Response:
        """One licence with its code."""
        found = await self._find(request, await self._site.customer(request))
        done = _DONE.get(request.query_params.get("done", ""))
        return await license_page(self._site, request, found, {"done": done} if done else {})

    async def terms(self, request: Request) -> Response:
        """The terms of cancelling, before anything happens."""
        found, _ = await self._find_bought(request, await self._site.customer(request))
        return await terms_page(self._site, request, found, {})

    async def cancel(self, request: Request) -> Response:
        """Cancel, or ask for it, on the terms that were shown."""
        viewer, sent = await self._site.customer(request), await form_of(request)
        (found, terms), comment = await self._find_bought(request, viewer), text_of(sent, "comment")
        if found.request or terms.code in _UNDER_WAY:
            # A second click: the cancellation is already in progress.
            return _to(found)
        shown = Shown(
            version=text_of(sent, "version"),
            automatic=text_of(sent, "automatic") == "yes",
            at=instant_of(sent, "seen"),
        )
        said: dict[str, object] = {"comment": comment}
        try:
            await self._visit(lambda tenant: acting.check_fresh(tenant, found, terms, shown))
            tenant = await run(lambda: self._site.tenant)
            outcome = await acting.cancel(tenant, viewer, found.asset.id, comment)
        except StalePage as stale:
            said |= {"error": _STALE, "changed": stale.changes}
            return await terms_page(self._site, request, found, said, status=409)
        except Refusal as refusal:
            said["error"] = refusal.message
            if refusal.field == "comment":
                said["comment_fault"] = refusal.message
            now = await self._find(request, viewer)
            return await terms_page(self._site, request, now, said, status=status_of(refusal))
        return _to(found, outcome)

    async def withdraw(self, request: Request) -> Response:
        """Take a request back."""
        await self._find_bought(request, await self._site.customer(request))
        wish = key_of(await form_of(request), "request", "There is no such cancellation request.")
        return await self._change(
            request,
            "withdrawn",
            lambda tenant, viewer, id_: acting.withdraw(tenant, viewer, id_, wish),
        )

    async def rename(self, request: Request) -> Response:
        """Save another friendly name."""
        name = text_of(await form_of(request), "name")
        return await self._change(
            request,
            "name",
            lambda tenant, viewer, id_: acting.rename(tenant, viewer, id_, name),
            typed_name=name,
        )

    async def send_again(self, request: Request) -> Response:
        """Send the e-mail with the code again."""
        await self._find_bought(request, await self._site.customer(request))
        once = key_of(await form_of(request), "once", "This form is out of date.").hex
        return await self._change(
            request,
            "email",
            lambda tenant, viewer, id_: acting.send_again(tenant, viewer, id_, once),
        )

    async def _change(
        self,
        request: Request,
        done: str,
        work: Callable[[Tenant, Viewer, UUID], None],
        **typed: str,
    ) -> Response:
        """Do it and redirect to the licence; a refusal is shown with what was typed."""
        viewer = await self._site.customer(request)
        found = await self._find(request, viewer)
        try:
            await self._visit(lambda tenant: work(tenant, viewer, found.asset.id))
        except (Refusal, Rejected, Unavailable, OutcomeUnknown) as error:
            said = {"error": _SAID.get(type(error)) or str(error), **typed}
            # The page shows the reason and the licence's present state.
            now = await self._find(request, viewer)
            return await license_page(self._site, request, now, said, status=status_of(error))
        return _to(found, done)

    async def _end_customers_page(
        self, request: Request, viewer: Viewer, said: Mapping[str, str], *, status: int = 200
    ) -> Response:
        search = Wanted.read(request.query_params).search
        found = await self._visit(lambda tenant: list_end_customers(tenant, viewer, search))
        return await self._site.page(
            request,
            "portal/end-customers.html",
            status=status,
            end_customers=found.accounts,
            invitations=found.invitations,
            more=found.more,
            search=search,
            **said,
        )

    async def _find(self, request: Request, viewer: Viewer) -> License:
        asset_id: UUID = request.path_params["id"]
        return await self._visit(lambda tenant: find_license(tenant, viewer, asset_id))

    async def _find_bought(
        self, request: Request, viewer: Viewer
    ) -> tuple[License, CancellationTerms]:
        """The licence, for actions of its buyer only. Raises ``NotPermitted``."""
        found = await self._find(request, viewer)
        if found.terms is None:
            raise NotPermitted("the account that bought these licences")
        return found, found.terms

    async def _visit(self, visit: Callable[[Tenant], Result]) -> Result:
        """One visit to the database, in a thread, for this site's installation."""
        return await run(lambda: visit(self._site.tenant))


def portal_routes(site: Site) -> list[BaseRoute]:
    """``/portal/`` and the routes below it."""
    portal, one = Portal(site), "/portal/licenses/{id:uuid}"
    handlers: list[tuple[str, str, Handler]] = [
        ("GET", "/portal/", portal.licenses),
        ("GET", "/portal/end-customers", portal.end_customers),
        ("POST", "/portal/end-customers/{id:uuid}/invitation", portal.invite),
        ("GET", one, portal.license),
        ("GET", f"{one}/cancel", portal.terms),
        ("POST", f"{one}/cancel", portal.cancel),
        ("POST", f"{one}/withdraw", portal.withdraw),
        ("POST", f"{one}/name", portal.rename),
        ("POST", f"{one}/email", portal.send_again),
    ]
    middleware = site.middleware()
    return [
        Route(path, handler, methods=[method], middleware=middleware)
        for method, path, handler in handlers
    ]


def _to(found: License, done: str | None = None) -> Response:
    query = f"?done={done}" if done else ""
    return RedirectResponse(f"{address_of(found)}{query}", 303)
