"""A distributor's first sale and its cancellation, written down answer by answer."""

from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from bittitan_plugin.bittitan.sandbox import DEFAULT_EMAIL, DEFAULT_PASSWORD
from tests.acceptance.people import Person
from tests.acceptance.platforms import Platform, Shop
from tests.waiting import until

RESELLER, OTHER = "buying@reseller.example", "someone@else.example"
END_CUSTOMER = "it@fabrikam.example"


@dataclass
class Sale:
    """What was answered at each step of the story."""

    shop: Shop
    answers: dict[str, Any] = field(default_factory=dict)

    def __getitem__(self, step: str) -> Any:
        return self.answers[step]

    @property
    def platform(self) -> Platform:
        """Where it happens."""
        return self.shop.platform

    def tell(self) -> None:
        """The whole story, in order."""
        self._activate()
        self._make_a_catalogue()
        self._make_customers()
        self._sell_in_the_storefront()
        self._sell_in_the_back_office("NEXT_BILLING_DAY")
        self._sell_in_the_back_office("NONE")
        self.answers["seen by the reseller"] = self._licenses(self.platform.reseller)
        self.answers["seen by another"] = self._licenses(self.platform.other)
        self._take_back()

    @property
    def emails(self) -> list[EmailMessage]:
        """The welcome e-mails, as a mail reader would show them."""
        files = self.shop.mail_dir.glob("welcome-*.eml")
        return [message_from_bytes(f.read_bytes(), policy=policy.default) for f in files]

    def _activate(self) -> None:
        self.platform.open()
        self.answers["at first"] = self.platform.plugin()
        self.answers["wrong password"] = self._switch_on(api_password="wrong")
        self.answers["after the wrong password"] = self.platform.plugin()
        self.answers["right settings"] = self._switch_on(api_password=DEFAULT_PASSWORD)
        self.answers["after the right settings"] = self.platform.plugin()

    def _switch_on(self, **values: str) -> Any:
        given = {
            "api_url": self.shop.sandbox.url,
            "api_email": DEFAULT_EMAIL,
            "synchronize_automatically": "false",
            **values,
        }
        return self.platform.switch_on(given)

    def _make_a_catalogue(self) -> None:
        platform, staff = self.platform, self.platform.staff
        for time in ("first", "second"):
            fetched = staff.do("catalogue/services-definition.graphql")
            self.answers[f"{time} services definition"] = fetched
        for edge in staff.ask("catalogue/products.graphql")["edges"]:
            if edge["node"]["sku"] == "MW-MAILBOX":
                self.answers["imported"] = edge["node"]
        self.answers["seen before publishing"] = platform.for_sale(platform.other)
        self.answers["published"] = staff.do(
            "catalogue/product-update.graphql",
            id=self["imported"]["id"],
            input={"prices": [{"amount": "13.50", "currency": "USD"}], "published": True},
        )["product"]
        self.answers["seen after publishing"] = platform.for_sale(platform.other)

    def _make_customers(self) -> None:
        people = {RESELLER: self.platform.reseller, OTHER: self.platform.other}
        for email, person in people.items():
            self.answers[email] = self.platform.register(person, email, "Example Reseller")

    def _sell_in_the_storefront(self) -> None:
        platform, staff = self.platform, self.platform.staff
        self.answers["basket"] = platform.fill_basket(self._line())
        self.answers["unsynchronized"] = platform.check_out(self["basket"]["id"])
        self.answers["synchronized"] = staff.do(
            "staff/account-synchronize.graphql", input={"customerId": self[RESELLER]["id"]}
        )["account"]
        self.answers["invoicing options"] = platform.invoicing_options()
        bought = platform.check_out(self["basket"]["id"])
        self.answers["storefront"] = self._provisioned(bought["order"]["id"])
        (asset,) = self["storefront"]["bittitanAssets"]
        history = staff.ask("staff/asset-history.graphql", id=asset["id"])["history"]
        self.answers["history"] = history

    def _sell_in_the_back_office(self, invoicing: str) -> None:
        drafted = self.platform.draft(self[RESELLER]["id"], self._line())
        self.answers[f"{invoicing} drafted"] = drafted
        self.answers[f"{invoicing} executed"] = self.platform.execute(drafted["id"], invoicing)
        self.platform.mark_as_paid(drafted["id"])
        self.answers[invoicing] = self._provisioned(drafted["id"])

    def _take_back(self) -> None:
        order_id = self["storefront"]["bittitanAssets"][0]["orderId"]
        asset_id = {"id": self["storefront"]["bittitanAssets"][0]["id"]}
        reseller, staff = self.platform.reseller, self.platform.staff
        checked = reseller.do("licenses/cancellation-check.graphql", **asset_id)
        self.answers["terms"] = checked["cancellation"]
        staff.do("staff/cancel.graphql", **asset_id, comment="Ordered by mistake")
        until(lambda: self._is_paid_back(order_id))
        self.answers["cancelled again"] = staff.ask("staff/cancel.graphql", **asset_id)
        self.answers["cancelled"] = self.platform.order(order_id)

    def _is_paid_back(self, order_id: str) -> bool:
        order = self.platform.order(order_id)
        (asset,) = order["bittitanAssets"]
        return bool(asset["creditInvoice"]) and float(order["totalRefunded"]["amount"]) > 0

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
        return self.platform.order(order_id)

    def _is_welcomed(self, order_id: str) -> bool:
        (asset,) = self.platform.order(order_id)["bittitanAssets"] or [{}]
        code = asset.get("couponCode")
        return bool(code) and any(code in body_of(message) for message in self.emails)

    def _licenses(self, person: Person) -> list[Any]:
        return [edge["node"] for edge in person.ask("licenses/my-licenses.graphql")["edges"]]


def body_of(message: EmailMessage) -> str:
    """The plain text."""
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())
