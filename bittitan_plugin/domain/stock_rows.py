"""One row of a stock file, held against the rules. What is refused says what and how to mend it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from bittitan_plugin.domain.catalogue import (
    LARGEST_QUANTITY,
    LONGEST_DAYS,
    ProductType,
    check_days,
)
from bittitan_plugin.domain.days import begins_at
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.money import Money
from bittitan_plugin.domain.stock_lines import lines
from bittitan_plugin.domain.stock_table import REQUIRED, Column, Layout, layout_of

#: Rows of one file. Ours: what is remembered to find repetitions grows with them.
MOST_ROWS = 250_000
#: The longest note, in characters. Ours.
LONGEST_NOTE = 500

#: Ours: BitTitan documents no alphabet. No blank, because several codes are entered with one
#: between them; no sign a spreadsheet takes for the beginning of a formula.
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~:#/+=-]{3,127}")
_COST = re.compile(r"(?:([A-Z]{3}) ?)?(-?\d+(?:[.,]\d+)?)(?: ?([A-Z]{3}))?")
_GERMAN_DATE = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")


@dataclass(frozen=True, kw_only=True)
class StockRow:
    """One good row."""

    line: int
    code: str = field(repr=False)
    product_type: ProductType
    sku: str | None
    licenses: int
    expires_at: datetime
    validity_days: int | None
    cost: Decimal | None
    cost_currency: str | None
    note: str | None


@dataclass(frozen=True, kw_only=True)
class BadRow:
    """One row that is not imported, and why. The reason never quotes the code."""

    line: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What rows are held against."""

    #: The product type of each article that is sold, by its SKU.
    articles: Mapping[str, ProductType]
    #: In which a day of expiry ends.
    zone: ZoneInfo
    now: datetime


def read_rows(chunks: Iterable[bytes], rules: Rules) -> Iterator[StockRow | BadRow]:
    """Every row of a file, good or bad; empty lines are none.

    Raises ``Refusal`` on ``file``: no text, a header that lacks columns, too many rows, none.
    """
    layout: Layout | None = None
    rows = 0
    for line in lines(chunks):
        if line.fault is None and not line.text.strip(" \t,;"):
            continue
        if line.fault is None and layout is None:
            layout = layout_of(line.text)
            if layout.has_header:
                continue
        rows += 1
        if rows > MOST_ROWS:
            raise Refusal(
                ErrorCode.INVALID, f"The file has more than {MOST_ROWS} rows.", field="file"
            )
        try:
            if line.fault is not None or layout is None:
                raise Refusal(ErrorCode.INVALID, line.fault or "")
            yield read_row(line.number, layout.cells(line.text), rules)
        except Refusal as refusal:
            yield BadRow(line=line.number, reason=refusal.message)
    if not rows:
        raise Refusal(ErrorCode.REQUIRED, "The file holds no rows.", field="file")


def read_row(line: int, cells: Mapping[Column, str], rules: Rules) -> StockRow:
    """A row as values. Raises ``Refusal`` with the first thing that is wrong."""
    for column in REQUIRED:
        if not cells.get(column):
            raise Refusal(ErrorCode.REQUIRED, f"'{column}' is empty.")
    product_type, sku = _article(cells[Column.ARTICLE], rules)
    cost, currency = _cost(cells.get(Column.COST, ""), cells.get(Column.CURRENCY, ""))
    return StockRow(
        line=line,
        code=_code(cells[Column.CODE]),
        product_type=product_type,
        sku=sku,
        licenses=_licenses(cells[Column.LICENSES]),
        expires_at=_expiry(cells[Column.EXPIRES_ON], rules),
        validity_days=_validity(cells.get(Column.VALIDITY, "")),
        cost=cost,
        cost_currency=currency,
        note=_note(cells.get(Column.NOTE, "")),
    )


def _code(text: str) -> str:
    if not _CODE.fullmatch(text):
        raise _bad("The code is not one word of 4 to 128 letters, digits and . _ ~ : # / + = -")
    return text


_KINDS = {
    name: kind
    for kind in ProductType
    for name in (
        kind.value.lower(),
        kind.value.lower().replace("_", " "),
        kind.label.lower(),
        kind.slug,
    )
}


def _article(text: str, rules: Rules) -> tuple[ProductType, str | None]:
    kind = _KINDS.get(text.lower())
    if kind is not None:
        return kind, None
    kind = rules.articles.get(text)
    if kind is None:
        known = " or ".join(ProductType)
        raise _bad(f"'{text[:40]}' is neither {known} nor the SKU of a product here.")
    return kind, text


def _licenses(text: str) -> int:
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII) or not 1 <= int(text) <= LARGEST_QUANTITY:
        raise _bad(f"'{text[:20]}' licences: give a whole number from 1 to {LARGEST_QUANTITY}.")
    return int(text)


def _expiry(text: str, rules: Rules) -> datetime:
    """A day counts whole, in the instance's time zone; an instant is taken as it is."""
    try:
        found = _instant(text, rules.zone)
    except (ValueError, OverflowError):
        raise _bad(f"'{text[:40]}' is no date; write it as 2027-03-31.") from None
    if found <= rules.now:
        raise _bad(f"The code expired on {text[:40]}.")
    if found > rules.now + timedelta(days=LONGEST_DAYS):
        raise _bad(f"{text[:40]} is more than {LONGEST_DAYS} days away.")
    return found


@lru_cache(maxsize=1000)
def _instant(text: str, zone: ZoneInfo) -> datetime:
    german = _GERMAN_DATE.fullmatch(text)
    if german:
        day, month, year = map(int, german.groups())
        return begins_at(date(year, month, day) + timedelta(days=1), zone)
    if len(text) <= len("2027-03-31"):
        return begins_at(date.fromisoformat(text) + timedelta(days=1), zone)
    instant = datetime.fromisoformat(text)
    return instant if instant.tzinfo else instant.replace(tzinfo=zone)


def _validity(text: str) -> int | None:
    number = text.removesuffix(" days").strip()
    if not number:
        return None
    if not re.fullmatch(r"\d{1,9}", number, re.ASCII):
        raise _bad(f"'{text[:20]}' is no licence validity; give whole days.")
    return check_days(int(number), name=Column.VALIDITY)


def _cost(text: str, currency: str) -> tuple[Decimal | None, str | None]:
    if not text:
        return None, None
    found = _COST.fullmatch(text.upper())
    if not found:
        raise _bad(f"'{text[:20]}' is no purchase cost; write it as 12.50 USD.")
    named = {name for name in (found[1], found[3], currency.upper()) if name}
    if len(named) > 1:
        raise _bad(f"The purchase cost is given in two currencies: {' and '.join(sorted(named))}.")
    amount = Money.of(found[2].replace(",", "."), next(iter(named), "XXX")).amount
    if amount < 0:
        raise _bad("A purchase cost cannot be negative.")
    return amount, next(iter(named), None)


def _note(text: str) -> str | None:
    if len(text) > LONGEST_NOTE or not text.replace("\t", " ").isprintable():
        raise _bad(f"A note is one printable line of at most {LONGEST_NOTE} characters.")
    return text or None


def _bad(message: str) -> Refusal:
    return Refusal(ErrorCode.INVALID, message)
