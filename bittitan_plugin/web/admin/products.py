"""The catalogue: the list of products, the page of one, and *Get Services Definition*."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.actions import ActionSelection, action
from starlette_admin.flash import flash
from starlette_admin.routing import route

from bittitan_plugin.base.manifest import manifest
from bittitan_plugin.domain.access import Permission, Viewer
from bittitan_plugin.domain.catalogue import PRODUCT_GROUP, Product, ProductType, check_prices
from bittitan_plugin.domain.errors import Refusal
from bittitan_plugin.domain.texts import whole_number
from bittitan_plugin.services.catalogue import products
from bittitan_plugin.services.catalogue.products import Wishes
from bittitan_plugin.store.queries import back_office
from bittitan_plugin.store.queries.back_office import HIDDEN, PUBLISHED
from bittitan_plugin.store.queries.browsing import Browser
from bittitan_plugin.store.queries.figures import products_of
from bittitan_plugin.store.unit_of_work import UnitOfWork
from bittitan_plugin.web.admin import fields
from bittitan_plugin.web.admin.admin_context import context_of
from bittitan_plugin.web.admin.admin_page import (
    SAID_NO,
    AdminPage,
    Question,
    actor_of,
    faults_of,
    key_in,
    said,
    sent,
    to,
)
from bittitan_plugin.web.admin.lists import AdminList
from bittitan_plugin.web.admin.many import Deed
from bittitan_plugin.web.forms import form_of
from bittitan_plugin.web.pages import money
from bittitan_plugin.web.site import run

KEY = "products"


#: Where codes come from, in the words of the settings.
_SOURCES = next(
    field.options for field in manifest().configuration if field.name == "coupon_source"
)


@dataclass(frozen=True, kw_only=True)
class TypeCard:
    """What the catalogue says of one product type."""

    product_type: ProductType
    source: str
    products: int
    published: int


class ProductList(AdminList):
    """Every licence product, by name; above them their types and their group."""

    product_group = PRODUCT_GROUP

    key = KEY
    menu_label = "Catalogue"
    display_name = "product"
    icon = "fa-solid fa-box"
    permission = Permission.MANAGE_PRODUCTS
    list_template = "products.html"
    detail_template = "product.html"
    fields_default_sort = ["name"]
    fields = [
        fields.text("name", "Name", lambda product: product.name),
        fields.text("sku", "Article", lambda product: product.sku),
        fields.choice(
            "product_type", "Product type", lambda product: product.product_type, ProductType
        ),
        fields.amounts(
            "prices", "Price of one licence", lambda product: list(product.prices.values())
        ),
        fields.number("expire_days", "Expire (days)", lambda product: product.expire_days),
        fields.number("validity_days", "Validity (days)", lambda product: product.validity_days),
        fields.choice(
            "state",
            "State",
            lambda product: PUBLISHED if product.published else HIDDEN,
            [PUBLISHED, HIDDEN],
        ),
    ]

    def browser(self, work: UnitOfWork) -> Browser[UUID]:
        """The list's query."""
        return back_office.products(work)

    async def find_all(self, request: Request, *args: Any, **wanted: Any) -> Sequence[Any]:
        """The rows of one page; the page also shows what every product belongs to."""
        configuration = context_of(request).installation.configuration
        counts = await self.site.read(products_of)
        request.state.product_types = [
            TypeCard(
                product_type=kind,
                source=_SOURCES[configuration.source_of(kind)],
                products=count.all,
                published=count.published,
            )
            for kind, count in counts.items()
        ]
        return await super().find_all(request, *args, **wanted)

    async def lines(self, found: Sequence[UUID]) -> list[Product]:
        """The products of these ids, with their prices."""
        known = await self.site.read(lambda work: work.products.by_ids(found))
        return [known[key] for key in found if key in known]

    @action(name="publish", text="Publish", custom_response=True)
    async def publish_many(self, request: Request, selection: ActionSelection) -> Response:
        """Put them on sale."""
        deed = self._changing(request, "Publish", "published", Wishes(published=True))
        return await self.each(request, selection, deed)

    @action(name="unpublish", text="Withdraw from sale", custom_response=True)
    async def unpublish_many(self, request: Request, selection: ActionSelection) -> Response:
        """Take them off sale, after a question."""
        deed = self._changing(
            request, "Withdraw from sale", "withdrawn from sale", Wishes(published=False)
        )
        asked = "They can no longer be ordered. What was sold of them stays as it is."
        return await self.each(request, selection, replace(deed, question=asked))

    @action(name="price", text="Set the price", custom_response=True)
    async def price_many(self, request: Request, selection: ActionSelection) -> Response:
        """Give them the same price, typed on the page that asks."""
        form, actor, tenant = await form_of(request), actor_of(request), self.site.tenant
        amount, currency = sent(form, "amount").strip(), sent(form, "currency").strip().upper()
        deed = Deed(
            title="Set the price",
            done="priced",
            question="One licence of each costs this from now on. Prices in other currencies, and "
            "what was ordered before, stay as they are.",
            template="many-price.html",
            faults=_price_faults(amount, currency) if "amount" in form else {},
            typed={"amount": amount, "currency": currency},
            do=lambda key: products.price(tenant, actor, key, amount, currency),
        )
        return await self.each(request, selection, deed)

    def _changing(self, request: Request, title: str, done: str, wishes: Wishes) -> Deed:
        actor, tenant = actor_of(request), self.site.tenant
        return Deed(
            title=title, done=done, do=lambda key: products.update(tenant, actor, key, wishes)
        )

    def look(self, work: UnitOfWork, key: UUID, viewer: Viewer) -> Product:
        """The product, for its page."""
        return work.products.get(key)


