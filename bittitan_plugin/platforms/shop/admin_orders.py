"""The back office's pages for the shop's orders: the list, one order, and what staff do with it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import ScalarSelect, String, cast, func, select
from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.flash import flash
from starlette_admin.routing import route

from bittitan_plugin.domain.access import Permission, Viewer
from bittitan_plugin.domain.money import Money
from bittitan_plugin.domain.orders import Invoicing
from bittitan_plugin.platforms.shop.admin_synchronize_first import (
    is_unsynchronized,
    synchronize_first,
)
from bittitan_plugin.platforms.shop.invoices import InvoiceKind
from bittitan_plugin.platforms.shop.order_case import OrderCase, Standing, read_case, standings
from bittitan_plugin.platforms.shop.order_records import (
    OrderState,
    charge_status,
)
from bittitan_plugin.platforms.shop.platform import ShopPlatform
from bittitan_plugin.platforms.shop.tables import InvoiceRow, OrderRow, UserRow
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
from bittitan_plugin.web.forms import form_of
from bittitan_plugin.web.site import Site, run

KEY = "orders"


@dataclass(frozen=True)
class OrderLine:
    """An order as a row of the list."""

    order: OrderRow
    user: UserRow
    #: The numbers of its invoices and of its credit invoices; None is none.
    invoices: str | None
    credits: str | None
    #: How it stands; the list reads it for all rows of a page at once.
    standing: Standing = Standing.DRAFT

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
    shown = [
        "number", "standing", "customer", "company", "total", "charge", "created_at", "invoices",
    ]  # fmt: skip
    fields = [
        fields.number("number", "Number", lambda line: line.order.sequence or "Draft"),
        fields.status("standing", "Stands", lambda line: line.standing),
        fields.text("customer", "Customer", lambda line: line.user.email),
        fields.text("company", "Company", lambda line: line.user.company),
        fields.amount("total", "Total", lambda line: Money(line.order.total, line.order.currency)),
        fields.status("charge", "Money", lambda line: charge_status(line.order)),
        fields.moment("created_at", "Made", lambda line: line.order.created_at),
        fields.text("invoices", "Invoice", lambda line: line.invoices, one_line=True),
        fields.text("credits", "Credit", lambda line: line.credits, one_line=True),
        fields.choice("state", "State", lambda line: line.order.status, OrderState),
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

    async def lines(self, found: Sequence[OrderLine]) -> Sequence[OrderLine]:
        """The orders with how they stand."""
        orders = [line.order for line in found]
        stand = await self.site.read(lambda work: standings(self.platform, work, orders))
        return [replace(line, standing=stand[line.id]) for line in found]

    def look(self, work: UnitOfWork, key: UUID, viewer: Viewer) -> OrderCase:
        """The order with everything that became of it."""
        return read_case(self.platform, work, key)


class OrderPage(AdminPage):
    """Staff's actions on orders: what does harm is a question first."""

    path = "/orders"
    add_to_menu = False
    permission = Permission.MANAGE_ORDERS

    def __init__(self, site: Site, platform: ShopPlatform) -> None:
        super().__init__(site)
        self.platform = platform

    @route("/{id}/execute", methods=["POST"], name="order-execute")
    async def execute(self, request: Request) -> Response:
        """*Execute Order* with one of the three choices when it is invoiced."""
        key, form, by = key_in(request), await form_of(request), actor_of(request)
        chosen = sent(form, "invoicing")
        if chosen not in set(Invoicing):
            flash(request, "Choose when the order is invoiced.", "error")
            return to(request, page_of(key))

        def execute() -> str:
            self.platform.order_changes.execute(key, Invoicing(chosen), by=by)
            return f"The order has been executed. {self._case(key).next_step or ''}".strip()

        try:
            flash(request, await run(execute), "success")
        except SAID_NO as no:
            if is_unsynchronized(no):
                record = await run(lambda: self.platform.orders.get(key))
                return synchronize_first(request, record, page_of(key))
            flash(request, said(no), "error")
        return to(request, page_of(key))

    @route("/{id}/paid", methods=["GET"], name="order-paid-question")
    async def ask_paid(self, request: Request) -> Response:
        """What marking it as paid means."""
        return await self._ask(
            request, "shop/admin/order-paid.html", lambda case: case.can_be_paid, "Nothing is owed."
        )

    @route("/{id}/paid", methods=["POST"], name="order-paid")
    async def paid(self, request: Request) -> Response:
        """Record that what was seen as owed was received."""
        key, form, by = key_in(request), await form_of(request), actor_of(request)

        def pay() -> str:
            amount = Money.of(sent(form, "amount"), self._case(key).row.currency).amount
            self.platform.order_changes.mark_as_paid(key, by=by, amount=amount)
            return f"Recorded as paid: {self._case(key).received} in all."

        return await self._done(request, key, pay)

    @route("/{id}/cancel", methods=["GET"], name="order-cancel-question")
    async def ask_cancel(self, request: Request) -> Response:
        """What is revoked, credited and paid back, and what cannot be."""
        return await self._ask(
            request,
            "shop/admin/order-cancel.html",
            lambda case: case.can_be_cancelled,
            "There is nothing to cancel.",
        )

    @route("/{id}/cancel", methods=["POST"], name="order-cancel")
    async def cancel(self, request: Request) -> Response:
        """The platform cancels the whole order; its coupons are revoked."""
        key, by = key_in(request), actor_of(request)

        def cancel() -> str:
            self.platform.order_changes.cancel(key, by=by)
            notes = [
                row for row in self._case(key).facts.invoices if row.kind == InvoiceKind.CREDIT
            ]
            numbers = ", ".join(row.number for row in notes)
            said = f"Credited: {numbers}." if notes else "Nothing was invoiced and so credited."
            return f"The order is cancelled; its coupons are being revoked. {said}"

        return await self._done(request, key, cancel)

    @route("/{id}/pay-back", methods=["GET"], name="order-pay-back-question")
    async def ask_pay_back(self, request: Request) -> Response:
        """What was received and is not due any more."""
        return await self._ask(
            request,
            "shop/admin/order-pay-back.html",
            lambda case: case.can_be_paid_back,
            "There is nothing to pay back.",
        )

    @route("/{id}/pay-back", methods=["POST"], name="order-pay-back")
    async def pay_back(self, request: Request) -> Response:
        """Record that what is not due any more was paid back."""
        key, form, by = key_in(request), await form_of(request), actor_of(request)
        reason = sent(form, "reason")

        def pay_back() -> str:
            order_changes = self.platform.order_changes
            _, refund = order_changes.grant_refund(key, reason=reason, by=by, undue_only=True)
            return f"Recorded as paid back: {Money(refund.amount, refund.currency)}."

        return await self._done(request, key, pay_back)

    def _case(self, key: UUID) -> OrderCase:
        with self.site.tenant.reading() as work:
            return read_case(self.platform, work, key)

    async def _ask(
        self,
        request: Request,
        template: str,
        is_open: Callable[[OrderCase], bool],
        otherwise: str,
    ) -> Response:
        """The question before an act; where the act would do nothing, the order's page."""
        key = key_in(request)
        case = await run(lambda: self._case(key))
        if not is_open(case):
            flash(request, otherwise, "info")
            return to(request, page_of(key))
        return self.show(request, template, case=case)

    async def _done(self, request: Request, key: UUID, use_case: Callable[[], str]) -> Response:
        """Do it, and show the order's page with what was done, or why not."""
        try:
            flash(request, await run(use_case), "success")
        except SAID_NO as no:
            flash(request, said(no), "error")
        return to(request, page_of(key))


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
