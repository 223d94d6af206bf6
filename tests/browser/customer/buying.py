"""Customers of a place, what they bought, and what store and vendor hold of it."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID, uuid4

from bittitan_graphql.global_ids import ASSET, read_global_id
from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.requests import CancellationRequest
from bittitan_plugin.platforms.shop.demo_data import DEMO_PASSWORD, STAFF_EMAIL
from tests.acceptance.people import Person
from tests.browser.places import Place
from tests.integration.ordering import documents
from tests.waiting import until

CUSTOMER_CREATE = """
mutation ($input: UserCreateInput!) {
  customerCreate(input: $input) { user { id } errors { field message code } }
}
"""
PRODUCT = "BitTitan Mailbox License"


@dataclass
class Customer:
    """Somebody new at a place, with a password for its pages."""

    place: Place
    email: str

    @cached_property
    def person(self) -> Person:
        """The same, talking GraphQL."""
        person = Person(_port(self.place))
        person.sign_in(self.email, DEMO_PASSWORD)
        return person

    def bought(self, quantity: int = 25, **metadata: str) -> UUID:
        """The key of a licence with its code."""
        edges = self.person.ask("storefront/products.graphql")["edges"]
        (variant,) = [v for e in edges for v in e["node"]["variants"] if v["name"] == PRODUCT]
        items = [{"key": f"bittitan.{key}", "value": value} for key, value in metadata.items()]
        line = {"variantId": variant["id"], "quantity": quantity, "metadata": items}
        basket = self.person.do("storefront/checkout-create.graphql", lines=[line])["checkout"]
        order = self.person.do("storefront/checkout-complete.graphql", id=basket["id"])["order"]
        return until(lambda: self._delivered(order["id"]))

    def licenses(self) -> list[Asset]:
        """As the store has them, the newest first."""
        edges = self.person.ask("licenses/my-licenses.graphql")["edges"]
        return [stored(self.place, read_global_id(ASSET, e["node"]["id"])) for e in edges]

    def _delivered(self, order_id: str) -> UUID | None:
        order: Any = self.person.ask("licenses/order-licenses.graphql", orderId=order_id)
        found = [each for each in order["bittitanAssets"] if each["couponCode"]]
        return read_global_id(ASSET, found[0]["id"]) if found else None


def new_customer(place: Place, name: str = "reseller") -> Customer:
    """Made by staff; nobody else knows of it."""
    email = f"{name}-{uuid4().hex[:8]}@example.com"
    given = {"email": email, "password": DEMO_PASSWORD, "companyName": name.title()}
    _staff(place).do(CUSTOMER_CREATE, input=given)
    return Customer(place, email)


def configure(place: Place, *, active: bool = True, **values: str) -> None:
    """Staff change settings."""
    items = [{"name": name, "value": value} for name, value in values.items()]
    _staff(place).do(documents.PLUGIN_UPDATE, active=active, configuration=items)


def stored(place: Place, key: UUID) -> Asset:
    """The licence as the store has it."""
    return place.read(lambda work: work.assets.get(key))


def latest_request(place: Place, key: UUID) -> CancellationRequest | None:
    """The newest request to cancel that licence."""
    return place.read(lambda work: work.requests.latest_of(key))


def coupons_of(place: Place, key: UUID) -> list[tuple[str, str]]:
    """Code and status of every coupon the vendor ever issued for that licence."""
    reference = stored(place, key).reference
    ledger = place.sandbox.sandbox.ledger()
    return [(c.code, str(c.status)) for c in ledger if c.reference == reference]


def _staff(place: Place) -> Person:
    staff = Person(_port(place))
    staff.sign_in(STAFF_EMAIL, DEMO_PASSWORD)
    return staff


def _port(place: Place) -> int:
    return int(place.url.rpartition(":")[2])
