"""The fake Saleor for every test that needs one, on a real socket, and the app that calls it."""

from collections.abc import Iterator

import pytest

from bittitan_plugin.platforms.saleor.client import SaleorClient
from bittitan_plugin.platforms.saleor.gateway import SaleorGateway
from tests.fakes.saleor import SaleorServer
from tests.fakes.saleor.records import App

VERSION = "3.23"


@pytest.fixture(scope="session")
def _saleor_server() -> Iterator[SaleorServer]:
    with SaleorServer() as server:
        yield server


@pytest.fixture
def saleor(_saleor_server: SaleorServer) -> SaleorServer:
    """A new Saleor: ``.api_url`` to call it, ``.saleor`` to look inside and to act on it."""
    _saleor_server.saleor.reset()
    return _saleor_server


@pytest.fixture
def app(saleor: SaleorServer) -> App:
    """The app as that Saleor knows it, with every permission its manifest asks for."""
    return saleor.saleor.install()


@pytest.fixture
def client(saleor: SaleorServer, app: App) -> Iterator[SaleorClient]:
    """Speaks as the app."""
    made = SaleorClient(saleor.api_url, app.token)
    yield made
    made.close()


@pytest.fixture
def host(client: SaleorClient) -> SaleorGateway:
    """The port; the distributor leaves invoices to others."""
    return SaleorGateway(client, version=VERSION, link=link)


def link(order_id: str, number: str) -> str:
    """Where an invoice would be shown."""
    return f"https://licenses.example/{order_id}/{number}"
