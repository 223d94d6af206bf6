"""Invoices: references to those the platform issues, and the day on which the next one is due."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bittitan_plugin.domain.days import begins_at
from bittitan_plugin.domain.money import Money

#: The last day every month has: no month is without a billing day. Ours.
LAST_BILLING_DAY = 28


@dataclass(frozen=True, kw_only=True)
class InvoiceReference:
    """An invoice or credit invoice of the host."""

    id: str
    number: str
    url: str | None = None


@dataclass(frozen=True, kw_only=True)
class Credit:
    """One full credit for one cancelled asset.

    ``key`` is the same however often it is asked for, so the host can issue it once.
    """

    key: str
    order_id: str
    order_line_id: str
    amount: Money
    reason: str


def next_billing_day(billing_day: int | None, now: datetime, zone: ZoneInfo) -> datetime:
    """The instant at which an account's next billing day begins.

    Ours: that is the first day after today, in ``zone``, whose number in the month is
    ``billing_day`` (1 to 28; None is the first of the month). What is executed on a billing day
    itself waits for the next one: that day's invoices have been issued.
    """
    today = now.astimezone(zone).date()
    day = billing_day or 1
    month = today if today.day < day else today.replace(day=28) + timedelta(days=4)
    return begins_at(month.replace(day=day), zone)