class ProductPage(AdminPage):
    """Staff's actions on products."""

    path = "/products"
    add_to_menu = False
    permission = Permission.MANAGE_PRODUCTS

    @route("/new", methods=["GET"], name="product-new")
    async def blank(self, request: Request) -> Response:
        """The form of a product of the distributor's own."""
        return self._form(request, ProductForm.sent(FormData()), kinds=list(ProductType))

    @route("/new", methods=["POST"], name="product-create")
    async def create(self, request: Request) -> Response:
        """Make it; a refused form keeps what was typed, and names every fault."""
        typed, actor = ProductForm.sent(await form_of(request)), actor_of(request)
        kind = ProductType(typed.product_type) if typed.product_type in set(ProductType) else None
        try:
            made = await run(lambda: products.create(self.site.tenant, actor, kind, typed.wishes))
        except SAID_NO as no:
            return self._form(request, typed, no, kinds=list(ProductType))
        flash(request, "The product has been made.", "success")
        return to(request, page_of(made.id))

    @route("/{id}/edit", methods=["POST"], name="product-edit")
    async def edit(self, request: Request) -> Response:
        """Change, price, publish or withdraw it; a refused form keeps what was typed."""
        key, actor = key_in(request), actor_of(request)
        typed = ProductForm.sent(await form_of(request))
        try:
            await run(lambda: products.update(self.site.tenant, actor, key, typed.wishes))
        except SAID_NO as no:
            return self._form(request, typed, no)
        flash(request, "Saved.", "success")
        return to(request, page_of(key))

    @route("/{id}/delete", methods=["GET"], name="product-delete-question")
    async def ask_delete(self, request: Request) -> Response:
        """What is gone then."""
        key = key_in(request)
        product = await self.site.read(lambda work: work.products.get(key))
        question = Question(
            heading=f"Delete {product.name}?",
            facts={
                "Article": product.sku,
                "In the storefront": "published" if product.published else "hidden",
                "Prices": ", ".join(money(price) for price in product.prices.values()),
            },
            terms="Its name, prices and days are gone, and customers are not offered it any more. "
            "Get services definition imports BitTitan's article again, without them. A product "
            "that was ever sold stays: hide it instead.",
            button="Delete it",
            action=f"/{KEY}/{key}/delete",
            back=page_of(key),
        )
        return self.ask(request, question)

    @route("/{id}/delete", methods=["POST"], name="product-delete")
    async def delete(self, request: Request) -> Response:
        """Delete a product that was never sold."""
        key, actor = key_in(request), actor_of(request)
        try:
            await run(lambda: products.delete(self.site.tenant, actor, key))
        except SAID_NO as no:
            flash(request, said(no), "error")
            return to(request, page_of(key))
        flash(request, "The product has been deleted.", "success")
        return to(request, f"/{KEY}/list")

    def _form(
        self, request: Request, typed: "ProductForm", no: Exception | None = None, **values: Any
    ) -> Response:
        return self.show(
            request,
            "product-edit.html",
            status=200 if no is None else 422,
            typed=typed,
            errors={} if no is None else faults_of(no),
            action=request.url.path,
            **values,
        )


def _price_faults(amount: str, currency: str) -> dict[str, str]:
    """What is wrong with a price, by its field."""
    try:
        check_prices([(amount, currency)])
    except Refusal as no:
        return {"currency" if (no.field or "").endswith("currency") else "amount": no.message}
    return {}


@dataclass(frozen=True, kw_only=True)
class ProductForm:
    """What stands in a product's form."""

    product_type: str = ""
    sku: str = ""
    name: str
    expire_days: str
    validity_days: str
    #: Amount and currency of each row that is filled in.
    prices: list[tuple[str, str]]
    #: None on the form of a new product, which is hidden at first.
    published: bool | None

    @classmethod
    def of(cls, product: Product) -> "ProductForm":
        """The product as it is."""
        prices = product.prices.values()
        return cls(
            name=product.name,
            expire_days=str(product.expire_days),
            validity_days=str(product.validity_days),
            prices=[(str(price.amount), price.currency) for price in prices],
            published=product.published,
        )

    @classmethod
    def sent(cls, form: FormData) -> "ProductForm":
        """What was typed."""
        amounts = [str(value).strip() for value in form.getlist("amount")]
        currencies = [str(value).strip().upper() for value in form.getlist("currency")]
        names = ("product_type", "sku", "name", "expire_days", "validity_days")
        typed = {name: sent(form, name).strip() for name in names}
        return cls(
            **typed,
            prices=[pair for pair in zip(amounts, currencies, strict=False) if any(pair)],
            published=sent(form, "published") == "yes" if "published" in form else None,
        )

    @property
    def wishes(self) -> Wishes:
        """The same for the use case, which checks it; nothing typed leaves days as they are."""
        return Wishes(
            sku=self.sku or None,
            name=self.name,
            prices=self.prices,
            expire_days=_days(self.expire_days),
            validity_days=_days(self.validity_days),
            published=self.published,
        )


def _days(text: str) -> int | str | None:
    number = whole_number(text)
    return (text or None) if number is None else number


def page_of(product_id: UUID) -> str:
    """The path of a product's page below the back office's root."""
    return f"/{KEY}/detail?pk={product_id}"
