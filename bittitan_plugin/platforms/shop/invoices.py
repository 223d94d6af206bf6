"""Invoices and credit invoices: numbered without gaps, one per reason, never more than was sold."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from bittitan_plugin.domain import invoicing
from bittitan_plugin.domain.invoicing import Party, TaxedAmount, credit_within
from bittitan_plugin.domain.money import Money
from bittitan_plugin.domain.orders import Invoicing
from bittitan_plugin.platforms.shop.database import ShopDatabase, next_number
from bittitan_plugin.platforms.shop.installation import settings_now
from bittitan_plugin.platforms.shop.order_records import (
    OPEN_STATES,
    Grant,
    OrderState,
    line_amount,
    lines_of,
    lock_order,
    total_of,
)
from bittitan_plugin.platforms.shop.tables import (
    InvoiceLineRow,
    InvoiceRow,
    OrderLineRow,
    OrderRow,
    UserRow,
)


class InvoiceKind(StrEnum):
    """Which way the money goes; each kind has its own sequence of numbers."""

    INVOICE = "INVOICE"
    CREDIT = "CREDIT"


_PREFIX = {InvoiceKind.INVOICE: "INV", InvoiceKind.CREDIT: "CR"}
_UNBILLABLE = frozenset({*OPEN_STATES, OrderState.CANCELED})


#: Where customers read invoices, below the shop's address.
PATH = "/invoices"


def address_of(public_url: str, key: UUID) -> str | None:
    """Where an invoice is read; None where the shop has no address."""
    return f"{public_url.rstrip('/')}{PATH}/{key}" if public_url else None


class Invoices:
    """Issues what is due. Repeating a call issues nothing more."""

    def __init__(self, database: ShopDatabase) -> None:
        self._database = database

    def issue(self, order_id: UUID) -> tuple[InvoiceRow | None, bool]:
        """The order's invoice, and whether this call issued it.

        None when the order will not be invoiced, or not yet, or does not exist.
        """
        with self._database.writing() as session:
            order = lock_order(session, order_id)
            if order is None:
                return None, False
            existing = invoice_of(session, order)
            if existing is not None or not _is_due(order, self._database.clock()):
                return existing, False
            issued = _issue(session, order, self._database.clock())
            return issued, issued is not None

    def of_orders(self, order_ids: Collection[UUID]) -> dict[UUID, list[InvoiceRow]]:
        """Each order's invoices and credit invoices, oldest first, in one statement."""
        found: dict[UUID, list[InvoiceRow]] = {key: [] for key in order_ids}
        query = select(InvoiceRow).where(InvoiceRow.order_id.in_(order_ids))
        query = query.order_by(InvoiceRow.created_at, InvoiceRow.kind.desc(), InvoiceRow.sequence)
        with self._database.reading() as session:
            for row in session.scalars(query):
                found[row.order_id].append(row)
        return found

    def lines(self, invoice_ids: Collection[UUID]) -> dict[UUID, list[InvoiceLineRow]]:
        """Each invoice's lines, in one statement."""
        with self._database.reading() as session:
            return lines_of_invoices(session, invoice_ids)

    def due(self, now: datetime) -> list[UUID]:
        """The orders that should have been invoiced by ``now`` and are not, oldest first."""
        has_invoice = (
            select(InvoiceRow.id)
            .where(InvoiceRow.order_id == OrderRow.id, InvoiceRow.kind == InvoiceKind.INVOICE)
            .exists()
        )
        due = or_(
            OrderRow.invoicing == Invoicing.NOW,
            and_(
                OrderRow.invoicing == Invoicing.NEXT_BILLING_DAY,
                OrderRow.invoice_at <= now,
            ),
        )
        # A sale that was cancelled before its billing day is not billed.
        to_bill = select(OrderLineRow.id).where(
            OrderLineRow.order_id == OrderRow.id, ~OrderLineRow.is_waived
        )
        query = select(OrderRow.id).where(
            due, ~has_invoice, to_bill.exists(), OrderRow.status.not_in(_UNBILLABLE)
        )
        with self._database.reading() as session:
            return list(session.scalars(query.order_by(OrderRow.sequence)))


def invoice_of(session: Session, order: OrderRow) -> InvoiceRow | None:
    """The order's invoice, if one was issued."""
    return by_key(session, _invoice_key(order))


def by_key(session: Session, key: str) -> InvoiceRow | None:
    """The invoice or credit invoice that was issued under that key."""
    return session.scalar(select(InvoiceRow).where(InvoiceRow.key == key))


def credited(session: Session, order: OrderRow) -> Decimal:
    """How much of a locked order has been credited."""
    query = select(func.sum(InvoiceRow.amount)).where(
        InvoiceRow.order_id == order.id, InvoiceRow.kind == InvoiceKind.CREDIT
    )
    return session.scalar(query) or Decimal(0)


def add_credit(
    session: Session, order: OrderRow, invoice: InvoiceRow, grant: Grant, now: datetime
) -> InvoiceRow:
    """Issue a credit invoice for a locked order. The caller has seen what may be credited.

    It takes back that invoice: it names it, and those whom it named.
    """
    line = session.get(OrderLineRow, grant.line_id) if grant.line_id else None
    of_line = line_amount(order, line) if line else None
    invoiced, left = _left_to_credit(session, invoice)
    money = Money(grant.amount, order.currency)
    amount = credit_within(left, invoiced, money, of_line=of_line)
    row = _row(session, order, InvoiceKind.CREDIT, grant, amount, now)
    row.seller, row.buyer, row.billed_to = invoice.seller, invoice.buyer, invoice.billed_to
    row.credits_id = invoice.id
    if line is not None and amount == of_line:
        return _stored(session, row, [_billed(order, line)])
    if line is None and amount == invoiced == left:
        whole = lines_of_invoices(session, [invoice.id])[invoice.id]
        return _stored(session, row, [_copied(each) for each in whole])
    return _stored(session, row, [_credited(grant, line, amount)])


