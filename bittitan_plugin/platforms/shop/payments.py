"""Money in and money out of an order.

There is no card gateway: staff mark an order as paid. A demo has a gateway that always accepts.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.history import Actor
from bittitan_plugin.domain.money import Money
from bittitan_plugin.domain.texts import check_line
from bittitan_plugin.platforms.shop.database import ShopDatabase
from bittitan_plugin.platforms.shop.invoices import credit_order
from bittitan_plugin.platforms.shop.order_audit import SHOP, audited
from bittitan_plugin.platforms.shop.order_records import (
    OPEN_STATES,
    Grant,
    OrderState,
    balance_of,
    locked,
    take_back,
)
from bittitan_plugin.platforms.shop.outbox import note_change
from bittitan_plugin.platforms.shop.tables import OrderRow, PaymentRow, RefundRow


def charge(session: Session, order: OrderRow, now: datetime) -> bool:
    """Receive what is still owed for a locked order; False when nothing is."""
    owed = balance_of(order).owed
    if owed <= 0:
        return False
    session.add(
        PaymentRow(
            id=uuid4(), order_id=order.id, amount=owed, currency=order.currency, created_at=now
        )
    )
    order.charged, order.updated_at = order.charged + owed, now
    session.flush()
    return True


def refund(session: Session, order: OrderRow, grant: Grant, now: datetime) -> RefundRow:
    """Pay money back for a locked order. The caller has checked that so much is left."""
    row = RefundRow(
        id=uuid4(),
        order_id=order.id,
        order_line_id=grant.line_id,
        amount=grant.amount,
        currency=order.currency,
        reason=grant.reason,
        key=grant.key,
        created_at=now,
    )
    session.add(row)
    order.refunded, order.updated_at = order.refunded + grant.amount, now
    session.flush()
    return row


class Payments:
    """What was received."""

    def __init__(self, database: ShopDatabase) -> None:
        self._database = database

    def of_order(self, order_id: UUID) -> list[PaymentRow]:
        """An order's payments, oldest first."""
        query = select(PaymentRow).where(PaymentRow.order_id == order_id)
        with self._database.reading() as session:
            return list(session.scalars(query.order_by(PaymentRow.created_at, PaymentRow.id)))


class Refunds:
    """Refunds that staff grant. Raises ``Refusal``."""

    def __init__(self, database: ShopDatabase) -> None:
        self._database = database

    def grant(
        self,
        order_id: UUID,
        amount: Decimal | None = None,
        reason: str = "",
        *,
        by: Actor = SHOP,
        undue_only: bool = False,
    ) -> tuple[OrderRow, RefundRow]:
        """Pay back ``amount``, by default all that is left, and credit it where it was invoiced.

        With ``undue_only`` no more than what was received and is not due any more.
        """
        reason = check_line(reason, "reason", required=False)
        with self._database.writing() as session:
            order, now = locked(session, order_id), self._database.clock()
            balance = balance_of(order)
            left = balance.refundable if undue_only else balance.left
            amount = _check_refund(order, amount, left)
            grant = Grant(key=f"staff:{uuid4()}", amount=amount, reason=reason)
            with audited(session, order, by, now):
                row = refund(session, order, grant, now)
                take_back(order, amount)
            note_change(order, now)
            credit_order(session, order, replace(grant, key=f"refund:{row.id}"), now)
        return order, row

    def of_orders(self, order_ids: Collection[UUID]) -> dict[UUID, list[RefundRow]]:
        """Each order's refunds, oldest first, in one statement."""
        found: dict[UUID, list[RefundRow]] = {key: [] for key in order_ids}
        query = select(RefundRow).where(RefundRow.order_id.in_(order_ids))
        with self._database.reading() as session:
            for row in session.scalars(query.order_by(RefundRow.created_at, RefundRow.id)):
                found[row.order_id].append(row)
        return found


def _check_refund(order: OrderRow, amount: Decimal | None, left: Decimal) -> Decimal:
    if OrderState(order.status) in OPEN_STATES or left <= 0:
        raise Refusal(ErrorCode.INVALID, "There is nothing to pay back.", field="id")
    if amount is None:
        return left
    # The range is checked first: a number far beyond it cannot be an amount of money.
    if not amount.is_finite() or not 0 < amount <= left:
        raise Refusal(
            ErrorCode.INVALID,
            f"{amount} cannot be paid back: give an amount above 0 and up to {left}.",
            field="amount",
        )
    return Money(amount, order.currency).check_payable().amount
