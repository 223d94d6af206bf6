"""Invoices, credit invoices and refunds of an order."""

from datetime import datetime

import strawberry

from bittitan_plugin.platforms.shop.ids import Kind, global_id
from bittitan_plugin.platforms.shop.invoices import InvoiceKind as Kinds
from bittitan_plugin.platforms.shop.invoices import address_of
from bittitan_plugin.platforms.shop.schema.context import ShopInfo, platform
from bittitan_plugin.platforms.shop.schema.scalars import Money, money_of
from bittitan_plugin.platforms.shop.tables import InvoiceRow, RefundRow

InvoiceKind = strawberry.enum(Kinds, name="InvoiceKind")


@strawberry.type
class Invoice:
    """An invoice or, by its kind, a credit invoice."""

    id: strawberry.ID
    number: str | None
    kind: Kinds
    #: The company that pays, or its e-mail address where it gave no name.
    billed_to: str
    amount: Money
    created_at: datetime
    url: str | None = strawberry.field(
        description="Its page, for whoever bought and for staff; `/pdf` after it is the document."
    )
    order_line_id: strawberry.ID | None


@strawberry.type
class OrderGrantedRefund:
    """Money paid back."""

    id: strawberry.ID
    amount: Money
    reason: str | None
    created_at: datetime


def invoice_of(info: ShopInfo, row: InvoiceRow) -> Invoice:
    """An invoice for the wire."""
    line = row.order_line_id
    return Invoice(
        id=strawberry.ID(global_id(Kind.INVOICE, row.id)),
        number=row.number,
        kind=Kinds(row.kind),
        billed_to=row.billed_to,
        amount=money_of(row.amount, row.currency),
        created_at=row.created_at,
        url=address_of(platform(info).public_url, row.id),
        order_line_id=strawberry.ID(global_id(Kind.ORDER_LINE, line)) if line else None,
    )


def refund_of(row: RefundRow) -> OrderGrantedRefund:
    """A refund for the wire."""
    return OrderGrantedRefund(
        id=strawberry.ID(global_id(Kind.GRANTED_REFUND, row.id)),
        amount=money_of(row.amount, row.currency),
        reason=row.reason or None,
        created_at=row.created_at,
    )
