"""Tells plugins of orders again where they could not be told: every event arrives at least once.

An order is committed before its hooks are fired. What a process that died in between did not tell,
and what a plugin could not take (its database was away), is told until it is taken. Plugins expect
repetition.
"""

from bittitan_plugin.platforms.shop.order_events import Selling
from bittitan_plugin.platforms.shop.outbox import Untold

#: Seconds between two attempts to tell what was not taken.
INTERVAL_S = 10.0


class Retelling:
    """Looked at again and again by one thread of each process that serves the shop."""

    def __init__(self, untold: Untold, selling: Selling) -> None:
        self._untold = untold
        self._selling = selling

    def look(self) -> None:
        """Tell what is to be told. Raises ``SQLAlchemyError``; the next look tells the rest."""
        for record in self._untold.take():
            self._selling.tell(record)
