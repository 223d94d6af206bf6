"""Tells plugins of orders again where they could not be told: every event arrives at least once.

An order is committed before its hooks are fired. What a process that died in between did not tell,
and what a plugin could not take (its database was away), is told until it is taken. Plugins expect
repetition.
"""

from bittitan_plugin.platforms.shop.order_events import OrderChanges
from bittitan_plugin.platforms.shop.outbox import Outbox

#: Seconds between two attempts to tell what was not taken.
INTERVAL_S = 10.0


class OutboxRelay:
    """Looked at again and again by one thread of each process that serves the shop."""

    def __init__(self, outbox: Outbox, order_changes: OrderChanges) -> None:
        self._outbox = outbox
        self._order_changes = order_changes

    def look(self) -> None:
        """Tell what is to be told. Raises ``SQLAlchemyError``; the next look tells the rest."""
        for record in self._outbox.take():
            self._order_changes.tell(record)
