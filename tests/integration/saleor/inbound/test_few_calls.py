"""A Saleor that hangs takes few threads, and none of those that serve everybody else."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import islice
from random import Random
from threading import Event, Thread
from typing import Any

import httpx
import pytest
from anyio import to_thread
from starlette.applications import Starlette

from bittitan_plugin.domain.errors import PlatformUnavailable, Unavailable
from bittitan_plugin.platforms.saleor import jwks, registration
from bittitan_plugin.platforms.saleor.client import SaleorClient
from bittitan_plugin.platforms.saleor.gateway import SaleorGateway
from bittitan_plugin.platforms.saleor.invoice_links import InvoiceLinks
from bittitan_plugin.platforms.saleor.keys import PAUSE, Keys
from bittitan_plugin.platforms.saleor.pages.call_threads import MOST
from bittitan_plugin.platforms.saleor.pages.invoices import MOST_READERS
from bittitan_plugin.platforms.saleor.pages.routes import saleor_routes
from bittitan_plugin.platforms.saleor.pages.service import SaleorService
from bittitan_plugin.platforms.saleor.registration import Registrar
from tests.integration.saleor.inbound.conftest import Station
from tests.security.fuzzing.hostile_server import hostile_server
from tests.waiting import PATIENCE_S

Ask = Callable[[httpx.AsyncClient], Coroutine[Any, Any, httpx.Response]]
FLOOD = 60


class Hanging:
    """What every call to a Saleor waits for; it says who called, and lets go when told."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self._released = Event()

    def call(self, name: str) -> None:
        self.calls.append(name)
        self._released.wait()
        raise PlatformUnavailable("It hung.")

    def let_go(self) -> None:
        self._released.set()


@asynccontextmanager
async def client_of(service: SaleorService) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(Starlette(routes=saleor_routes(service)))
    async with httpx.AsyncClient(transport=transport, base_url="http://plugin") as http:
        yield http


def _as_they_come(
    asked: list[asyncio.Task[httpx.Response]], most: int
) -> Iterator[Awaitable[httpx.Response]]:
    """The answers that come first, no more of them than that."""
    return islice(asyncio.as_completed(asked), most)


def flooded(
    service: SaleorService, hanging: Hanging, ask: Ask, most: int = MOST
) -> tuple[list[int], float]:
    """Statuses of those who were answered while it hung, and threads that it took from others."""

    async def flood() -> tuple[list[int], float]:
        async with client_of(service) as http:
            asked = [asyncio.create_task(ask(http)) for _ in range(FLOOD)]
            try:
                async with asyncio.timeout(PATIENCE_S):
                    answered = [await each for each in _as_they_come(asked, FLOOD - most)]
                taken = to_thread.current_default_thread_limiter().borrowed_tokens
                return [each.status_code for each in answered], taken
            finally:
                hanging.let_go()
                await asyncio.gather(*asked)

    return asyncio.run(flood())


def test_registering_at_a_saleor_that_hangs_leaves_the_threads_to_customers(
    bare: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    hanging = Hanging()
    monkeypatch.setattr(SaleorClient, "execute", lambda _self, name: hanging.call(name))
    service = replace(bare.service, registrar=Registrar(bare.apps, bare.service.allowed))
    headers = {"Saleor-Api-Url": bare.server.api_url, "Saleor-Schema-Version": "3.22"}

    async def register(http: httpx.AsyncClient) -> httpx.Response:
        return await http.post("/saleor/register", json={"auth_token": "t"}, headers=headers)

    statuses, taken = flooded(service, hanging, register)
    assert statuses == [503] * (FLOOD - MOST)
    assert (hanging.calls, taken) == (["app"] * MOST, 0)


def test_reading_an_invoice_of_a_saleor_that_hangs_does_so_too(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    hanging, ports = Hanging(), station.application.ports
    monkeypatch.setattr(
        SaleorGateway, "invoice_document", lambda _self, _order, number: hanging.call(number)
    )
    links = InvoiceLinks("http://plugin", ports.cipher)
    link = links.of(station.installed.installation_id)("T3JkZXI6MQ==", "INV-1")

    async def read(http: httpx.AsyncClient) -> httpx.Response:
        return await http.get(link)

    statuses, taken = flooded(station.service, hanging, read, MOST_READERS)
    assert statuses == [503] * (FLOOD - MOST_READERS)
    assert (hanging.calls, taken) == (["INV-1"] * MOST_READERS, 0)


def test_keys_are_asked_for_one_at_a_time_however_long_the_saleor_takes(station: Station) -> None:
    app, asked, answers = station.installed, list[str](), Event()
    begun = Event()

    def fetch(api_url: str) -> Mapping[str, Any]:
        asked.append(api_url)
        begun.set()
        answers.wait()
        return app.jwks

    keys = Keys(station.apps, station.clock, fetch)
    first = Thread(target=keys.renewed, args=(app,))
    first.start()
    begun.wait()
    try:
        station.clock.advance(seconds=2 * PAUSE.total_seconds())
        with pytest.raises(Unavailable, match="just been asked for"):
            keys.renewed(app)
    finally:
        answers.set()
        first.join()
    keys.renewed(app)
    assert len(asked) == 2


@pytest.mark.parametrize("way", ["_drip", "_drip_headers", "_patience"])
def test_what_strangers_can_have_us_ask_a_saleor_is_settled_sooner(
    monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setattr(registration, "PROOF_TIMEOUT", 0.2)
    monkeypatch.setattr(jwks, "TIMEOUT", 0.2)
    with hostile_server(Random(1)) as server:
        server.always(way)
        client = registration._client(f"{server.url}/graphql/", "token")
        with pytest.raises(Unavailable):
            client.execute("app")
        with pytest.raises(Unavailable):
            jwks.fetch_jwks(f"{server.url}/graphql/")
        assert server.heard_out == 0
        client.close()
