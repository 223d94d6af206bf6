"""Tells plugins of orders again where they could not be told: every event arrives at least once.

An order is committed before its hooks are fired. A process that dies in between is made good when
one starts: how the orders stand that changed in the last minute is told once more. What a plugin
could not take (its database was away) is told again until it does. Plugins expect repetition.
"""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select

from bittitan_hooks import specs
from bittitan_plugin.domain.orders import OrderStatus
from bittitan_plugin.hosts.embedded.database import HostDatabase
from bittitan_plugin.hosts.embedded.order_records import (
    ChargeStatus,
    OrderState,
    charge_status,
    domain_status,
)
from bittitan_plugin.hosts.embedded.selling import Selling, Untold
from bittitan_plugin.hosts.embedded.tables import OrderRow

#: How long before the newest change a process may have died whose start tells again. Longer than
#: any request takes, and no longer: every start tells all of it, even of a process that is killed
#: every few seconds while others sell.
LOOK_BACK = timedelta(minutes=1)
#: Seconds between two attempts to tell what was not taken.
INTERVAL_S = 10.0


class Retelling:
    """Looked at again and again by one thread of a process that serves the shop."""

    def __init__(self, database: HostDatabase, selling: Selling) -> None:
        self._database = database
        self._selling = selling
        self._has_begun = False

    def look(self) -> None:
        """Tell what is to be told. Raises ``SQLAlchemyError``; the next look tells the rest."""
        if not self._has_begun:
            self._selling.untold.update(self._changed_lately())
            self._has_begun = True
        for untold in tuple(self._selling.untold):
            self._selling.tell(untold)

    def _changed_lately(self) -> list[Untold]:
        newest = select(func.max(OrderRow.updated_at)).where(OrderRow.status != OrderState.DRAFT)
        with self._database.reading() as session:
            last = session.scalar(newest)
            if last is None:
                return []
            changed = select(OrderRow).where(
                OrderRow.updated_at >= last - LOOK_BACK, OrderRow.status != OrderState.DRAFT
            )
            return [_standing(row) for row in session.scalars(changed)]


def _standing(row: OrderRow) -> Untold:
    """The event that says how the order stands by itself."""
    key: UUID = row.id
    if domain_status(row) is OrderStatus.CANCELLED:
        return Untold("order_cancelled", specs.OrderCancelled, key)
    if charge_status(row) is ChargeStatus.FULLY_REFUNDED:
        return Untold("order_fully_refunded", specs.OrderFullyRefunded, key)
    return Untold("order_updated", specs.OrderUpdated, key)
