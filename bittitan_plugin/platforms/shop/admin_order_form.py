"""The back office's form of a draft: an order that staff make for a customer."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.flash import flash
from starlette_admin.routing import route

from bittitan_plugin.domain.access import Permission, Viewer
from bittitan_plugin.domain.catalogue import Product
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.history import Actor
from bittitan_plugin.domain.texts import quoted, whole_number
from bittitan_plugin.platforms.line_metadata import (
    END_CUSTOMER_EMAIL,
    END_CUSTOMER_NAME,
    FRIENDLY_NAME,
)
from bittitan_plugin.platforms.shop.admin_orders import page_of
from bittitan_plugin.platforms.shop.inputs import LineInput
from bittitan_plugin.platforms.shop.order_records import OrderRecord
from bittitan_plugin.platforms.shop.paging import PageRequest
from bittitan_plugin.platforms.shop.platform import ShopPlatform
from bittitan_plugin.platforms.shop.tables import UserRow
from bittitan_plugin.store.unit_of_work import UnitOfWork
from bittitan_plugin.web.admin.admin_context import context_of
from bittitan_plugin.web.admin.admin_page import SAID_NO, AdminPage, actor_of, said, sent, to
from bittitan_plugin.web.forms import form_of
from bittitan_plugin.web.site import Site, run

#: Lines that a draft's form offers, and customers it suggests. Our choice.
FORM_LINES, SUGGESTED = 3, 100


class OrderFormPage(AdminPage):
    """Making a draft."""

    path = "/orders"
    add_to_menu = False
    permission = Permission.MANAGE_ORDERS

    def __init__(self, site: Site, platform: ShopPlatform) -> None:
        super().__init__(site)
        self.platform = platform

    @route("/new", methods=["GET"], name="order-new")
    async def blank(self, request: Request) -> Response:
        """The form of a draft. Its id is made here, so that sending it twice makes one draft."""
        return await self._form(request, typed={"occasion": str(uuid4())})

    @route("/new", methods=["POST"], name="order-create")
    async def create(self, request: Request) -> Response:
        """Make the draft; a refused form keeps what was typed."""
        form = await form_of(request)
        try:
            made = await run(lambda: self._draft(form, actor_of(request)))
        except SAID_NO as no:
            return await self._form(
                request,
                typed={name: form.getlist(name) for name in form}
                | {"occasion": sent(form, "occasion") or str(uuid4())},
                status=422,
                error=said(no),
                field=getattr(no, "field", None),
            )
        flash(request, "The draft has been made. Execute it to sell it.", "success")
        return to(request, page_of(made.row.id))

    async def _form(self, request: Request, *, status: int = 200, **values: Any) -> Response:
        products = await self.site.read(_sellable)
        return self.show(
            request,
            "shop/admin/order-new.html",
            status=status,
            products=products,
            customers=await self._suggested(context_of(request).viewer),
            rows=range(FORM_LINES),
            **values,
        )

    async def _suggested(self, viewer: Viewer) -> Sequence[UserRow]:
        """Customers to choose from, if the viewer may see them; others type an address."""
        if not viewer.may(Permission.MANAGE_USERS):
            return []
        listing, page = self.platform.customers.listing(), PageRequest(first=SUGGESTED)
        found = await run(lambda: self.platform.page(listing, page))
        return [entry.item for entry in found.entries]

    def _draft(self, form: FormData, by: Actor) -> OrderRecord:
        customer = self.platform.customers.by_email(sent(form, "customer"))
        if customer is None or customer.is_staff:
            raise Refusal(
                ErrorCode.NOT_FOUND, "There is no customer with that address.", field="customer"
            )
        return self.platform.drafts.create(
            customer,
            _lines(form),
            currency=sent(form, "currency") or "USD",
            order_id=_occasion(sent(form, "occasion")),
            by=by,
        )


def _lines(form: FormData) -> list[LineInput]:
    columns = [
        [str(value).strip() for value in form.getlist(name)]
        for name in ("variant", "quantity", "friendly_name", "end_email", "end_name")
    ]
    return [_line(*row) for row in zip(*columns, strict=False) if row[0]]


def _line(variant: str, quantity: str, friendly_name: str, email: str, name: str) -> LineInput:
    pieces = whole_number(quantity)
    if pieces is None:
        said = f"{quoted(quantity)} is not a whole number of licences."
        raise Refusal(ErrorCode.INVALID, said, field="quantity")
    metadata = {
        FRIENDLY_NAME: friendly_name,
        END_CUSTOMER_EMAIL: email,
        END_CUSTOMER_NAME: name,
    }
    return LineInput(
        variant_id=variant,
        quantity=pieces,
        metadata=[(key, value) for key, value in metadata.items() if value],
    )


def _occasion(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Refusal(
            ErrorCode.INVALID, "This form is incomplete: open it once more.", field="occasion"
        ) from None


def _sellable(work: UnitOfWork) -> list[Product]:
    sold = [product for product in work.products.all() if product.variant_id and product.published]
    return sorted(sold, key=lambda product: product.name)
