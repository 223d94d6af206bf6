"""What an order comes to: what is due, what is still owed, and what may be paid back."""

from dataclasses import dataclass
from decimal import Decimal

_NOTHING = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Balance:
    """The sums of one order, in one currency; none is negative."""

    total: Decimal
    #: Of the total, what was taken back: credited, or cancelled before it was invoiced.
    taken_back: Decimal
    received: Decimal
    refunded: Decimal

    @property
    def due(self) -> Decimal:
        """What the customer has to pay in all, before or after it did."""
        return self.total - min(self.taken_back, self.total)

    @property
    def owed(self) -> Decimal:
        """What is still to be received."""
        return max(self.due - self.received, _NOTHING)

    @property
    def refundable(self) -> Decimal:
        """What was received and is not due any more: the most that a cancellation pays back."""
        return max(self.received - self.due - self.refunded, _NOTHING)

    @property
    def left(self) -> Decimal:
        """What was received and not paid back: the most that staff can grant."""
        return self.received - self.refunded

    @property
    def is_paid(self) -> bool:
        """Whether everything owed was received. A full refund undoes it, a partial one does not.

        An order that was taken back before anything was received was never paid.
        """
        if self.total == 0:
            return True
        return self.received > 0 and self.owed == 0 and self.left > 0