def lines_of_invoices(
    session: Session, invoice_ids: Collection[UUID]
) -> dict[UUID, list[InvoiceLineRow]]:
    """Each invoice's lines, in one statement."""
    found: dict[UUID, list[InvoiceLineRow]] = {key: [] for key in invoice_ids}
    query = select(InvoiceLineRow).where(InvoiceLineRow.invoice_id.in_(invoice_ids))
    for row in session.scalars(query.order_by(InvoiceLineRow.invoice_id, InvoiceLineRow.position)):
        found[row.invoice_id].append(row)
    return found


def credit_order(
    session: Session, order: OrderRow, grant: Grant, now: datetime
) -> InvoiceRow | None:
    """Credit a locked order as a whole, as far as it was invoiced and not yet credited."""
    existing, invoice = by_key(session, grant.key), invoice_of(session, order)
    if existing is not None or invoice is None:
        return existing
    amount = min(grant.amount, invoice.amount - credited(session, order))
    if amount <= 0:
        return None
    return add_credit(session, order, invoice, replace(grant, amount=amount), now)


def _is_due(order: OrderRow, now: datetime) -> bool:
    if OrderState(order.status) in _UNBILLABLE:
        return False
    if order.invoicing == Invoicing.NEXT_BILLING_DAY:
        return order.invoice_at is not None and order.invoice_at <= now
    return order.invoicing == Invoicing.NOW


def _invoice_key(order: OrderRow) -> str:
    return f"order:{order.id}"


def _issue(session: Session, order: OrderRow, now: datetime) -> InvoiceRow | None:
    """Bill every line that was not cancelled before; None when no line is left."""
    billed = [line for line in lines_of(session, [order.id])[order.id] if not line.is_waived]
    if not billed:
        return None
    amount = total_of(order, billed)
    whole = Grant(key=_invoice_key(order), amount=amount.gross.amount)
    row = _row(session, order, InvoiceKind.INVOICE, whole, amount, now)
    buyer = _party_of(session.get_one(UserRow, order.user_id))
    seller = settings_now(session).seller
    row.seller, row.buyer, row.billed_to = asdict(seller), asdict(buyer), buyer.name
    return _stored(session, row, [_billed(order, line) for line in billed])


def _party_of(buyer: UserRow) -> Party:
    return Party(
        name=buyer.company or buyer.name or buyer.email,
        street=buyer.street,
        postal_code=buyer.postal_code,
        city=buyer.city,
        country=buyer.country,
        tax_number=buyer.tax_number,
    )


def _left_to_credit(session: Session, invoice: InvoiceRow) -> tuple[TaxedAmount, TaxedAmount]:
    """What was invoiced, and what of it is not credited yet."""
    query = select(InvoiceRow).where(
        InvoiceRow.order_id == invoice.order_id, InvoiceRow.kind == InvoiceKind.CREDIT
    )
    invoiced = amount_of(invoice)
    given = (amount_of(row) for row in session.scalars(query))
    return invoiced, invoiced.less(invoicing.total_of(given, invoice.currency))


def amount_of(row: InvoiceRow) -> TaxedAmount:
    """What an invoice or credit invoice comes to."""
    net, tax = Money(row.amount - row.tax, row.currency), Money(row.tax, row.currency)
    return TaxedAmount(net=net, tax=tax)


def _row(
    session: Session,
    order: OrderRow,
    kind: InvoiceKind,
    content: Grant,
    amount: TaxedAmount,
    now: datetime,
) -> InvoiceRow:
    sequence = next_number(session, kind)
    return InvoiceRow(
        id=uuid4(),
        order_id=order.id,
        order_line_id=content.line_id,
        kind=kind,
        sequence=sequence,
        number=f"{_PREFIX[kind]}-{sequence:06d}",
        tax_rate=order.tax_rate,
        prices_include_tax=order.prices_include_tax,
        amount=amount.gross.amount,
        tax=amount.tax.amount,
        currency=order.currency,
        reason=content.reason,
        key=content.key,
        created_at=now,
    )


def _stored(session: Session, row: InvoiceRow, lines: Sequence[InvoiceLineRow]) -> InvoiceRow:
    session.add(row)
    session.flush()
    for position, line in enumerate(lines):
        line.invoice_id, line.position = row.id, position
    session.add_all(lines)
    session.flush()
    return row


def _billed(order: OrderRow, line: OrderLineRow) -> InvoiceLineRow:
    amount = line_amount(order, line)
    return InvoiceLineRow(
        text=_name_of(line),
        sku=line.sku,
        quantity=line.quantity,
        unit_amount=line.unit_amount,
        net=amount.net.amount,
        tax=amount.tax.amount,
    )


def _copied(line: InvoiceLineRow) -> InvoiceLineRow:
    return InvoiceLineRow(
        text=line.text,
        sku=line.sku,
        quantity=line.quantity,
        unit_amount=line.unit_amount,
        net=line.net,
        tax=line.tax,
    )


def _credited(grant: Grant, line: OrderLineRow | None, amount: TaxedAmount) -> InvoiceLineRow:
    """An amount that is not so many pieces of something."""
    return InvoiceLineRow(
        text=f"{_name_of(line)}, in part" if line else grant.reason or "Amount credited",
        sku=line.sku if line else "",
        net=amount.net.amount,
        tax=amount.tax.amount,
    )


def _name_of(line: OrderLineRow) -> str:
    own = line.variant_name if line.variant_name != line.product_name else ""
    return f"{line.product_name}, {own}" if own else line.product_name
