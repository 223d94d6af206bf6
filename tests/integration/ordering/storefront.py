"""A shop as distributors run it: the embedded platform with the plugin, reached by GraphQL."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import uuid4

import httpx
from starlette.applications import Starlette

from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.catalogue import ProductType
from bittitan_plugin.domain.errors import Unavailable
from bittitan_plugin.platforms.shop.catalogue import ProductRecord
from bittitan_plugin.platforms.shop.ids import Kind, global_id
from bittitan_plugin.platforms.shop.inputs import VariantInput
from bittitan_plugin.platforms.shop.platform import ShopPlatform
from bittitan_plugin.platforms.shop.tables import UserRow
from bittitan_plugin.workflows.timetable import DUTIES
from tests.integration.ordering import documents
from tests.world import Shop

SKU = "MW-MAILBOX"


@dataclass
class Storefront:
    """What a test works with. People are new in each test, the shop around them is not."""

    shop: Shop
    platform: ShopPlatform
    app: Starlette
    staff: UserRow
    reseller: UserRow
    stranger: UserRow
    product: ProductRecord

    @property
    def variant_id(self) -> str:
        return global_id(Kind.VARIANT, self.product.variants[0].row.id)

    @property
    def reseller_id(self) -> str:
        return global_id(Kind.USER, self.reseller.id)

    @property
    def emails(self) -> list[Any]:
        """What was sent to this test's people, by the templates' names and values."""
        people = {self.reseller.email, self.stranger.email}
        return [sent for sent in self.shop.mail if sent.to in people]

    def answer(self, document: str, user: UserRow | None, /, **variables: Any) -> dict[str, Any]:
        """The whole answer, which HTTP must carry with 200."""

        async def send() -> httpx.Response:
            headers = {}
            if user is not None:
                headers["Authorization"] = f"Bearer {self.platform.tokens.issue(user)}"
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
                body = {"query": document, "variables": variables}
                return await client.post("/graphql/", json=body, headers=headers)

        response = asyncio.run(send())
        assert response.status_code == 200, response.text
        found: dict[str, Any] = response.json()
        return found

    def ask(self, document: str, user: UserRow | None, /, **variables: Any) -> Any:
        """The one field that was asked for, where GraphQL itself has nothing to say."""
        answer = self.answer(document, user, **variables)
        assert "errors" not in answer, answer
        (found,) = answer["data"].values()
        return found

    def checkout(self, user: UserRow, quantity: int = 25, **metadata: str) -> Any:
        """What completing a basket of that user answers."""
        lines = [line(self.variant_id, quantity, **metadata)]
        made = self.ask(documents.CHECKOUT_CREATE, user, lines=lines)
        assert made["errors"] == [], made
        return self.ask(documents.CHECKOUT_COMPLETE, user, id=made["checkout"]["id"])

    def buy(self, user: UserRow, quantity: int = 25, **metadata: str) -> Any:
        """A paid order of that user, with everything that follows from it."""
        completed = self.checkout(user, quantity, **metadata)
        assert completed["errors"] == [], completed
        self.shop.settle()
        return self.order(completed["order"]["id"])

    def order(self, order_id: str) -> Any:
        """The order as staff see it, with its assets."""
        return self.ask(documents.ORDER, self.staff, id=order_id)

    def draft(self, user: UserRow, quantity: int = 25, **metadata: str) -> str:
        """The id of a draft that staff made for that user."""
        made = self.ask(
            documents.DRAFT_CREATE,
            self.staff,
            user=global_id(Kind.USER, user.id),
            lines=[line(self.variant_id, quantity, **metadata)],
        )
        assert made["errors"] == [], made
        return str(made["order"]["id"])

    def execute(self, order_id: str, invoicing: str = "NOW") -> Any:
        """What executing an order answers, after everything that follows from it."""
        executed = self.ask(documents.EXECUTE, self.staff, id=order_id, invoicing=invoicing)
        self.shop.settle()
        return executed

    def pay(self, order_id: str) -> Any:
        """Staff record the payment; returns the order after everything that follows."""
        paid = self.ask(documents.MARK_AS_PAID, self.staff, id=order_id)
        assert paid["errors"] == [], paid
        self.shop.settle()
        return self.order(order_id)

    def update_plugin(
        self,
        *,
        active: bool | None = None,
        same_account: bool | None = None,
        **values: str | None,
    ) -> Any:
        """What staff are answered who change the plugin's settings."""
        configuration = [{"name": name, "value": value} for name, value in values.items()]
        return self.ask(
            documents.PLUGIN_UPDATE,
            self.staff,
            active=active,
            configuration=configuration,
            sameAccount=same_account,
        )

    def settings(self) -> dict[str, Any]:
        """The settings as staff see them, and whether the plugin is on."""
        plugin = self.ask(documents.PLUGIN, self.staff)["globalConfiguration"]
        values = {item["name"]: item["value"] for item in plugin["configuration"]}
        return {"active": plugin["active"], **values}

    def account(self, user: UserRow) -> Any:
        """That user's account as staff see it."""
        edges = self.ask(documents.ACCOUNTS, self.staff, search=user.email)["edges"]
        found = [edge["node"] for edge in edges if edge["node"]["customerId"] is not None]
        return found[0] if found else None

    def look(self) -> None:
        """What the timetable's look at this installation hands in is done.

        Only at this one: other tests leave many in the database they share.
        """
        for duty in DUTIES:
            with suppress(Unavailable):
                duty(self.shop.tenant)
        self.shop.settle()


def line(variant_id: str, quantity: int, **metadata: str) -> dict[str, Any]:
    """A line of a basket or draft; metadata by the part of its key after ``bittitan.``."""
    items = [{"key": f"bittitan.{key}", "value": value} for key, value in metadata.items()]
    return {"variantId": variant_id, "quantity": quantity, "metadata": items}


def person(platform: ShopPlatform, name: str, **values: Any) -> UserRow:
    """A new user whose address nobody had before."""
    email = f"{name}-{uuid4().hex[:10]}@example.com"
    return platform.customers.create(email=email, company=name.title(), **values)


def staff_of(platform: ShopPlatform) -> UserRow:
    """A new member of staff who may do everything."""
    return person(platform, "staff", staff_permissions=list(Permission))


def put_on_sale(platform: ShopPlatform) -> ProductRecord:
    """The mailbox licence, for dollars."""
    kind = ProductType.MAILBOX_LICENSE
    if not platform.catalogue.types([kind.slug]):
        platform.catalogue.create_type(kind.label, kind.slug)
    return platform.product_changes.create_product(
        name=f"{kind.label} {uuid4().hex[:6]}",
        product_type=kind.slug,
        published=True,
        variants=[VariantInput(sku=SKU, name=kind.label, prices=[(Decimal("14.00"), "USD")])],
    )
