"""The catalogue: the list of products, the page of one, and *Get Services Definition*."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.actions import ActionSelection, action
from starlette_admin.flash import flash
from starlette_admin.routing import route

from bittitan_plugin.domain.access import Permission, Viewer
from bittitan_plugin.domain.catalogue import Product, ProductType, check_prices
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.texts import quoted, whole_number
from bittitan_plugin.services.catalogue import products
from bittitan_plugin.services.catalogue.products import Wishes
from bittitan_plugin.store.queries import back_office
from bittitan_plugin.store.queries.back_office import HIDDEN, PUBLISHED
from bittitan_plugin.store.queries.browsing import Browser
from bittitan_plugin.store.unit_of_work import UnitOfWork
from bittitan_plugin.web.admin import fields
from bittitan_plugin.web.admin.admin_page import (
    SAID_NO,
    AdminPage,
    actor_of,
    key_in,
    said,
    sent,
    to,
)
from bittitan_plugin.web.admin.lists import AdminList
from bittitan_plugin.web.admin.many import Deed
from bittitan_plugin.web.forms import form_of
from bittitan_plugin.web.site import run

KEY = "products"


class ProductList(AdminList):
    """Every licence product, by name."""

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
        return self.show(request, "product-new.html", typed={}, kinds=list(ProductType))

    @route("/new", methods=["POST"], name="product-create")
    async def create(self, request: Request) -> Response:
        """Make it; a refused form keeps what was typed."""
        form, actor = await form_of(request), actor_of(request)
        try:
            kind, wishes = _kind(sent(form, "product_type")), wishes_of(form)
            made = await run(lambda: products.create(self.site.tenant, actor, kind, wishes))
        except SAID_NO as no:
            return self.show(
                request,
                "product-new.html",
                status=422,
                typed=dict(form),
                kinds=list(ProductType),
                error=said(no),
                field=_field(no),
            )
        flash(request, "The product has been made.", "success")
        return to(request, page_of(made.id))

    @route("/{id}/edit", methods=["POST"], name="product-edit")
    async def edit(self, request: Request) -> Response:
        """Change, price, publish or withdraw it."""
        key, form, actor = key_in(request), await form_of(request), actor_of(request)
        return await self.act(
            request,
            page_of(key),
            "Saved.",
            lambda: products.update(self.site.tenant, actor, key, wishes_of(form)),
        )

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


def wishes_of(form: FormData) -> Wishes:
    """The values of a product's form. Raises ``Refusal`` on days that are no number."""
    amounts = [str(value).strip() for value in form.getlist("amount")]
    currencies = [str(value).strip().upper() for value in form.getlist("currency")]
    given = [pair for pair in zip(amounts, currencies, strict=False) if pair[0]]
    return Wishes(
        sku=sent(form, "sku").strip() or None,
        name=sent(form, "name").strip() or None,
        prices=given if "amount" in form else None,
        expire_days=_days(form, "expire_days"),
        validity_days=_days(form, "validity_days"),
        published=sent(form, "published") == "yes" if "published" in form else None,
    )


def _price_faults(amount: str, currency: str) -> dict[str, str]:
    """What is wrong with a price, by its field."""
    try:
        check_prices([(amount, currency)])
    except Refusal as no:
        return {"currency" if (no.field or "").endswith("currency") else "amount": no.message}
    return {}


def _days(form: FormData, name: str) -> int | None:
    text = sent(form, name).strip()
    if not text:
        return None
    days = whole_number(text)
    if days is None:
        said = f"{quoted(text)} is not a whole number of days."
        raise Refusal(ErrorCode.INVALID, said, field=name)
    return days


def _kind(text: str) -> ProductType | None:
    return ProductType(text) if text in set(ProductType) else None


def _field(no: Exception) -> str | None:
    return getattr(no, "field", None)


def page_of(product_id: UUID) -> str:
    """The path of a product's page below the back office's root."""
    return f"/{KEY}/detail?pk={product_id}"
