"""A customer with a browser that runs no JavaScript: it follows redirects and sends forms."""

import asyncio
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx
from starlette.responses import Response
from starlette.types import ASGIApp

from bittitan_graphql.global_ids import ASSET, read_global_id
from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.platforms.shop.identity import key_of
from bittitan_plugin.platforms.shop.tables import UserRow
from bittitan_plugin.web.sessions import COOKIE
from bittitan_plugin.web.site import Site
from tests.integration.ordering.storefront import Storefront
from tests.pages import Form, Page

__all__ = ["Counter", "Page", "Visitor", "at"]


class Visitor:
    """One person at one browser."""

    def __init__(self, app: ASGIApp, site: Site, user: UserRow | None) -> None:
        self._app = app
        self.cookies = httpx.Cookies()
        if user is not None:
            answer = Response()
            site.sessions.open(answer, key_of(user))
            cookie = answer.headers["set-cookie"].split(";")[0].partition("=")[2]
            self.cookies.set(COOKIE, cookie, domain="shop.example")

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Any request; cookies are kept, redirects followed."""

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(app=self._app)
            async with httpx.AsyncClient(
                transport=transport,
                base_url="http://shop.example",
                cookies=self.cookies,
                follow_redirects=True,
            ) as client:
                answer = await client.request(method, path, **options)
                self.cookies = client.cookies
                return answer

        return asyncio.run(send())

    def open(self, path: str) -> Page:
        """The page at an address, after redirects."""
        return Page(self.request("GET", path))

    def send(self, form: Form, **values: str) -> Page:
        """Send a form with these values instead of its own; the page it leads to."""
        return Page(self.request("POST", form.action, data=form.fields | values))


@dataclass
class Counter:
    """The shop with its portal, and a licence that the reseller bought."""

    storefront: Storefront
    site: Site
    app: ASGIApp

    def visitor(self, user: UserRow | None) -> Visitor:
        """Somebody new at a browser of their own."""
        return Visitor(self.app, self.site, user)

    @property
    def reseller(self) -> Visitor:
        return self.visitor(self.storefront.reseller)

    def bought(self, quantity: int = 25, **metadata: str) -> UUID:
        """The key of a new licence of the reseller."""
        order = self.storefront.buy(self.storefront.reseller, quantity, **metadata)
        (asset,) = order["bittitanAssets"]
        return read_global_id(ASSET, asset["id"])

    def invite(self, email: str) -> str:
        """The reseller invites its one end customer, of that address; where the link leads."""
        reseller = self.reseller
        form = reseller.open("/portal/end-customers").form("/invitation")
        assert "The invitation has been sent." in reseller.send(form).text
        return self.link_to(email)

    def link_to(self, email: str) -> str:
        """Where the link of the newest invitation of that address leads."""
        sent = [each for each in self.storefront.shop.mail if each.template == "invitation"]
        (*_, newest) = (str(each.values["link"]) for each in sent if each.to == email)
        return urlsplit(newest).path

    def asset(self, key: UUID) -> Asset:
        """As the store has it."""
        return self.storefront.shop.asset(key)

    def requests(self, key: UUID) -> list[str]:
        """The states of the licence's pending and newest request."""
        shop = self.storefront.shop
        with shop.tenant.reading() as work:
            latest = work.requests.latest_of(key)
            pending = work.requests.pending_of([key])
        return [latest.state.value] * max(1, len(pending)) if latest else []


def at(key: UUID, part: str = "") -> str:
    """The address of a licence's page."""
    return f"/portal/licenses/{key}{part}"
