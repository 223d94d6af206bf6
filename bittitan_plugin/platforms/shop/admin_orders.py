"""The back office's pages for the shop's orders: list, draft for a customer, *Execute Order*."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ScalarSelect, String, cast, func, select
from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.flash import flash
from starlette_admin.routing import route

from bittitan_plugin.domain.access import Permission, Viewer
from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.money import Money
from bittitan_plugin.domain.orders import Invoicing
from bittitan_plugin.platforms.line_metadata import (
    FRIENDLY_NAME,
)
from bittitan_plugin.platforms.shop.admin_synchronize_first import (
    is_unsynchronized,
    synchronize_first,
)
from bittitan_plugin.platforms.shop.ids import Kind, global_id
from bittitan_plugin.platforms.shop.invoices import InvoiceKind
from bittitan_plugin.platforms.shop.order_records import (
    OPEN_STATES,
    OrderRecord,
    OrderState,
    charge_status,
    is_fully_paid,
    number_of,
)
from bittitan_plugin.platforms.shop.platform import ShopPlatform
from bittitan_plugin.platforms.shop.tables import InvoiceRow, OrderLineRow, OrderRow, UserRow
from bittitan_plugin.store.queries.assets import AssetFilter, AssetSort, asset_list, sort_key
from bittitan_plugin.store.queries.audience import EVERYTHING
from bittitan_plugin.store.queries.browsing import Browser
from bittitan_plugin.store.queries.keyset import Window
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
from bittitan_plugin.web.forms import form_of
from bittitan_plugin.web.site import Site, run

KEY = "orders"

#: The three choices of *Execute Order*, in the order they are offered.
INVOICING = {
    Invoicing.NOW: "Invoice now",
    Invoicing.NEXT_BILLING_DAY: "Invoice on the customer's next billing day",
    Invoicing.NONE: "No invoice",
}


@dataclass(frozen=True, kw_only=True)
class OrderCase:
    """An order with what became of its lines."""

    record: OrderRecord
    assets: tuple[Asset, ...]
    #: The choices of when it is invoiced, with their labels.
    invoicing = INVOICING

    @property
    def id(self) -> UUID:
        """The order's."""
        return self.record.row.id

    @property
    def number(self) -> str:
        """The number people use."""
        return number_of(self.record.row)

    @property
    def state(self) -> OrderState:
        """The order's state."""
        return OrderState(self.record.row.status)

    @property
    def is_open(self) -> bool:
        """Whether it is not executed yet."""
        return self.state in OPEN_STATES

    @property
    def can_be_paid(self) -> bool:
        """Whether it can still be marked as paid."""
        closed = self.is_open or self.state is OrderState.CANCELED
        return not closed and not is_fully_paid(self.record.row)

    @property
    def total(self) -> Money:
        """What it costs."""
        return Money(self.record.row.total, self.record.row.currency)

    @property
    def charge(self) -> str:
        """Its payment status, in words."""
        return charge_status(self.record.row)

    def price(self, line: OrderLineRow) -> Money:
        """What one piece of a line costs."""
        return Money(line.unit_amount, self.record.row.currency)

    def asset_of(self, line: OrderLineRow) -> Asset | None:
        """The asset that a line became."""
        wanted = global_id(Kind.ORDER_LINE, line.id)
        return next((asset for asset in self.assets if asset.order_line_id == wanted), None)

    def friendly_name(self, line: OrderLineRow) -> str:
        """The customer's name for a line's licences."""
        return line.line_metadata.get(FRIENDLY_NAME, "")


@dataclass(frozen=True)
class OrderLine:
    """An order as a row of the list."""

    order: OrderRow
    user: UserRow
    #: The numbers of its invoices and of its credit invoices; None is none.
    invoices: str | None
    credits: str | None

    @property
    def id(self) -> UUID:
        """The order's."""
        return self.order.id


