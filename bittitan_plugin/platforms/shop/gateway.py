"""Implements the platform's port for the shop, directly on its tables, as workers need it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID, uuid4

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from bittitan_plugin.base.clock import Clock
from bittitan_plugin.domain.billing import Credit, InvoiceReference, Refund, RefundStatus
from bittitan_plugin.domain.catalogue import PlatformVariant, ProductType
from bittitan_plugin.domain.errors import PlatformRejected
from bittitan_plugin.domain.money import Money
from bittitan_plugin.domain.orders import Customer, Order
from bittitan_plugin.platforms.shop.catalogue_sync import ensure_product_types, present, variants
from bittitan_plugin.platforms.shop.database import ShopDatabase
from bittitan_plugin.platforms.shop.events import customer_of, domain_order
from bittitan_plugin.platforms.shop.ids import Kind, global_id, try_parse
from bittitan_plugin.platforms.shop.invoices import (
    InvoiceKind,
    Invoices,
    add_credit,
    address_of,
    by_key,
    invoice_of,
)
from bittitan_plugin.platforms.shop.order_records import (
    OPEN_STATES,
    Grant,
    OrderRecord,
    OrderState,
    balance_of,
    line_amount,
    lines_of,
    load_order,
    lock_order,
    take_line_back,
)
from bittitan_plugin.platforms.shop.payments import refund
from bittitan_plugin.platforms.shop.product_edit import offer, withdraw
from bittitan_plugin.platforms.shop.tables import (
    FulfillmentRow,
    InvoiceRow,
    OrderLineRow,
    OrderRow,
    RefundRow,
    UserRow,
)
from bittitan_plugin.ports.platform import FulfilledLine, Offer, Presentation, TypeDefinition

#: Orders that are read in one go.
ORDERS_AT_A_TIME = 100


class ShopGateway:
    """``ports.platform.Platform`` for the shop. It fires no hooks."""

    def __init__(self, engine: Engine, clock: Clock, public_url: str = "") -> None:
        """``public_url``: where the shop's pages are, for links to invoices and licences."""
        self._public_url = public_url
        self._database = ShopDatabase(engine, clock)
        self._invoices = Invoices(self._database)

    def order(self, order_id: str) -> Order | None:
        """The order as it is now; None for a draft, which is not an order yet."""
        key = try_parse(Kind.ORDER, order_id)
        if key is None:
            return None
        with self._database.reading() as session:
            record = load_order(session, key)
            if record is None or record.row.status == OrderState.DRAFT:
                return None
            row = invoice_of(session, record.row)
        return replace(domain_order(record), invoice=None if row is None else self._reference(row))

    def orders_since(self, since: datetime) -> Iterator[Sequence[Order]]:
        """Orders placed or changed at or after ``since``, by number; no drafts."""
        last = -1
        while True:
            with self._database.reading() as session:
                found = session.execute(
                    select(OrderRow, UserRow)
                    .join(UserRow, UserRow.id == OrderRow.user_id)
                    .where(
                        OrderRow.sequence > last,
                        OrderRow.updated_at >= since,
                        OrderRow.status != OrderState.DRAFT,
                    )
                    .order_by(OrderRow.sequence)
                    .limit(ORDERS_AT_A_TIME)
                ).all()
                lines = lines_of(session, [order.id for order, _ in found])
            if found:
                last = found[-1][0].sequence
                yield [
                    domain_order(OrderRecord(row=order, lines=tuple(lines[order.id]), user=user))
                    for order, user in found
                ]
            if len(found) < ORDERS_AT_A_TIME:
                return

    def customer(self, customer_id: str) -> Customer | None:
        """The customer of that id; None for staff."""
        key = try_parse(Kind.USER, customer_id)
        with self._database.reading() as session:
            row = session.get(UserRow, key) if key else None
        return None if row is None or row.is_staff else customer_of(row)

    def license_page(self, asset_id: UUID) -> str | None:
        """The licence's page in the portal, which opens after signing in."""
        base = self._public_url.rstrip("/")
        return f"{base}/portal/licenses/{asset_id}" if base else None

    def invoice(self, order_id: str) -> InvoiceReference | None:
        """The order's invoice, issued if it is due."""
        key = try_parse(Kind.ORDER, order_id)
        row = self._invoices.issue(key)[0] if key else None
        return None if row is None else self._reference(row)

    def due_for_invoice(self, now: datetime) -> Sequence[str]:
        """Ids of the orders that should have been invoiced by ``now`` and are not."""
        return [global_id(Kind.ORDER, key) for key in self._invoices.due(now)]

    def fulfilled(self, line: FulfilledLine) -> None:
        """Record that the line was delivered; only its first delivery counts."""
        with self._database.writing() as session:
            order, row = _locked_line(session, line.order_id, line.order_line_id)
            query = select(FulfillmentRow.id).where(FulfillmentRow.order_line_id == row.id)
            if session.scalar(query) is not None:
                return
            now = self._database.clock()
            session.add(
                FulfillmentRow(
                    id=uuid4(),
                    order_line_id=row.id,
                    asset_id=line.asset_id,
                    quantity=line.quantity,
                    created_at=now,
                )
            )
            row.quantity_fulfilled, order.updated_at = line.quantity, now
            if order.status not in {OrderState.CANCELED, *OPEN_STATES}:
                order.status = _delivery_state(lines_of(session, [order.id])[order.id])

    def credit(self, credit: Credit) -> InvoiceReference | None:
        """Issue one credit invoice; what the platform credited itself is not credited again.

        A line that was not invoiced yet is left out of the later invoice.
        """
        with self._database.writing() as session:
            order, line = _locked_line(session, credit.order_id, credit.order_line_id)
            existing = by_key(session, credit.key)
            if existing is not None:
                return self._reference(existing)
            take_line_back(order, line, _part_of(credit, order, line))
            invoice = invoice_of(session, order)
            if invoice is None or line.is_waived:
                line.is_waived = True
                return None
            query = select(InvoiceRow).where(
                InvoiceRow.order_id == order.id, InvoiceRow.kind == InvoiceKind.CREDIT
            )
            given = session.scalars(query.order_by(InvoiceRow.sequence)).all()
            left = invoice.amount - sum((row.amount for row in given), Decimal(0))
            grant = _grant(credit, order, line, given, left=left)
            if grant.amount > 0:
                now = self._database.clock()
                return self._reference(add_credit(session, order, invoice, grant, now))
            covering = [row for row in given if row.order_line_id in {None, line.id}]
            if not covering:
                raise PlatformRejected(
                    "NOTHING_TO_CREDIT", "There is nothing to credit on this line."
                )
            return self._reference(covering[-1])

    def refund(self, credit: Credit) -> Refund:
        """Pay the credit back; money that the platform paid back itself is not paid again."""
        with self._database.writing() as session:
            order, line = _locked_line(session, credit.order_id, credit.order_line_id)
            query = select(RefundRow).where(RefundRow.order_id == order.id)
            given = session.scalars(query).all()
            # The credit did this already, unless its step is still being tried.
            take_line_back(order, line, _part_of(credit, order, line))
            grant = _grant(credit, order, line, given, left=balance_of(order).refundable)
            if grant.amount > 0 and all(row.key != credit.key for row in given):
                refund(session, order, grant, self._database.clock())
        return self.refund_of(credit)

    def refund_of(self, credit: Credit) -> Refund:
        """How far the refund is; a granted refund is paid at once here."""
        with self._database.reading() as session:
            query = select(RefundRow.amount).where(RefundRow.key == credit.key)
            paid = session.scalar(query)
        currency = credit.amount.currency
        return Refund(
            status=RefundStatus.NOTHING if paid is None else RefundStatus.PAID,
            amount=Money(paid or Decimal(0), currency),
            by_hand=Money(Decimal(0), currency),
        )

    def ensure_product_types(self, definitions: Sequence[TypeDefinition]) -> frozenset[str]:
        """Make missing types and properties; the slugs of the types that were made."""
        with self._database.writing() as session:
            return ensure_product_types(session, definitions)

    def ensure_group(self, name: str) -> None:
        """Do nothing: a group here is only a name that its products carry."""

    def present(
        self, presentations: Sequence[Presentation], group: str
    ) -> Mapping[str, PlatformVariant]:
        """The variants that sell these products, by SKU; missing ones are made."""
        with self._database.writing() as session:
            return present(session, presentations, group, self._database.clock())

    def variants(
        self, product_types: Collection[ProductType]
    ) -> Iterator[Sequence[PlatformVariant]]:
        """Every variant of these types, some at a time."""
        return variants(self._database, product_types)

    def offer(self, offer_: Offer, group: str) -> PlatformVariant:
        """Apply what staff decided; publishing or naming affects all variants of the product."""
        with self._database.writing() as session:
            return offer(session, offer_, group, self._database.clock())

    def withdraw(self, variant_id: str) -> None:
        """Unpublish the variant's product."""
        with self._database.writing() as session:
            withdraw(session, variant_id)

    def _reference(self, row: InvoiceRow) -> InvoiceReference:
        return InvoiceReference(
            id=global_id(Kind.INVOICE, row.id),
            number=row.number,
            url=address_of(self._public_url, row.id),
        )


