"""An invoice or credit invoice as it is read: on its pages and as a PDF, the same everywhere."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, case, select
from sqlalchemy.orm import Session, aliased

from bittitan_plugin.domain.access import Viewer
from bittitan_plugin.domain.invoicing import Party, TaxedAmount
from bittitan_plugin.domain.money import Money
from bittitan_plugin.platforms.shop.ids import Kind, try_parse
from bittitan_plugin.platforms.shop.invoices import InvoiceKind, amount_of, lines_of_invoices
from bittitan_plugin.platforms.shop.order_records import balance_of, number_of
from bittitan_plugin.platforms.shop.tables import InvoiceLineRow, InvoiceRow, OrderRow


@dataclass(frozen=True, kw_only=True)
class Position:
    """One line of an invoice."""

    text: str
    sku: str
    #: None where an amount is credited that is not so many pieces of something.
    quantity: int | None
    #: As prices are set: with tax, or without; see ``prices_include_tax``.
    unit_price: Money | None
    amount: TaxedAmount


@dataclass(frozen=True, kw_only=True)
class InvoiceDocument:
    """All that is printed. It comes from rows that are never changed."""

    id: UUID
    kind: InvoiceKind
    number: str
    issued_at: datetime
    order_number: str
    seller: Party
    buyer: Party
    positions: tuple[Position, ...]
    total: TaxedAmount
    #: Per cent; None where no tax is charged.
    tax_rate: Decimal | None
    prices_include_tax: bool
    #: The number of the invoice that a credit invoice takes back.
    credits: str | None
    reason: str

    @property
    def is_credit(self) -> bool:
        """Whether it gives back."""
        return self.kind is InvoiceKind.CREDIT

    @property
    def title(self) -> str:
        """What it is, with its number."""
        return f"{'Credit invoice' if self.is_credit else 'Invoice'} {self.number}"

    @property
    def rate(self) -> str:
        """``24 %``; empty where no tax is charged."""
        return "" if self.tax_rate is None else f"{self.tax_rate.normalize():f} %"

    @property
    def on_prices(self) -> str:
        """How prices are to be read."""
        return "Prices include tax." if self.prices_include_tax else "Prices are without tax."


class Settlement(StrEnum):
    """Whether the money of an invoice has come."""

    UNPAID = "UNPAID"
    PAID = "PAID"
    #: Nothing is owed, because it was credited before anything was paid.
    CREDITED = "CREDITED"


def settlement_of(invoice: InvoiceRow, order: OrderRow) -> Settlement | None:
    """That of an invoice; None for a credit invoice, which asks for nothing."""
    if InvoiceKind(invoice.kind) is InvoiceKind.CREDIT:
        return None
    balance = balance_of(order)
    if balance.owed > 0:
        return Settlement.UNPAID
    return Settlement.PAID if balance.received > 0 or balance.total == 0 else Settlement.CREDITED


#: ``settlement_of`` for lists, on rows of invoices with their orders.
SETTLEMENT: ColumnElement[str | None] = case(
    (InvoiceRow.kind == InvoiceKind.CREDIT, None),
    (OrderRow.total - OrderRow.taken_back > OrderRow.charged, Settlement.UNPAID),
    (OrderRow.charged > 0, Settlement.PAID),
    (OrderRow.total == 0, Settlement.PAID),
    else_=Settlement.CREDITED,
)


@dataclass(frozen=True, kw_only=True)
class Related:
    """Another invoice of the same order."""

    id: UUID
    number: str
    kind: InvoiceKind


@dataclass(frozen=True, kw_only=True)
class FoundInvoice:
    """An invoice with what its page leads to."""

    document: InvoiceDocument
    order: OrderRow
    settlement: Settlement | None
    #: The order's invoice and its other credit invoices, oldest first.
    related: tuple[Related, ...]

    @property
    def id(self) -> UUID:
        """The invoice's."""
        return self.document.id


@dataclass(frozen=True, kw_only=True)
class ListedInvoice:
    """An invoice as a row of its customer's list."""

    id: UUID
    number: str
    kind: InvoiceKind
    issued_at: datetime
    amount: Money
    settlement: Settlement | None


def list_invoices(session: Session, owner: Viewer, limit: int, skip: int) -> list[ListedInvoice]:
    """The customer's invoices and credit invoices, the newest first."""
    query = (
        select(InvoiceRow, OrderRow)
        .join(OrderRow, OrderRow.id == InvoiceRow.order_id)
        .where(OrderRow.user_id == try_parse(Kind.USER, owner.customer_id or ""))
        .order_by(InvoiceRow.created_at.desc(), InvoiceRow.kind, InvoiceRow.sequence.desc())
    )
    return [
        ListedInvoice(
            id=row.id,
            number=row.number,
            kind=InvoiceKind(row.kind),
            issued_at=row.created_at,
            amount=Money(row.amount, row.currency),
            settlement=settlement_of(row, order),
        )
        for row, order in session.execute(query.limit(limit).offset(skip))
    ]


def find_invoice(
    session: Session, key: UUID, *, owner: Viewer | None = None
) -> FoundInvoice | None:
    """The invoice, with ``owner`` only if it is that customer's; None otherwise."""
    query = (
        select(InvoiceRow, OrderRow)
        .join(OrderRow, OrderRow.id == InvoiceRow.order_id)
        .where(InvoiceRow.id == key)
    )
    if owner is not None:
        query = query.where(OrderRow.user_id == try_parse(Kind.USER, owner.customer_id or ""))
    found = session.execute(query).first()
    if found is None:
        return None
    invoice, order = found
    return FoundInvoice(
        document=_document(session, invoice, order),
        order=order,
        settlement=settlement_of(invoice, order),
        related=_related(session, invoice),
    )


def _document(session: Session, row: InvoiceRow, order: OrderRow) -> InvoiceDocument:
    taken_back = session.get(InvoiceRow, row.credits_id) if row.credits_id else None
    lines = lines_of_invoices(session, [row.id])[row.id]
    return InvoiceDocument(
        id=row.id,
        kind=InvoiceKind(row.kind),
        number=row.number,
        issued_at=row.created_at,
        order_number=number_of(order),
        seller=Party(**row.seller),
        buyer=Party(**row.buyer),
        positions=tuple(_position(line, row.currency) for line in lines),
        total=amount_of(row),
        tax_rate=row.tax_rate,
        prices_include_tax=row.prices_include_tax,
        credits=taken_back.number if taken_back else None,
        reason=row.reason,
    )


def _position(line: InvoiceLineRow, currency: str) -> Position:
    price = line.unit_amount
    return Position(
        text=line.text,
        sku=line.sku,
        quantity=line.quantity,
        unit_price=None if price is None else Money(price, currency),
        amount=TaxedAmount(net=Money(line.net, currency), tax=Money(line.tax, currency)),
    )


def _related(session: Session, row: InvoiceRow) -> tuple[Related, ...]:
    other = aliased(InvoiceRow)
    query = select(other.id, other.number, other.kind).where(
        other.order_id == row.order_id, other.id != row.id
    )
    query = query.order_by(other.created_at, other.kind.desc(), other.sequence)
    return tuple(
        Related(id=key, number=number, kind=InvoiceKind(kind))
        for key, number, kind in session.execute(query)
    )
