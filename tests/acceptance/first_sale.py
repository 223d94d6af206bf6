"""The first sale of a distributor, from an empty database, written down answer by answer."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from bittitan_plugin.cipher import generate_key
from bittitan_plugin.settings import Settings
from bittitan_plugin.vendor.sandbox import DEFAULT_EMAIL, DEFAULT_PASSWORD, SandboxServer
from tests.acceptance.people import PASSWORD, STAFF, Person, hire_staff, until
from tests.acceptance.processes import free_port, serving
from tests.integration.ordering import documents

RESELLER, OTHER = "buying@reseller.example", "someone@else.example"
END_CUSTOMER = "it@fabrikam.example"
CUSTOMER_CREATE = """
mutation ($input: UserCreateInput!) {
  customerCreate(input: $input) { user { id email } errors { field message code } }
}
"""
INVOICING_OPTIONS = '{ __type(name: "OrderInvoicing") { enumValues { name } } }'


@dataclass
class Shop:
    """A running application, its vendor and its people."""

    sandbox: SandboxServer
    mail_dir: Path
    staff: Person
    reseller: Person
    #: A customer who has nothing to do with the reseller.
    other: Person


@dataclass
class Sale:
    """What was answered at each step of the story."""

    shop: Shop
    answers: dict[str, Any] = field(default_factory=dict)

    def __getitem__(self, step: str) -> Any:
        return self.answers[step]

    def tell(self) -> None:
        """The whole story, in order."""
        self._activate()
        self._make_a_catalogue()
        self._make_customers()
        self._sell_in_the_storefront()
        self._sell_in_the_back_office("NEXT_BILLING_DAY")
        self._sell_in_the_back_office("NONE")
        self.answers["seen by the reseller"] = self._licenses(self.shop.reseller)
        self.answers["seen by another"] = self._licenses(self.shop.other)

    @property
    def emails(self) -> list[EmailMessage]:
        """The welcome e-mails, as a mail reader would show them."""
        files = self.shop.mail_dir.glob("welcome-*.eml")
        return [message_from_bytes(f.read_bytes(), policy=policy.default) for f in files]

    def _activate(self) -> None:
        staff = self.shop.staff
        self.answers["signed in"] = staff.sign_in(STAFF)
        self.answers["at first"] = staff.ask(documents.PLUGIN)
        self.answers["wrong password"] = self._switch_on(api_password="wrong")
        self.answers["after the wrong password"] = staff.ask(documents.PLUGIN)
        self.answers["right settings"] = self._switch_on(api_password=DEFAULT_PASSWORD)
        self.answers["after the right settings"] = staff.ask(documents.PLUGIN)

    def _switch_on(self, **values: str) -> Any:
        given = {
            "api_url": self.shop.sandbox.url,
            "api_email": DEFAULT_EMAIL,
            "synchronize_automatically": "false",
            **values,
        }
        items = [{"name": name, "value": value} for name, value in given.items()]
        return self.shop.staff.ask(documents.PLUGIN_UPDATE, active=True, configuration=items)

    def _make_a_catalogue(self) -> None:
        staff = self.shop.staff
        for time in ("first", "second"):
            fetched = staff.do("catalogue/services-definition.graphql")
            self.answers[f"{time} services definition"] = fetched
        for edge in staff.ask("catalogue/products.graphql")["edges"]:
            if edge["node"]["sku"] == "MW-MAILBOX":
                self.answers["imported"] = edge["node"]
        self.answers["seen before publishing"] = self._variants(self.shop.other)
        self.answers["published"] = staff.do(
            "catalogue/product-update.graphql",
            id=self["imported"]["id"],
            input={"prices": [{"amount": "13.50", "currency": "USD"}], "published": True},
        )["product"]
        self.answers["seen after publishing"] = self._variants(self.shop.other)

    def _variants(self, person: Person) -> list[Any]:
        edges = person.ask("storefront/products.graphql")["edges"]
        return [variant for edge in edges for variant in edge["node"]["variants"]]

    def _make_customers(self) -> None:
        for email in (RESELLER, OTHER):
            given = {"email": email, "password": PASSWORD, "companyName": "Example Reseller"}
            self.answers[email] = self.shop.staff.do(CUSTOMER_CREATE, input=given)["user"]
        self.shop.reseller.sign_in(RESELLER)
        self.shop.other.sign_in(OTHER)

    def _sell_in_the_storefront(self) -> None:
        basket = self.shop.reseller.do("storefront/checkout-create.graphql", lines=[self._line()])
        complete = {"id": basket["checkout"]["id"]}
        self.answers["unsynchronized"] = self.shop.reseller.ask(
            "storefront/checkout-complete.graphql", **complete
        )
        self.answers["synchronized"] = self.shop.staff.do(
            "staff/account-synchronize.graphql", input={"customerId": self[RESELLER]["id"]}
        )["account"]
        self.answers["basket"] = basket["checkout"]
        self.answers["invoicing options"] = self.shop.staff.ask(INVOICING_OPTIONS)["enumValues"]
        ordered = self.shop.reseller.do("storefront/checkout-complete.graphql", **complete)
        self.answers["storefront"] = self._provisioned(ordered["order"]["id"])
        (asset,) = self["storefront"]["bittitanAssets"]
        history = self.shop.staff.ask("staff/asset-history.graphql", id=asset["id"])["history"]
        self.answers["history"] = history

    def _sell_in_the_back_office(self, invoicing: str) -> None:
        staff = self.shop.staff
        drafted = staff.do(documents.DRAFT_CREATE, user=self[RESELLER]["id"], lines=[self._line()])[
            "order"
        ]
        self.answers[f"{invoicing} drafted"] = drafted
        executed = staff.do(documents.EXECUTE, id=drafted["id"], invoicing=invoicing)["order"]
        self.answers[f"{invoicing} executed"] = executed
        staff.do(documents.MARK_AS_PAID, id=drafted["id"])
        self.answers[invoicing] = self._provisioned(drafted["id"])

    def _line(self) -> dict[str, Any]:
        (variant,) = self["seen after publishing"]
        metadata = {
            "friendly_name": "Fabrikam mail move",
            "end_customer_email": END_CUSTOMER,
            "end_customer_name": "Fabrikam",
        }
        return {
            "variantId": variant["id"],
            "quantity": 25,
            "metadata": [
                {"key": f"bittitan.{key}", "value": value} for key, value in metadata.items()
            ],
        }

    def _provisioned(self, order_id: str) -> Any:
        """The order as staff see it, once its buyer has been welcomed."""
        until(lambda: self._is_welcomed(order_id))
        return self.shop.staff.ask(documents.ORDER, id=order_id)

    def _is_welcomed(self, order_id: str) -> bool:
        (asset,) = self.shop.staff.ask(documents.ORDER, id=order_id)["bittitanAssets"] or [{}]
        code = asset.get("couponCode")
        return bool(code) and any(code in body_of(message) for message in self.emails)

    def _licenses(self, person: Person) -> list[Any]:
        return [edge["node"] for edge in person.ask("licenses/my-licenses.graphql")["edges"]]


def body_of(message: EmailMessage) -> str:
    """The plain text."""
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


@contextmanager
def opened(database_url: str, var_dir: Path) -> Iterator[Shop]:
    """The application, running in a process of its own on an empty database."""
    port, key = free_port(), generate_key()
    hire_staff(Settings(database_url=database_url, var_dir=var_dir, secret_keys=(key,)))
    settings = {"database_url": database_url, "var_dir": str(var_dir), "secret_keys": key}
    with SandboxServer() as sandbox, serving(port, **settings):
        yield Shop(sandbox, var_dir / "mail", Person(port), Person(port), Person(port))
