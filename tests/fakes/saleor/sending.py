"""How this Saleor sends its webhooks: rendered by the app's own queries, signed, and repeated.

Rendering happens when a delivery is made, not when the event happened, as on the real one; then
the same bytes and signature are sent until 2xx, up to six times, and never after a 3xx or 4xx.
"""

import json
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

import httpx
from graphql import DocumentNode, execute_sync, parse

from tests.fakes.saleor.app import SCHEMA
from tests.fakes.saleor.records import App
from tests.fakes.saleor.state import FakeSaleor
from tests.fakes.saleor.views import Views

#: How often one delivery is tried.
ATTEMPTS = 6


@dataclass
class Delivery:
    """One webhook that is to be sent, or was."""

    event: str
    ids: dict[str, str]
    url: str
    query: str
    #: Who caused it: an app's id, or None for staff.
    caused_by: str | None = None
    issued_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    statuses: list[int] = field(default_factory=list)

    @property
    def done(self) -> bool:
        return bool(self.statuses) and (self.statuses[-1] < 500 or len(self.statuses) == ATTEMPTS)


class Sender:
    """Keeps what is to be sent; a test decides what is sent when, how often, or never.

    ``http`` reaches the plugin. Listens to everything that happens at ``saleor``.
    """

    def __init__(
        self, saleor: FakeSaleor, api_url: str, http: httpx.Client, clock: Any = None
    ) -> None:
        self.saleor = saleor
        self.api_url = api_url
        self.http = http
        self.clock = clock or (lambda: datetime.now(UTC))
        self.waiting: list[Delivery] = []
        self.manifest: dict[str, Any] = {}
        self.app: App | None = None
        #: Whether the event of the app's installation reaches it, and what was sent of it.
        self.hears_of_its_installation = True
        self.hello: Delivery | None = None
        saleor.listeners.append(self._heard)

    # Installing

    def install(self, version: str = "3.23", app: App | None = None) -> httpx.Response:
        """What *Install* in the Dashboard does: read the manifest, make the app, hand the token."""
        found = self.http.get("/saleor/manifest", headers={"Saleor-Schema-Version": version})
        if found.status_code != 200:
            return found
        self.manifest = found.json()
        self.app = app or self.saleor.install(frozenset(self.manifest["permissions"]))
        self.app.webhooks = {each["name"]: each["isActive"] for each in self.manifest["webhooks"]}
        answer = self.register(self.app.token, version=version)
        if answer.is_success and self.hears_of_its_installation:
            # It follows at once (observed on 3.23).
            self.hello = self.event("APP_INSTALLED", app=self.app.id)
            self.waiting.remove(self.hello)
            self.deliver(self.hello)
        return answer

    def register(self, token: object, *, version: str = "3.23", **headers: str) -> httpx.Response:
        sent = {
            "Saleor-Api-Url": self.api_url,
            "Saleor-Domain": "127.0.0.1",
            "Saleor-Schema-Version": version,
        } | {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.post("/saleor/register", json={"auth_token": token}, headers=sent)

    def uninstall(self) -> Delivery:
        """Staff remove the app: its token is dead before the event is sent."""
        assert self.app is not None
        self.saleor.apps.pop(self.app.id)
        return self.event("APP_DELETED", app=self.app.id)

    def switch(self, *, on: bool) -> Delivery:
        """Staff switch the app off or on."""
        assert self.app is not None
        self.app.active = on
        return self.event("APP_STATUS_CHANGED", app=self.app.id)

    # Sending

    def event(self, event: str, *, caused_by: str | None = None, **ids: str) -> Delivery:
        """Have an event wait to be sent, as if it had just happened."""
        (webhook,) = [each for each in self.manifest["webhooks"] if event in each["asyncEvents"]]
        delivery = Delivery(
            event, ids, webhook["targetUrl"], webhook["query"], caused_by, self.clock()
        )
        self.waiting.append(delivery)
        return delivery

    def deliver_all(self) -> list[Delivery]:
        """Send what waits, in order, each until it is taken or given up."""
        sent: list[Delivery] = []
        for _ in range(len(self.waiting)):
            sent.append(self.waiting.pop(0))
            self.deliver(sent[-1])
        return sent

    @contextmanager
    def delivering(self) -> Iterator[None]:
        """Meanwhile everything is sent as soon as it waits, as a Saleor that is well does."""
        over = threading.Event()

        def work() -> None:
            while not over.wait(0.02):
                self.deliver_all()

        thread = threading.Thread(target=work, name="fake-saleor-webhooks", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def deliver(self, delivery: Delivery) -> int:
        """Send one until it is taken or given up; returns the last status."""
        body = self.body(delivery)
        signature = self.saleor.signing.signature(body)
        statuses: list[int] = []
        while not statuses or (statuses[-1] >= 500 and len(statuses) < ATTEMPTS):
            statuses.append(self.post(delivery, body, signature).status_code)
        delivery.statuses += statuses
        return statuses[-1]

    def post(self, delivery: Delivery, body: bytes, signature: str) -> httpx.Response:
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Saleor/3.23",
            "Saleor-Event": delivery.event.lower(),
            "Saleor-Domain": "127.0.0.1",
            "Saleor-Api-Url": self.api_url,
            "Saleor-Signature": signature,
        }
        return self.http.post(httpx.URL(delivery.url).path, content=body, headers=headers)

    def body(self, delivery: Delivery) -> bytes:
        """The delivery's bytes, rendered from the state as it is now."""
        with self.saleor.lock:
            root = {"event": self._view(delivery)}
            result = execute_sync(SCHEMA, _read(delivery.query), root_value=root)
        assert not result.errors, result.errors
        assert result.data is not None
        return json.dumps(result.data["event"]).encode()

    def _view(self, delivery: Delivery) -> dict[str, Any]:
        views, saleor, ids = Views(self.saleor), self.saleor, delivery.ids
        principal: dict[str, Any] = {"__typename": "User", "id": "VXNlcjox"}
        if delivery.caused_by:
            principal = {"__typename": "App", "id": delivery.caused_by}
        view: dict[str, Any] = {
            "__typename": "".join(part.title() for part in delivery.event.split("_")),
            "issuedAt": delivery.issued_at.isoformat(),
            "version": saleor.version,
            "issuingPrincipal": principal,
            "recipient": {"id": self.app.id, "identifier": self.app.identifier}
            if self.app
            else None,
        }
        if "order" in ids:
            view["order"] = views.order(saleor.orders[ids["order"]])
            view["fulfillment"] = None
        if "invoice" in ids:
            view["invoice"] = self._invoice(views, ids["invoice"])
        if "product" in ids:
            key = ids["product"]
            view["product"] = views.product((saleor.products | saleor.deleted_products)[key])
        if "variant" in ids:
            view["productVariant"] = views.variant(saleor.variants[ids["variant"]])
        if "app" in ids:
            active = self.app.active if self.app else False
            view["app"] = {"id": ids["app"], "isActive": active}
        return view

    def _invoice(self, views: Views, key: str) -> dict[str, Any]:
        orders: Iterable[Any] = self.saleor.orders.values()
        found = next(each for order in orders for each in order.invoices if each.id == key)
        return dict(views.invoice(found))

    def _heard(self, event: str, ids: dict[str, str]) -> None:
        events = [name for each in self.manifest["webhooks"] for name in each["asyncEvents"]]
        if event in events:
            self.event(event, **ids)


@cache
def _read(query: str) -> DocumentNode:
    """The same few queries come again and again, and reading one takes longer than answering it."""
    return parse(query)
