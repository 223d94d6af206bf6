"""Fires hooks again until plugins accept them, so that every event arrives at least once.

An order is committed before its hooks are fired. If a process died in between, or a plugin could
not accept an event (its database was down), the hooks are fired again until they are accepted.
Plugins expect repetition.
"""

from bittitan_plugin.platforms.shop.order_events import OrderChanges
from bittitan_plugin.platforms.shop.outbox import Outbox

#: Seconds between two attempts to fire hooks that were not accepted.
INTERVAL_S = 10.0


class OutboxRelay:
    """Polled by one thread of each process that serves the shop."""

    def __init__(self, outbox: Outbox, order_changes: OrderChanges) -> None:
        self._outbox = outbox
        self._order_changes = order_changes

    def look(self) -> None:
        """Fire the pending hooks. Raises ``SQLAlchemyError``; the next call does the rest."""
        for record in self._outbox.take():
            self._order_changes.tell(record)
