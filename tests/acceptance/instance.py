"""One distributor's instance, whichever processes run on it: its database, keys and vendor."""

from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from bittitan_plugin.bittitan.sandbox import DEFAULT_EMAIL, DEFAULT_PASSWORD, SandboxServer
from tests.acceptance.people import STAFF, Person
from tests.integration.ordering import documents

CUSTOMER_CREATE = """
mutation ($email: String!) {
  customerCreate(input: {email: $email}) { user { id } errors { field message code } }
}
"""
#: What one order leaves behind: one asset, one invoice, and a coupon that the vendor issued.
ONCE = (1, 1, True)


@dataclass
class Instance:
    """``port`` is where its web process listens; ``variant_id`` what ``open_shop`` put on sale."""

    settings: dict[str, str]
    sandbox: SandboxServer
    port: int
    variant_id: str = ""

    @property
    def mail_dir(self) -> Path:
        return Path(self.settings["var_dir"]) / "mail"

    def staff(self) -> Person:
        """Signed in, at whichever process serves now."""
        person = Person(self.port)
        person.sign_in(STAFF)
        return person

    def open_shop(self, staff: Person) -> None:
        """Switched on, with one licence on sale."""
        given = {
            "api_url": self.sandbox.url,
            "api_email": DEFAULT_EMAIL,
            "api_password": DEFAULT_PASSWORD,
        }
        items = [{"name": name, "value": value} for name, value in given.items()]
        staff.do(documents.PLUGIN_UPDATE, active=True, configuration=items)
        staff.do("catalogue/services-definition.graphql")
        product = staff.ask("catalogue/products.graphql")["edges"][0]["node"]
        change = {"published": True, "prices": [{"amount": "14.00", "currency": "USD"}]}
        staff.do("catalogue/product-update.graphql", id=product["id"], input=change)
        self.variant_id = product["variantId"]

    def order(self, staff: Person) -> str:
        """The id of a paid order."""
        made = staff.do(CUSTOMER_CREATE, email=f"buyer-{uuid4().hex[:8]}@example.com")
        drafted = staff.do(
            documents.DRAFT_CREATE,
            user=made["user"]["id"],
            lines=[{"variantId": self.variant_id, "quantity": 5}],
        )
        order = drafted["order"]
        staff.do(documents.EXECUTE, id=order["id"], invoicing="NOW")
        staff.do(documents.MARK_AS_PAID, id=order["id"])
        return str(order["id"])

    def welcomed(self, count: int) -> list[Path] | None:
        """The welcome e-mails once there are so many."""
        found = list(self.mail_dir.glob("welcome-*.eml"))
        return found if len(found) >= count else None

    def outcome(self, staff: Person, order_ids: list[str]) -> list[tuple[int, int, bool]]:
        """Of each order: its assets, its invoices, and whether its coupon is the vendor's."""
        codes = {coupon.code for coupon in self.sandbox.sandbox.ledger()}
        found = []
        for order_id in order_ids:
            order = staff.ask(documents.ORDER, id=order_id)
            assets = order["bittitanAssets"]
            issued = all(asset["couponCode"] in codes for asset in assets)
            found.append((len(assets), len(order["invoices"]), issued))
        return found

    def is_delayed(self, staff: Person, order_id: str) -> bool:
        """Whether the order's asset says that BitTitan could not be reached yet."""
        assets = staff.ask(documents.ORDER, id=order_id)["bittitanAssets"]
        return bool(assets) and assets[0]["provisioningError"] is not None
