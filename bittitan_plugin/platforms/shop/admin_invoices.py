"""The back office's invoices and credit invoices: the list, the page of each, and its PDF."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.routing import route

from bittitan_plugin.domain.access import Permission, Viewer
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.money import Money
from bittitan_plugin.platforms.shop.invoice_documents import (
    SETTLEMENT,
    FoundInvoice,
    Settlement,
    find_invoice,
    settlement_of,
)
from bittitan_plugin.platforms.shop.invoice_pages import as_pdf
from bittitan_plugin.platforms.shop.invoices import InvoiceKind
from bittitan_plugin.platforms.shop.platform import ShopPlatform
from bittitan_plugin.platforms.shop.tables import InvoiceRow, OrderRow, UserRow
from bittitan_plugin.store.queries.browsing import Browser
from bittitan_plugin.store.unit_of_work import UnitOfWork
from bittitan_plugin.web.admin import fields
from bittitan_plugin.web.admin.admin_context import context_of
from bittitan_plugin.web.admin.admin_page import AdminPage, key_in
from bittitan_plugin.web.admin.lists import AdminList
from bittitan_plugin.web.site import Site, run

KEY = "invoices"


@dataclass(frozen=True)
class InvoiceLine:
    """An invoice or credit invoice as a row of the list."""

    invoice: InvoiceRow
    order: OrderRow
    user: UserRow

    @property
    def id(self) -> UUID:
        """The invoice's."""
        return self.invoice.id


class InvoiceList(AdminList):
    """Every invoice and credit invoice, the newest first."""

    key = KEY
    menu_label = "Invoices"
    display_name = "invoice"
    icon = "fa-solid fa-file-invoice"
    permission = Permission.MANAGE_ORDERS
    detail_template = "shop/admin/invoice.html"
    fields_default_sort = [("created_at", True)]
    fields = [
        fields.text("number", "Number", lambda line: line.invoice.number),
        fields.choice("kind", "Kind", lambda line: line.invoice.kind, InvoiceKind),
        fields.text("customer", "Customer", lambda line: line.user.email),
        fields.text("company", "Billed to", lambda line: line.invoice.billed_to),
        fields.amount(
            "amount", "Amount", lambda line: Money(line.invoice.amount, line.invoice.currency)
        ),
        fields.choice(
            "settlement",
            "Payment",
            lambda line: settlement_of(line.invoice, line.order),
            Settlement,
        ),
        fields.moment("created_at", "Issued", lambda line: line.invoice.created_at),
    ]

    def __init__(self, site: Site, platform: ShopPlatform) -> None:
        super().__init__(site)
        self.platform = platform

    def browser(self, work: UnitOfWork) -> Browser[InvoiceLine]:
        """The list's query; there is one shop, so it needs no filter by installation."""
        return Browser(
            rows=select(InvoiceRow, OrderRow, UserRow)
            .join(OrderRow, OrderRow.id == InvoiceRow.order_id)
            .join(UserRow, UserRow.id == OrderRow.user_id),
            key=InvoiceRow.id,
            columns={
                "number": InvoiceRow.number,
                "kind": InvoiceRow.kind,
                "customer": UserRow.email,
                "company": InvoiceRow.billed_to,
                "amount": InvoiceRow.amount,
                "settlement": SETTLEMENT,
                "created_at": InvoiceRow.created_at,
            },
            searched=[InvoiceRow.number, InvoiceRow.billed_to, UserRow.email, UserRow.company],
            to_item=lambda row: InvoiceLine(*row),
        )

    def look(self, work: UnitOfWork, key: UUID, viewer: Viewer) -> FoundInvoice:
        """The invoice with its order and the other invoices of that."""
        return _found(work, key)


class InvoicePage(AdminPage):
    """What is downloaded of invoices."""

    path = f"/{KEY}"
    add_to_menu = False
    permission = Permission.MANAGE_ORDERS

    @route("/{id}/pdf", methods=["GET"], name="invoice-pdf")
    async def pdf(self, request: Request) -> Response:
        """The invoice as a PDF."""
        key, zone = key_in(request), context_of(request).zone
        found = await self.site.read(lambda work: _found(work, key))
        return await run(lambda: as_pdf(self.site.tenant, found.document, zone))


def _found(work: UnitOfWork, key: UUID) -> FoundInvoice:
    found = find_invoice(work.session, key)
    if found is None:
        raise Refusal(ErrorCode.NOT_FOUND, "There is no such invoice.")
    return found
