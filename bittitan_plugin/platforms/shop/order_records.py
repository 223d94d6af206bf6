"""An order with its lines and its buyer, and what other modules ask about it."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from bittitan_plugin.domain import invoicing
from bittitan_plugin.domain.balances import Balance
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.invoicing import Taxation, TaxedAmount
from bittitan_plugin.domain.money import Money
from bittitan_plugin.domain.orders import OrderStatus
from bittitan_plugin.platforms.shop.tables import OrderLineRow, OrderRow, UserRow


class OrderState(StrEnum):
    """The state of an order, in Saleor's words."""

    DRAFT = "DRAFT"
    UNCONFIRMED = "UNCONFIRMED"
    UNFULFILLED = "UNFULFILLED"
    PARTIALLY_FULFILLED = "PARTIALLY_FULFILLED"
    FULFILLED = "FULFILLED"
    CANCELED = "CANCELED"


#: Not yet binding.
OPEN_STATES = frozenset({OrderState.DRAFT, OrderState.UNCONFIRMED})


class ChargeStatus(StrEnum):
    """The payment status of an order, in Saleor's words."""

    NOT_CHARGED = "NOT_CHARGED"
    PARTIALLY_CHARGED = "PARTIALLY_CHARGED"
    FULLY_CHARGED = "FULLY_CHARGED"
    PARTIALLY_REFUNDED = "PARTIALLY_REFUNDED"
    FULLY_REFUNDED = "FULLY_REFUNDED"


@dataclass(frozen=True, kw_only=True)
class Grant:
    """An amount to give back for an order, or one line of it, once per ``key``."""

    key: str
    amount: Decimal
    reason: str = ""
    line_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class OrderRecord:
    """An order as one transaction saw it."""

    row: OrderRow
    lines: tuple[OrderLineRow, ...]
    user: UserRow


def number_of(row: OrderRow) -> str:
    """The number people use; empty before the order exists."""
    return str(row.sequence) if row.sequence else ""


def balance_of(row: OrderRow) -> Balance:
    """What the order comes to."""
    return Balance(
        total=row.total,
        taken_back=row.taken_back,
        received=row.charged,
        refunded=row.refunded,
    )


def take_back(order: OrderRow, amount: Decimal) -> None:
    """Note that so much of a locked order is not due any more."""
    order.taken_back = min(order.total, order.taken_back + amount)


def take_line_back(order: OrderRow, line: OrderLineRow, amount: Decimal) -> None:
    """Note that so much of a line is not due any more; repeating it changes nothing."""
    more = max(amount - line.taken_back, Decimal(0))
    line.taken_back += more
    take_back(order, more)


def is_fully_paid(row: OrderRow) -> bool:
    """Whether everything owed was received; see ``Balance.is_paid``."""
    return balance_of(row).is_paid


def charge_status(row: OrderRow) -> ChargeStatus:
    """The order's payment status."""
    balance = balance_of(row)
    if row.refunded:
        full = balance.left <= 0
        return ChargeStatus.FULLY_REFUNDED if full else ChargeStatus.PARTIALLY_REFUNDED
    if balance.is_paid:
        return ChargeStatus.FULLY_CHARGED
    return ChargeStatus.PARTIALLY_CHARGED if row.charged else ChargeStatus.NOT_CHARGED


def domain_status(row: OrderRow) -> OrderStatus:
    """The order's status, as far as it matters to the plugin."""
    state = OrderState(row.status)
    if state is OrderState.CANCELED:
        return OrderStatus.CANCELLED
    return OrderStatus.UNCONFIRMED if state in OPEN_STATES else OrderStatus.CONFIRMED


def taxation_of(order: OrderRow) -> Taxation:
    """How the order is taxed, as it was settled when it was made."""
    return Taxation(rate=order.tax_rate, included=order.prices_include_tax)


def line_amount(order: OrderRow, line: OrderLineRow) -> TaxedAmount:
    """What the whole line costs, with its tax."""
    price = Money(line.unit_amount, order.currency).times(line.quantity)
    return taxation_of(order).of(price)


def total_of(order: OrderRow, lines: Collection[OrderLineRow]) -> TaxedAmount:
    """What the lines cost together."""
    return invoicing.total_of((line_amount(order, line) for line in lines), order.currency)


def load_order(session: Session, order_id: UUID) -> OrderRecord | None:
    """The order as it is now, in two statements."""
    found = session.execute(
        select(OrderRow, UserRow)
        .join(UserRow, UserRow.id == OrderRow.user_id)
        .where(OrderRow.id == order_id)
    ).first()
    return None if found is None else complete_record(session, found[0], found[1])


def complete_record(session: Session, row: OrderRow, user: UserRow) -> OrderRecord:
    """The order with its lines."""
    lines = lines_of(session, [row.id])[row.id]
    return OrderRecord(row=row, lines=tuple(lines), user=user)


def complete_records(session: Session, rows: Collection[OrderRow]) -> list[OrderRecord]:
    """The orders with their lines and customers, in two statements."""
    lines = lines_of(session, [row.id for row in rows])
    buyers = select(UserRow).where(UserRow.id.in_({row.user_id for row in rows}))
    users = {user.id: user for user in session.scalars(buyers)}
    return [
        OrderRecord(row=row, lines=tuple(lines[row.id]), user=users[row.user_id]) for row in rows
    ]


def lines_of(session: Session, order_ids: Collection[UUID]) -> dict[UUID, list[OrderLineRow]]:
    """Each order's lines, in one statement."""
    found: dict[UUID, list[OrderLineRow]] = {key: [] for key in order_ids}
    query = select(OrderLineRow).where(OrderLineRow.order_id.in_(order_ids))
    for row in session.scalars(query.order_by(OrderLineRow.position, OrderLineRow.id)):
        found[row.order_id].append(row)
    return found


def lock_order(session: Session, order_id: UUID) -> OrderRow | None:
    """The order, locked: other work on it waits until this transaction ends."""
    return session.scalar(select(OrderRow).where(OrderRow.id == order_id).with_for_update())


def locked(session: Session, order_id: UUID) -> OrderRow:
    """``lock_order``, or ``Refusal`` NOT_FOUND on ``id``."""
    row = lock_order(session, order_id)
    if row is None:
        raise Refusal(ErrorCode.NOT_FOUND, "There is no such order.", field="id")
    return row
