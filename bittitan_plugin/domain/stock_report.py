"""What the stock holds, how fast it is used, and how long it will last: counts, never codes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bittitan_plugin.domain.catalogue import ProductType
from bittitan_plugin.domain.days import begins_at
from bittitan_plugin.domain.spreadsheets import to_csv

#: Weeks of consumption in the report, this one included. Our choice.
WEEKS = 12
#: The last days by which it is judged how long stock lasts. Our choice: four whole weeks even out
#: week-ends and are recent enough.
JUDGED_DAYS = 28
#: Codes with fewer days than this to their expiry count as expiring soon. Our choice.
SOON_DAYS = 30


@dataclass(frozen=True, kw_only=True)
class Amount:
    """So many codes with so many licences in all."""

    codes: int = 0
    licenses: int = 0

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(codes=self.codes + other.codes, licenses=self.licenses + other.licenses)


@dataclass(frozen=True, kw_only=True)
class ExpiryMonth:
    """Free codes with their last day in that month."""

    #: The first day of the month.
    month: date
    amount: Amount


@dataclass(frozen=True, kw_only=True)
class Week:
    """What was sold in a calendar week, in the instance's time zone."""

    #: A Monday.
    begins: date
    amount: Amount


@dataclass(frozen=True, kw_only=True)
class TypeReport:
    """The stock of one product type."""

    product_type: ProductType
    free: Amount
    months: Sequence[ExpiryMonth]
    #: Free codes that expire within ``SOON_DAYS``.
    expiring_soon: Amount
    #: Oldest first; weeks in which nothing was sold are there too.
    weeks: Sequence[Week]
    #: How long the free licences last at the pace of the last ``JUDGED_DAYS``; None when nothing
    #: was sold in them.
    days_left: int | None
    #: Order lines that wait for codes.
    waiting: int


@dataclass(frozen=True, kw_only=True)
class StockReport:
    """The whole stock at one moment."""

    at: datetime
    types: Sequence[TypeReport]


def months_of(
    expiries: Iterable[tuple[datetime, Amount]], zone: ZoneInfo
) -> tuple[ExpiryMonth, ...]:
    """Codes by the month of the last day on which they can be redeemed."""
    found: dict[date, Amount] = {}
    for expires_at, amount in expiries:
        # A code that expires as a day begins was good until the day before.
        last = (expires_at - timedelta(seconds=1)).astimezone(zone).date().replace(day=1)
        found[last] = found.get(last, Amount()) + amount
    return tuple(ExpiryMonth(month=month, amount=found[month]) for month in sorted(found))


def week_bounds(now: datetime, zone: ZoneInfo) -> list[tuple[date, datetime, datetime]]:
    """The Mondays of the last ``WEEKS`` weeks, oldest first, with the first and the end instant."""
    today = now.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    mondays = [monday - timedelta(weeks=back) for back in range(WEEKS - 1, -1, -1)]
    return [
        (day, begins_at(day, zone), begins_at(day + timedelta(days=7), zone)) for day in mondays
    ]


def judged_from(now: datetime, zone: ZoneInfo) -> datetime:
    """From when on sales count for the pace: the beginning of the first of ``JUDGED_DAYS``."""
    first = now.astimezone(zone).date() - timedelta(days=JUDGED_DAYS)
    return datetime.combine(first, time(), tzinfo=zone)


def days_left(free: int, sold_lately: int) -> int | None:
    """Whole days that ``free`` licences last, when ``sold_lately`` went in ``JUDGED_DAYS``."""
    return None if sold_lately <= 0 else free * JUDGED_DAYS // sold_lately


CSV_HEADER = ("product type", "figure", "from", "codes", "licences", "days")


def report_csv(report: StockReport) -> str:
    """The report as one table for spreadsheets."""
    rows: list[Sequence[object]] = []
    for each in report.types:
        name = each.product_type.value
        rows.append((name, "free", None, each.free.codes, each.free.licenses, None))
        rows += [
            (
                name,
                "free, by expiry month",
                m.month.isoformat(),
                m.amount.codes,
                m.amount.licenses,
                None,
            )
            for m in each.months
        ]
        soon = each.expiring_soon
        rows.append(
            (name, f"expire within {SOON_DAYS} days", None, soon.codes, soon.licenses, None)
        )
        rows += [
            (name, "sold, by week", w.begins.isoformat(), w.amount.codes, w.amount.licenses, None)
            for w in each.weeks
        ]
        rows.append((name, "stock lasts", None, None, None, each.days_left))
        rows.append((name, "order lines waiting", None, each.waiting, None, None))
    return to_csv(CSV_HEADER, rows)
