"""The outbox: orders with a change that not every plugin has accepted yet.

A change is noted in the transaction that makes it, and the note is deleted once every plugin has
accepted its hooks. So neither a crash in between nor a plugin without its database loses one.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update

from bittitan_plugin.domain.waits import LEEWAY
from bittitan_plugin.platforms.shop.database import ShopDatabase
from bittitan_plugin.platforms.shop.order_records import (
    ChargeStatus,
    OrderRecord,
    OrderState,
    charge_status,
    complete_records,
    is_fully_paid,
)
from bittitan_plugin.platforms.shop.tables import OrderRow

#: How long only the process that made a change, or last fired its hooks, handles it.
GRACE = timedelta(seconds=10)
#: Orders that are taken up at a time.
MOST_AT_ONCE = 200


def note_change(order: OrderRow, now: datetime) -> None:
    """Note in the open transaction that the order changed, so that plugins are notified."""
    order.updated_at = order.untold_since = now


def standing_hooks(order: OrderRow) -> Sequence[str]:
    """The hooks that describe the order's present state, in their usual sequence."""
    if order.status == OrderState.CANCELED:
        return ("order_cancelled",)
    if charge_status(order) is ChargeStatus.FULLY_REFUNDED:
        return ("order_fully_refunded",)
    hooks = ["order_created"]
    if order.status != OrderState.UNCONFIRMED:
        hooks.append("order_confirmed")
        if is_fully_paid(order):
            hooks += ["order_paid", "order_fully_paid"]
    if charge_status(order) is ChargeStatus.PARTIALLY_REFUNDED:
        hooks.append("order_refunded")
    return hooks


class Outbox:
    """The notes. Any number of processes may read them at once."""

    def __init__(self, database: ShopDatabase) -> None:
        self._database = database

    def settle(self, order: OrderRow) -> None:
        """Delete the note of the order as it was read; a change since then stays noted."""
        if order.untold_since is None:
            return
        with self._database.writing() as session:
            session.execute(
                update(OrderRow)
                .where(OrderRow.id == order.id, OrderRow.untold_since == order.untold_since)
                .values(untold_since=None)
            )

    def take(self) -> list[OrderRecord]:
        """Orders to notify plugins of now, oldest first; each goes to the end of the queue."""
        now = self._database.clock()
        due = (
            select(OrderRow)
            .where(
                or_(
                    OrderRow.untold_since <= now - GRACE,
                    # Noted before the clock was stepped back.
                    OrderRow.untold_since > now + LEEWAY,
                )
            )
            .order_by(OrderRow.untold_since)
            .limit(MOST_AT_ONCE)
            .with_for_update(skip_locked=True)
        )
        with self._database.writing() as session:
            rows = session.scalars(due).all()
            for row in rows:
                row.untold_since = now
            session.flush()
            return complete_records(session, rows)
