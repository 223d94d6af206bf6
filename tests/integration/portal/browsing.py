"""A customer with a browser that runs no JavaScript: it follows redirects and sends forms."""

import asyncio
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from uuid import UUID

import httpx
from starlette.responses import Response
from starlette.types import ASGIApp

from bittitan_graphql.global_ids import ASSET, read_global_id
from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.hosts.embedded.identity import key_of
from bittitan_plugin.hosts.embedded.tables import UserRow
from bittitan_plugin.web.sessions import COOKIE
from bittitan_plugin.web.site import Site
from tests.integration.ordering.storefront import Storefront


@dataclass
class Form:
    """A form of a page, filled in as the page has it."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)


class Page(HTMLParser):
    """What is to be seen of an answer: its words, its links and its forms."""

    def __init__(self, answer: httpx.Response) -> None:
        super().__init__()
        self.answer, self.status = answer, answer.status_code
        self.path = answer.url.path
        self.forms: list[Form] = []
        self.links: list[str] = []
        self._words: list[str] = []
        self._textarea: str | None = None
        self.feed(answer.text)

    @property
    def text(self) -> str:
        """The words, with single blanks between them."""
        return " ".join(" ".join(self._words).split())

    def form(self, ending: str) -> Form:
        """The one form that is sent to an address with that ending."""
        (found,) = [form for form in self.forms if form.action.endswith(ending)]
        return found

    def offers(self, ending: str) -> bool:
        """Whether there is such a form."""
        return any(form.action.endswith(ending) for form in self.forms)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        if tag == "form":
            self.forms.append(Form(known.get("action") or ""))
        elif tag == "a":
            self.links.append(known.get("href") or "")
        elif tag == "input" and self.forms:
            self.forms[-1].fields[known.get("name") or ""] = known.get("value") or ""
        elif tag == "textarea":
            self._textarea = known.get("name")
            self.forms[-1].fields[self._textarea or ""] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._textarea = None

    def handle_data(self, data: str) -> None:
        if self._textarea is not None:
            self.forms[-1].fields[self._textarea] += data
        self._words.append(data)


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

    def asset(self, key: UUID) -> Asset:
        """As the store has it."""
        return self.storefront.shop.asset(key)

    def requests(self, key: UUID) -> list[str]:
        """The states of the licence's pending and newest request."""
        shop = self.storefront.shop
        with shop.ports.store.reading(shop.id) as work:
            latest = work.requests.latest_of(key)
            pending = work.requests.pending_of([key])
        return [latest.state.value] * max(1, len(pending)) if latest else []


def at(key: UUID, part: str = "") -> str:
    """The address of a licence's page."""
    return f"/portal/licenses/{key}{part}"
