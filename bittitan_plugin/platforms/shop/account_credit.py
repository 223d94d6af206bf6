"""What an account may buy before it pays, and what it owes."""

from collections.abc import Collection
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, type_coerce
from sqlalchemy.orm import Session

from bittitan_plugin.domain.account_credit import AccountCredit, OnAccount, decide
from bittitan_plugin.domain.audit_entries import differences
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.history import Actor
from bittitan_plugin.domain.money import Money
from bittitan_plugin.platforms.shop.audit import record, subject_of
from bittitan_plugin.platforms.shop.database import ShopDatabase
from bittitan_plugin.platforms.shop.order_records import OPEN_STATES, OrderState
from bittitan_plugin.platforms.shop.tables import OrderRow, UserRow
from bittitan_plugin.store.types import Amount

#: The states of orders that nobody owes anything for.
_NOTHING_OWED: Collection[OrderState] = frozenset({*OPEN_STATES, OrderState.CANCELED})
#: What is still to be paid of the orders that a statement finds.
_UNPAID = type_coerce(func.sum(OrderRow.total - OrderRow.taken_back - OrderRow.charged), Amount())


class AccountCredits:
    """Keeps what staff decided of customers' credit. Raises ``Refusal``."""

    def __init__(self, database: ShopDatabase) -> None:
        self._database = database

    def set(self, user_id: UUID, credit: AccountCredit, *, by: Actor) -> UserRow:
        """Let a customer buy on account, or no longer; orders that exist stay as they are.

        Raises ``Refusal``: NOT_FOUND on ``id``, also for staff; INVALID on ``creditLimit``.
        """
        credit.check()
        with self._database.writing() as session:
            row = _locked(session, user_id)
            if row is None or row.is_staff:
                raise Refusal(ErrorCode.NOT_FOUND, "There is no such customer.", field="id")
            before = _shown(row)
            row.buys_on_account = credit.allowed
            row.credit_limit = credit.limit.amount if credit.limit else None
            row.credit_currency = credit.limit.currency if credit.limit else None
            changed = differences(before, _shown(row))
            record(session, by, self._database.clock(), subject_of(row), changed)
        return row

    def foresee(self, order: OrderRow) -> OnAccount:
        """What would be decided if the order were executed now."""
        with self._database.reading() as session:
            return _decision(session, order, session.get_one(UserRow, order.user_id))

    def owed(self, user_id: UUID) -> list[Money]:
        """What the customer owes in each currency it owes anything in."""
        query = (
            select(OrderRow.currency, _UNPAID)
            .where(*_open_debts(user_id))
            .group_by(OrderRow.currency)
            .order_by(OrderRow.currency)
        )
        with self._database.reading() as session:
            return [Money(amount, currency) for currency, amount in session.execute(query)]


def credit_of(user: UserRow) -> AccountCredit:
    """What staff decided of that customer."""
    limit = None
    if user.credit_limit is not None and user.credit_currency is not None:
        limit = Money(user.credit_limit, user.credit_currency)
    return AccountCredit(allowed=user.buys_on_account, limit=limit)


def settle_delivery(session: Session, order: OrderRow) -> None:
    """Note on an order that becomes binding whether it is delivered before it is paid.

    The customer stays locked until the transaction ends: two orders at once cannot both use what
    is left of a limit.
    """
    user = _locked(session, order.user_id)
    order.on_account = user is not None and _decision(session, order, user) is OnAccount.DELIVERED


def _decision(session: Session, order: OrderRow, user: UserRow) -> OnAccount:
    query = select(_UNPAID).where(
        *_open_debts(user.id), OrderRow.currency == order.currency, OrderRow.id != order.id
    )
    owed = Money(session.scalar(query) or Decimal(0), order.currency)
    return decide(credit_of(user), total=Money(order.total, order.currency), owed=owed)


def _open_debts(user_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return (
        OrderRow.user_id == user_id,
        OrderRow.status.not_in(_NOTHING_OWED),
        OrderRow.charged < OrderRow.total - OrderRow.taken_back,
    )


def _locked(session: Session, user_id: UUID) -> UserRow | None:
    query = select(UserRow).where(UserRow.id == user_id).with_for_update()
    return session.scalar(query.execution_options(populate_existing=True))


def _shown(row: UserRow) -> dict[str, object]:
    limit = credit_of(row).limit
    return {
        "buysOnAccount": "yes" if row.buys_on_account else None,
        "creditLimit": None if limit is None else str(limit),
    }
