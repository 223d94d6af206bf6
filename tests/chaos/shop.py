"""What people do at the shop, and what each of them is then entitled to find."""

from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import uuid4

from bittitan_plugin.bittitan.sandbox import DEFAULT_EMAIL, DEFAULT_PASSWORD
from tests.acceptance.people import STAFF
from tests.chaos.client import Client, Refused
from tests.chaos.instance import Instance
from tests.integration.graphql_extension.operations import load
from tests.integration.ordering import documents

CUSTOMER_CREATE = """
mutation ($input: UserCreateInput!) {
  customerCreate(input: $input) { user { id } errors { field message code } }
}
"""
ORDER_CANCEL = """
mutation ($id: ID!) { orderCancel(id: $id) { order { id } errors { field message code } } }
"""
REFUND = """
mutation ($id: ID!) {
  orderGrantRefundCreate(id: $id, input: {reason: "Goodwill"}) {
    order { id } errors { field message code }
  }
}
"""
ASSETS_OF_ORDER = """
query ($id: ID!) { order(id: $id) { bittitanAssets { id provisioningStatus status } } }
"""
ASSET_CANCEL = """
mutation ($id: ID!) {
  bittitanAssetCancel(id: $id, input: {comment: "No longer needed"}) {
    asset { id status } errors { field message code }
  }
}
"""
ASSET_SYNCHRONIZE = """
mutation ($id: ID!) {
  bittitanAssetSynchronize(id: $id) { asset { id } errors { field message code } }
}
"""
#: Licences of a line.
QUANTITY = 5


class Fate(StrEnum):
    """What was done with a sold line, by the word of whoever did it."""

    SOLD = "sold"
    #: Staff cancelled the asset: BitTitan revokes, one credit, one refund, one e-mail.
    CANCELLED = "cancelled"
    #: The platform cancelled the order: BitTitan revokes, the plugin credits nothing.
    ORDER_CANCELLED = "order cancelled"
    #: The platform paid the money back: BitTitan revokes, the platform's own credit stands.
    REFUNDED = "refunded"


@dataclass
class Sale:
    """An order of one line, and what its buyer and staff were told."""

    #: Empty until the shop has said that it is sold.
    order_id: str = ""
    fate: Fate = Fate.SOLD


class Shop:
    """Staff and one customer."""

    def __init__(self, staff: Client, customer: Client, variant_id: str) -> None:
        self._staff, self._customer, self._variant_id = staff, customer, variant_id

    def buy(self, sale: Sale) -> None:
        """A basket of one line, paid at once."""
        line = {"variantId": self._variant_id, "quantity": QUANTITY}
        basket = self._customer.ask(documents.CHECKOUT_CREATE, lines=[line])["checkout"]
        done = self._customer.ask(documents.CHECKOUT_COMPLETE, id=basket["id"])
        sale.order_id = done["order"]["id"]

    def cancel(self, sale: Sale) -> None:
        """Staff cancel the asset; somebody else may have been quicker, which is as good."""
        self.cancel_again(sale)
        sale.fate = Fate.CANCELLED

    def cancel_again(self, sale: Sale) -> None:
        """Staff cancel what was stuck, as the problem tells them; its fate was decided before."""
        with suppress(Refused):
            self._staff.ask(ASSET_CANCEL, id=self.asset(sale)["id"])

    def cancel_order(self, sale: Sale) -> None:
        """Staff cancel the order on the platform."""
        self._staff.ask(ORDER_CANCEL, id=sale.order_id)
        sale.fate = Fate.ORDER_CANCELLED

    def refund(self, sale: Sale) -> None:
        """Staff pay the money back on the platform; its answer may have been lost before."""
        with suppress(Refused):
            self._staff.ask(REFUND, id=sale.order_id)
        sale.fate = Fate.REFUNDED

    def is_provisioned(self, sale: Sale) -> bool:
        """Whether its buyer has the coupon."""
        return bool(self.asset(sale).get("provisioningStatus") == "SYNCHRONIZED")

    def synchronize(self, sale: Sale) -> None:
        """Staff choose *Synchronize again*, as the problem tells them to."""
        with suppress(Refused):
            self._staff.ask(ASSET_SYNCHRONIZE, id=self.asset(sale)["id"])

    def asset(self, sale: Sale) -> dict[str, Any]:
        """The asset of the sale; empty before there is one."""
        assets = self._staff.ask(ASSETS_OF_ORDER, id=sale.order_id)["bittitanAssets"]
        return dict(assets[0]) if assets else {}


def open_for_business(instance: Instance, web: str) -> str:
    """Switch the plugin on and put one licence on sale; returns its variant's id."""
    staff = Client([instance.ports[web]], instance.token())
    given = {
        "api_url": instance.sandbox_url,
        "api_email": DEFAULT_EMAIL,
        "api_password": DEFAULT_PASSWORD,
        "sender_email": "licenses@distributor.example",
        "staff_email": STAFF,
    }
    items = [{"name": name, "value": value} for name, value in given.items()]
    staff.ask(documents.PLUGIN_UPDATE, active=True, configuration=items)
    staff.ask(load("catalogue/services-definition.graphql"))
    product = staff.ask(load("catalogue/products.graphql"))["edges"][0]["node"]
    change = {"published": True, "prices": [{"amount": "14.00", "currency": "USD"}]}
    staff.ask(load("catalogue/product-update.graphql"), id=product["id"], input=change)
    return str(product["variantId"])


def shop_at(instance: Instance, webs: list[str], variant_id: str) -> Shop:
    """Staff and a new customer, at those web processes."""
    ports = [instance.ports[web] for web in webs]
    staff, email = Client(ports, instance.token()), f"buyer-{uuid4().hex[:8]}@example.com"
    with suppress(Refused):  # the answer to a first try may have been lost
        staff.ask(CUSTOMER_CREATE, input={"email": email, "companyName": "Example Reseller"})
    return Shop(staff, Client(ports, instance.token(email)), variant_id)
