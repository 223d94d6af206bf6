"""Records what changes of an order, in the transaction that changes it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from bittitan_plugin.domain.audit_entries import Subject, SubjectKind, differences
from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.domain.money import Money
from bittitan_plugin.platforms.shop.audit import record
from bittitan_plugin.platforms.shop.order_records import OrderState, number_of
from bittitan_plugin.platforms.shop.tables import OrderRow

#: Whoever calls the platform's services without saying for whom.
SHOP = Actor(ActorKind.PLATFORM, "shop")

#: How people read an order's state; what became of its licences, its lines show.
STATE_WORDS = {
    OrderState.DRAFT: "draft",
    OrderState.UNCONFIRMED: "to be executed",
    OrderState.UNFULFILLED: "executed",
    OrderState.PARTIALLY_FULFILLED: "executed",
    OrderState.FULFILLED: "executed",
    OrderState.CANCELED: "cancelled",
}


def subject_of_order(order: OrderRow) -> Subject:
    """The order as the audit names it."""
    return Subject(kind=SubjectKind.ORDER, id=str(order.id), name=number_of(order))


@contextmanager
def audited(session: Session, order: OrderRow, by: Actor, at: datetime) -> Iterator[None]:
    """Record what the block changes of a locked order; of a repeated change there is nothing."""
    before = _shown(order)
    yield
    changed = differences(before, _shown(order))
    if changed:
        record(session, by, at, subject_of_order(order), changed)


def record_new(session: Session, order: OrderRow, by: Actor, at: datetime) -> None:
    """Record that an order was made."""
    record(session, by, at, subject_of_order(order), differences({}, _shown(order)))


def _shown(order: OrderRow) -> dict[str, object]:
    def amount(value: Decimal) -> Money | None:
        return Money(value, order.currency) if value else None

    return {
        "orderState": STATE_WORDS[OrderState(order.status)],
        "total": amount(order.total),
        "invoicing": order.invoicing,
        "onAccount": "yes" if order.on_account else None,
        "received": amount(order.charged),
        "takenBack": amount(order.taken_back),
        "refunded": amount(order.refunded),
    }
