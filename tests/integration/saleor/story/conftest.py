"""A distributor whose platform is a Saleor: the app installed, licences on sale.

What is handed in is done by hand; where the engine belongs to the story, a file's ``world`` is the
running one.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import cast

import pytest

from bittitan_plugin.bittitan.sandbox import DEFAULT_EMAIL, DEFAULT_PASSWORD, SandboxServer
from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.services.catalogue import products, services_definition
from tests.by_hand import Backlog, without_engine
from tests.fakes.host import FakePlatform
from tests.fakes.saleor import FakeSaleor
from tests.fakes.saleor.records import Order, User
from tests.integration.saleor.inbound.conftest import Station, bare, portal, station, stations
from tests.world import STAFF, Shop, World

__all__ = ["bare", "portal", "station", "stations"]

RESELLER, END_CUSTOMER = "buying@reseller.example", "it@fabrikam.example"
METADATA = {
    "bittitan.friendly_name": "Fabrikam mail move",
    "bittitan.end_customer_email": END_CUSTOMER,
    "bittitan.end_customer_name": "Fabrikam",
}


@dataclass
class Market:
    """The Saleor, and the plugin as its installation sees it."""

    station: Station
    shop: Shop

    @property
    def saleor(self) -> FakeSaleor:
        return self.station.server.saleor

    def open(self) -> None:
        """*Get Services Definition*, and licences put on sale at 13.50 USD; no webhook comes."""
        services_definition.fetch(self.shop.tenant, STAFF)
        with self.shop.tenant.reading() as work:
            product = work.products.by_skus(["MW-MAILBOX"])["MW-MAILBOX"]
        wishes = products.Wishes(prices=[("13.50", "USD")], published=True)
        products.update(self.shop.tenant, STAFF, product.id, wishes)
        self._settle_or_lose(heard=False)

    def customer(self) -> User:
        """The reseller, as Saleor knows it."""
        return self.saleor.add_customer(RESELLER, "Example Reseller")

    def buy(self, quantity: int = 25, *, lines: int = 1, told: bool = True) -> Order:
        """The reseller orders and pays; unless ``told``, Saleor loses every webhook of it."""
        variant = self.saleor.variant_of("MW-MAILBOX").id
        wanted = [(variant, quantity, METADATA)] * lines
        order = self.saleor.pay(self.saleor.place(*wanted, customer=self.customer()))
        self._settle_or_lose(heard=told)
        return order

    def _settle_or_lose(self, *, heard: bool) -> None:
        if not heard:
            self.station.sender.waiting.clear()
        self.settle()

    def settle(self) -> None:
        """Until neither Saleor nor the plugin has anything left to do."""
        while True:
            self.shop.settle()
            if not self.station.sender.waiting:
                return
            self.station.sender.deliver_all()

    def assets(self, order: Order) -> list[Asset]:
        with self.shop.tenant.reading() as work:
            return list(work.assets.of_orders([order.id]))

    def asset(self, order: Order) -> Asset:
        (asset,) = self.assets(order)
        return asset

    def cancel(self, order: Order) -> Asset:
        """Staff cancel the order's only asset."""
        self.shop.cancel(self.asset(order), "Ordered by mistake")
        self.settle()
        return self.asset(order)

    def given_back(self, order: Order) -> tuple[int, Decimal]:
        """How many credit invoices there are, and what the payment app paid back."""
        numbers = [each.number or "" for each in order.invoices]
        return len([n for n in numbers if n.startswith("CR-")]), order.refunded


@pytest.fixture
def world(idle_world: World) -> World:
    """The plugin without an engine."""
    return idle_world


@pytest.fixture
def shop(idle: tuple[World, Backlog], sandbox: SandboxServer, station: Station) -> Shop:
    """The installation, whose durable work is done as soon as a test settles."""
    key, installation = station.server.api_url, station.installed.installation_id
    return without_engine(idle, sandbox, key, installation, cast(FakePlatform, None))


@pytest.fixture
def market(shop: Shop, sandbox: SandboxServer, station: Station) -> Market:
    """The app is installed and switched on, and licences are on sale at 13.50 USD."""
    shop.configure(
        api_url=sandbox.url,
        api_email=DEFAULT_EMAIL,
        api_password=DEFAULT_PASSWORD,
        staff_email="staff@example.com",
        sender_email="licenses@example.com",
        issue_invoices="true",
    )
    made = Market(station, shop)
    made.open()
    return made
