"""Invoices: references to those the platform issues, and the day on which the next one is due."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bittitan_plugin.domain.days import begins_at
from bittitan_plugin.domain.described import Described
from bittitan_plugin.domain.money import Money

#: The latest billing day: every month has this day. The limit is our choice.
LAST_BILLING_DAY = 28


@dataclass(frozen=True, kw_only=True)
class InvoiceReference:
    """An invoice or credit invoice of the platform."""

    id: str
    number: str
    url: str | None = None

    @property
    def link(self) -> str | None:
        """``url`` where a page may lead there: a platform may state anything."""
        known = self.url is not None and self.url.startswith(("https://", "http://"))
        return self.url if known else None


@dataclass(frozen=True, kw_only=True)
class Credit:
    """One full credit for one cancelled asset.

    ``key`` is the same however often it is asked for, so the platform can issue it once.
    """

    key: str
    order_id: str
    order_line_id: str
    amount: Money
    #: The tax within ``amount``; None where the platform stated none.
    tax: Money | None = None
    reason: str


class RefundStatus(Described):
    """How far money has come on its way back."""

    NOTHING = "NOTHING", "Nothing was received that could go back by itself."
    ASKED = "ASKED", "The platform was asked to pay it back, and has not said that it did."
    PAID = "PAID", "The money went back."
    #: Whoever pays it back refused all of it or a part.
    FAILED = "FAILED", "It did not go through; staff see to it."


@dataclass(frozen=True, kw_only=True)
class Refund:
    """How far the platform has paid back one credit. Never more than was received."""

    status: RefundStatus
    #: What the platform pays back by itself.
    amount: Money
    #: What staff must pay back, because the platform cannot: a gift card's part, for example.
    by_hand: Money
    #: For staff: what failed, or why a part is left to them.
    reason: str = ""

    @property
    def summary(self) -> str:
        """For people: ``20.50 USD, asked for``."""
        words = {
            RefundStatus.ASKED: f"{self.amount}, asked for",
            RefundStatus.PAID: f"{self.amount}, paid back",
            RefundStatus.FAILED: f"{self.amount}, did not go through",
        }
        parts = [words[self.status]] if self.status in words else []
        if not self.by_hand.is_zero:
            parts.append(f"{self.by_hand} to be settled by hand")
        return "; ".join(parts) or "nothing to pay back"

    @property
    def is_open(self) -> bool:
        """Whether the refund may still be confirmed, or fixed."""
        return self.status in (RefundStatus.ASKED, RefundStatus.FAILED)

    @property
    def needs_staff(self) -> bool:
        """Whether a person must make sure that all of it is paid back."""
        return self.status is RefundStatus.FAILED or not self.by_hand.is_zero


def next_billing_day(billing_day: int | None, now: datetime, zone: ZoneInfo) -> datetime:
    """The instant at which an account's next billing day begins.

    Our rule: the first day after today, in ``zone``, that is day ``billing_day`` of its month
    (1 to 28; None is the first of the month). What is executed on a billing day waits for the
    next one, because that day's invoices have been issued.
    """
    today = now.astimezone(zone).date()
    day = billing_day or 1
    month = today if today.day < day else today.replace(day=28) + timedelta(days=4)
    return begins_at(month.replace(day=day), zone)
