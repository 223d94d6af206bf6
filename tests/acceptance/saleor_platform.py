"""The story's platform when it is a Saleor: a fake one on a socket, with the app installed by HTTP.

Customers and staff act at Saleor; its webhooks are signed and posted to the running application.
The settings are the form of the app's page in the Dashboard. The plugin is asked at ``/graphql/``
with Saleor's tokens, and where Saleor's own objects carry ours, as a gateway asks for them.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from bittitan_plugin.base.cipher import generate_key
from tests.acceptance.people import STAFF, Person
from tests.acceptance.platforms import Facts, Line
from tests.acceptance.processes import serving
from tests.fakes.saleor import SaleorServer
from tests.fakes.saleor.dashboard import Dashboard
from tests.fakes.saleor.records import Invoice, Order, User
from tests.fakes.saleor.sending import Sender
from tests.fakes.saleor.state import Wanted
from tests.integration.ordering import documents
from tests.pages import Page
from tests.ports import free_port
from tests.waiting import PATIENCE_S, until

STAFF_PERMISSIONS = ("MANAGE_ORDERS", "MANAGE_PRODUCTS", "MANAGE_USERS", "MANAGE_APPS")
ASSETS_OF_ORDER = """
query ($id: ID!) {
  _entities(representations: [{__typename: "Order", id: $id}]) {
    ... on Order { bittitanAssets { ...Sold } }
  }
}
"""


class SaleorPlatform:
    """See ``Platform``."""

    facts = Facts(
        # The Dashboard's form says it in words, at the field.
        wrong_password=("api_password", None),
        # Whether the plugin issues Saleor's invoices is a setting, not a choice for one order.
        invoicing_options=[],
        shows_invoicing=False,
        # Saleor numbers no invoices; ours is made for what has been delivered.
        completion=["asset", "code", "invoice", "welcome"],
    )

    def __init__(self, port: int, sender: Sender) -> None:
        self._sender = sender
        self._saleor = sender.saleor
        self._baskets: dict[str, Line] = {}
        self._bought: dict[str, Order] = {}
        user = self._saleor.add_staff(STAFF, *STAFF_PERMISSIONS)
        self._dashboard = Dashboard(sender, user)
        self._customers: dict[str, User] = {}
        self.staff, self.reseller, self.other = Person(port), Person(port), Person(port)
        self._sign_in(self.staff, user)

    def open(self) -> None:
        assert self._sender.install().json() == {"success": True}

    def plugin(self) -> Any:
        form = self._dashboard.open().form("/settings")
        items = [
            {"name": name, "value": value or form.hints.get(name, "")}
            for name, value in form.fields.items()
            if name != "session"
        ]
        active = ("do", "off") in form.buttons
        return {"globalConfiguration": {"active": active, "configuration": items}}

    def switch_on(self, values: Mapping[str, str]) -> Any:
        return self._save("on", {"issue_invoices": "true", **values})

    def for_sale(self, person: Person) -> list[Any]:  # noqa: ARG002 - Saleor shows all the same
        currency = next(iter(self._saleor.channels.values())).currency
        return [
            {"id": variant.id, "sku": variant.sku, "pricing": {"price": _gross(price, currency)}}
            for variant, price in self._saleor.on_sale()
        ]

    def register(self, person: Person, email: str, company: str) -> Any:
        user = self._saleor.add_customer(email, company)
        self._customers[user.id] = user
        self._sign_in(person, user)
        return {"id": user.id, "email": user.email}

    def fill_basket(self, line: Line) -> Any:
        basket_id = f"basket-{len(self._baskets)}"
        self._baskets[basket_id] = line
        return {
            "id": basket_id,
            "totalPrice": _gross(self._saleor.price(_wanted(line)), "USD"),
        }

    def check_out(self, basket_id: str) -> Any:
        """Saleor asks no app before it sells: what is refused is refused once it is paid."""
        order = self._bought.get(basket_id)
        if order is not None:
            return {"order": {"id": order.id}, "errors": []}
        buyer = next(iter(self._customers.values()))
        order = self._saleor.place(_wanted(self._baskets[basket_id]), customer=buyer)
        self._bought[basket_id] = self._saleor.pay(order)
        error = until(lambda: self._hindrance(order.id))
        return {"order": {"id": order.id}, "errors": [error]}

    def invoicing_options(self) -> list[Any]:
        return []

    def draft(self, customer_id: str, line: Line) -> Any:
        customer = self._customers[customer_id]
        made = self._saleor.place(_wanted(line), customer=customer, status="DRAFT")
        return {"id": made.id, "status": made.status}

    def execute(self, order_id: str, invoicing: str) -> Any:  # noqa: ARG002 - see ``facts``
        self._save("save", {"issue_invoices": "false"})
        made = self._saleor.complete(self._saleor.orders[order_id])
        return {"status": made.status, "invoicing": None}

    def mark_as_paid(self, order_id: str) -> None:
        self._saleor.pay(self._saleor.orders[order_id], by_hand=True)

    def order(self, order_id: str) -> Any:
        order = self._saleor.orders[order_id]
        invoices = [
            {"number": each.number, "billedTo": _billed_to(each)} for each in order.invoices
        ]
        return {
            "number": order.number,
            "status": order.status,
            "invoices": invoices,
            "totalRefunded": {"amount": float(order.refunded), "currency": "USD"},
            "bittitanAssets": self._assets(order_id),
        }

    def _assets(self, order_id: str) -> list[Any]:
        (order,) = self.staff.ask(ASSETS_OF_ORDER + documents.SOLD, id=order_id)
        return list(order["bittitanAssets"])

    def _hindrance(self, order_id: str) -> Any:
        assets = self._assets(order_id)
        return assets[0]["provisioningError"] if assets else None

    def _save(self, button: str, values: Mapping[str, str]) -> Any:
        form = self._dashboard.open().form("/settings")
        ticked = {name: value for name, value in values.items() if value != "false"}
        for name in values.keys() - ticked.keys():
            form.fields.pop(name, None)
        page = self._dashboard.press(form, button, **ticked)
        wrong = page.form("/settings").alerts
        return {"errors": [{"field": name, "code": None} for name in wrong]}

    def _sign_in(self, person: Person, user: User) -> None:
        person.token = self._saleor.signing.token(self._sender.api_url, user)


@contextmanager
def saleor_platform(database_url: str, var_dir: Path) -> Iterator[SaleorPlatform]:
    """A new Saleor beside the application, which runs in a process of its own."""
    port = free_port()
    settings = {
        "database_url": database_url,
        "var_dir": str(var_dir),
        "secret_keys": generate_key(),
    }
    address = f"http://127.0.0.1:{port}"
    with (
        SaleorServer() as server,
        serving(port, **settings, saleor_allowed_urls=server.api_url),
        httpx.Client(base_url=address, timeout=PATIENCE_S) as http,
    ):
        sender = Sender(server.saleor, server.api_url, http)
        with sender.delivering():
            yield SaleorPlatform(port, sender)


def _wanted(line: Line) -> Wanted:
    metadata = {each["key"]: each["value"] for each in line["metadata"]}
    return line["variantId"], line["quantity"], metadata


def _gross(amount: object, currency: str) -> Any:
    return {"gross": {"amount": float(str(amount)), "currency": currency}}


def _billed_to(invoice: Invoice) -> str:
    """The first line of the address, on the page behind the invoice's link."""
    assert invoice.url is not None
    lines = Page(httpx.get(invoice.url, timeout=PATIENCE_S)).lines
    return lines[lines.index("Billed to") + 1]
