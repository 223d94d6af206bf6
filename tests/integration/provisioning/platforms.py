"""Platforms that behave as real ones do at the worst moment."""

from collections.abc import Callable
from dataclasses import dataclass, field

from bittitan_plugin.domain.orders import Order
from tests.fakes.host import FakePlatform


@dataclass
class LateHost(FakePlatform):
    """Fires events before it has committed: its first reads of an order find nothing."""

    hidden_reads: int = 3

    def order(self, order_id: str) -> Order | None:
        if self.hidden_reads > 0:
            self.hidden_reads -= 1
            return None
        return super().order(order_id)


@dataclass
class BusyHost(FakePlatform):
    """Changes an order while it is being read: the reader still gets the old one.

    Each of ``meanwhile`` is called once, in order, by the next reads.
    """

    meanwhile: list[Callable[[], object]] = field(default_factory=list)

    def order(self, order_id: str) -> Order | None:
        found = super().order(order_id)
        if self.meanwhile:
            self.meanwhile.pop(0)()
        return found