def _locked_line(session: Session, order_id: str, line_id: str) -> tuple[OrderRow, OrderLineRow]:
    key, line_key = try_parse(Kind.ORDER, order_id), try_parse(Kind.ORDER_LINE, line_id)
    order = lock_order(session, key) if key else None
    line = session.get(OrderLineRow, line_key) if line_key else None
    if order is None or line is None or line.order_id != order.id:
        raise PlatformRejected("NOT_FOUND", f"There is no line {line_id} in an order {order_id}.")
    return order, line


def _part_of(credit: Credit, order: OrderRow, line: OrderLineRow) -> Decimal:
    """What of the line is credited: no more than it cost."""
    if credit.amount.currency != order.currency:
        raise PlatformRejected(
            "INVALID", f"The order is in {order.currency}, not in {credit.amount.currency}."
        )
    return min(credit.amount.amount, line_amount(order, line).gross.amount)


def _grant(
    credit: Credit,
    order: OrderRow,
    line: OrderLineRow,
    given: Sequence[InvoiceRow | RefundRow],
    *,
    left: Decimal,
) -> Grant:
    """The part of the credit that was not given back before.

    A line gives back no more than it cost, the whole order no more than what is ``left`` of what
    was invoiced, or was received.
    """
    of_line = sum((row.amount for row in given if row.order_line_id == line.id), Decimal(0))
    cost = line_amount(order, line).gross.amount
    return Grant(
        key=credit.key,
        amount=min(_part_of(credit, order, line), left, cost - of_line),
        reason=credit.reason,
        line_id=line.id,
    )


def _delivery_state(lines: Sequence[OrderLineRow]) -> OrderState:
    if all(line.quantity_fulfilled >= line.quantity for line in lines):
        return OrderState.FULFILLED
    return OrderState.PARTIALLY_FULFILLED