class OrderList(AdminList):
    """Every order, drafts too; the newest first."""

    key = KEY
    menu_label = "Orders"
    display_name = "order"
    icon = "fa-solid fa-cart-shopping"
    permission = Permission.MANAGE_ORDERS
    list_template = "shop/admin/orders.html"
    detail_template = "shop/admin/order.html"
    fields_default_sort = [("created_at", True)]
    fields = [
        fields.number("number", "Number", lambda line: line.order.sequence),
        fields.choice("state", "State", lambda line: line.order.status, OrderState),
        fields.text("customer", "Customer", lambda line: line.user.email),
        fields.text("company", "Company", lambda line: line.user.company),
        fields.amount("total", "Total", lambda line: Money(line.order.total, line.order.currency)),
        fields.status("charge", "Money", lambda line: charge_status(line.order)),
        fields.moment("created_at", "Made", lambda line: line.order.created_at),
        fields.text("invoices", "Invoice", lambda line: line.invoices),
        fields.text("credits", "Credit", lambda line: line.credits),
    ]

    def __init__(self, site: Site, platform: ShopPlatform) -> None:
        super().__init__(site)
        self.platform = platform

    def browser(self, work: UnitOfWork) -> Browser[OrderLine]:
        """The list's query; there is one shop, so it needs no filter by installation."""
        invoices, credited = _numbers(InvoiceKind.INVOICE), _numbers(InvoiceKind.CREDIT)
        return Browser(
            rows=select(OrderRow, UserRow, invoices, credited).join(
                UserRow, UserRow.id == OrderRow.user_id
            ),
            key=OrderRow.id,
            columns={
                "number": OrderRow.sequence,
                "state": OrderRow.status,
                "customer": UserRow.email,
                "company": UserRow.company,
                "total": OrderRow.total,
                "created_at": OrderRow.created_at,
                "invoices": invoices,
                "credits": credited,
            },
            searched=[
                UserRow.email,
                UserRow.company,
                OrderRow.email,
                cast(OrderRow.sequence, String),
                invoices,
                credited,
            ],
            to_item=lambda row: OrderLine(*row),
        )

    def look(self, work: UnitOfWork, key: UUID, viewer: Viewer) -> OrderCase:
        """The order with its assets."""
        record = self.platform.orders.get(key)
        if record is None:
            raise Refusal(ErrorCode.NOT_FOUND, "There is no such order.")
        page = asset_list(
            work,
            EVERYTHING,
            AssetFilter(order_ids=[global_id(Kind.ORDER, key)]),
            sort_key(AssetSort.PURCHASE_DATE, descending=False),
        ).page(Window(size=100))
        return OrderCase(record=record, assets=tuple(entry.item for entry in page.entries))


class OrderPage(AdminPage):
    """Staff's actions on orders."""

    path = "/orders"
    add_to_menu = False
    permission = Permission.MANAGE_ORDERS

    def __init__(self, site: Site, platform: ShopPlatform) -> None:
        super().__init__(site)
        self.platform = platform

    @route("/{id}/execute", methods=["POST"], name="order-execute")
    async def execute(self, request: Request) -> Response:
        """*Execute Order* with one of the three choices when it is invoiced."""
        key, form = key_in(request), await form_of(request)
        chosen = sent(form, "invoicing")
        if chosen not in set(Invoicing):
            flash(request, "Choose when the order is invoiced.", "error")
            return to(request, page_of(key))
        order_changes, by = self.platform.order_changes, actor_of(request)
        try:
            await run(lambda: order_changes.execute(key, Invoicing(chosen), by=by))
        except SAID_NO as no:
            if is_unsynchronized(no):
                return synchronize_first(
                    request, await run(lambda: self.platform.orders.get(key)), page_of(key)
                )
            flash(request, said(no), "error")
        else:
            flash(request, "The order has been executed.", "success")
        return to(request, page_of(key))

    @route("/{id}/paid", methods=["POST"], name="order-paid")
    async def paid(self, request: Request) -> Response:
        """Record that everything owed was received."""
        key, order_changes = key_in(request), self.platform.order_changes
        return await self.act(
            request,
            page_of(key),
            "Recorded as paid.",
            lambda: order_changes.mark_as_paid(key, by=actor_of(request)),
        )

    @route("/{id}/cancel", methods=["POST"], name="order-cancel")
    async def cancel(self, request: Request) -> Response:
        """The platform cancels the whole order; its coupons are revoked."""
        key, order_changes = key_in(request), self.platform.order_changes
        return await self.act(
            request,
            page_of(key),
            "The order is cancelled.",
            lambda: order_changes.cancel(key, by=actor_of(request)),
        )


def _numbers(kind: InvoiceKind) -> ScalarSelect[str | None]:
    """The numbers of an order's invoices of that kind."""
    return (
        select(func.aggregate_strings(InvoiceRow.number, ", "))
        .where(InvoiceRow.order_id == OrderRow.id, InvoiceRow.kind == kind)
        .scalar_subquery()
    )


def page_of(order_id: UUID) -> str:
    """The path of an order's page below the back office's root."""
    return f"/{KEY}/detail?pk={order_id}"
