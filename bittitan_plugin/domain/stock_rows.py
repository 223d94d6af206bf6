"""Checks the rows of a stock file against the rules; a refusal names the fault and the remedy."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
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
from bittitan_plugin.domain.stock_cells import is_marked_as_text, plain
from bittitan_plugin.domain.stock_costs import Decimals, read_cost
from bittitan_plugin.domain.stock_lines import Line, lines
from bittitan_plugin.domain.stock_spoiled import spoiled
from bittitan_plugin.domain.stock_table import REQUIRED, Column, Layout, is_header, table_of

#: The most rows of one file. Our choice: the memory to find repetitions grows with them.
MOST_ROWS = 250_000
#: The longest note, in characters. The limit is our choice.
LONGEST_NOTE = 500
#: Rows held back until the file shows how it writes amounts. Our choice: it bounds memory.
MOST_UNDECIDED = 10_000

#: Our choice: BitTitan documents no alphabet. No blank, because several codes are entered with one
#: between them; no sign a spreadsheet takes for the beginning of a formula.
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~:#/+=-]{3,127}")
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
    """What rows are checked against."""

    #: The product type of each article that is sold, by its SKU.
    articles: Mapping[str, ProductType]
    #: The time zone in which a day of expiry ends.
    zone: ZoneInfo
    now: datetime


def read_rows(chunks: Iterable[bytes], rules: Rules) -> Iterator[StockRow | BadRow]:
    """Every row of a file, good or bad; empty lines are skipped.

    Rows with a purchase cost that can be read in two ways come last, once the others show which.
    Raises ``Refusal`` on ``file``: no text, no header that can be understood or more than one, too
    many rows, none.
    """
    layout, rows = table_of(lines(chunks))
    decimals, count = Decimals(), 0
    undecided: list[tuple[int, Mapping[Column, str]]] = []
    for line in rows:
        count += 1
        if count > MOST_ROWS:
            raise _refused(f"The file has more than {MOST_ROWS} rows.")
        cells = _cells(line, layout)
        if isinstance(cells, BadRow):
            yield cells
        elif decimals.learn(cells.get(Column.COST, "")) or len(undecided) == MOST_UNDECIDED:
            yield _judged(line.number, cells, rules)
        else:
            undecided.append((line.number, cells))
    for number, cells in undecided:
        yield _judged(number, cells, rules, decimals.sign)
    if not count:
        raise _refused("The file holds no rows.", ErrorCode.REQUIRED)


def _cells(line: Line, layout: Layout) -> Mapping[Column, str] | BadRow:
    """The line as fields, or why it is no row."""
    if line.fault is not None:
        return BadRow(line=line.number, reason=line.fault)
    try:
        cells = layout.cells(line.text)
    except Refusal as refusal:
        return BadRow(line=line.number, reason=refusal.message)
    if is_header(cells):
        raise _refused(f"Line {line.number} is a second header; import one table at a time.")
    return cells


def _judged(
    line: int, cells: Mapping[Column, str], rules: Rules, decimals: str | None = None
) -> StockRow | BadRow:
    try:
        return read_row(line, cells, rules, decimals)
    except Refusal as refusal:
        return BadRow(line=line, reason=refusal.message)


def read_row(
    line: int, cells: Mapping[Column, str], rules: Rules, decimals: str | None = None
) -> StockRow:
    """A row as values. Raises ``Refusal`` with the first thing that is wrong.

    ``decimals`` is the sign that begins the decimals of an amount in this file, where known.
    """
    texts: dict[Column, str] = {column: plain(cell) for column, cell in cells.items()}
    for column in REQUIRED:
        if not texts.get(column):
            raise Refusal(ErrorCode.REQUIRED, f"'{column}' is empty.")
    product_type, sku = _article(texts[Column.ARTICLE], rules)
    cost, currency = read_cost(texts.get(Column.COST, ""), texts.get(Column.CURRENCY, ""), decimals)
    return StockRow(
        line=line,
        code=_code(texts[Column.CODE], is_text=is_marked_as_text(cells[Column.CODE])),
        product_type=product_type,
        sku=sku,
        licenses=_licenses(texts[Column.LICENSES]),
        expires_at=_expiry(texts[Column.EXPIRES_ON], rules),
        validity_days=_validity(texts.get(Column.VALIDITY, "")),
        cost=cost,
        cost_currency=currency,
        note=_note(cells.get(Column.NOTE, "")),
    )


def _code(text: str, *, is_text: bool) -> str:
    if reason := spoiled(text, is_text=is_text):
        raise _bad(reason)
    if _CODE.fullmatch(text):
        return text
    if foreign := next((each for each in text if not each.isascii()), None):
        name = unicodedata.name(foreign, "a character without a name")
        raise _bad(
            f"The code is not one word of Latin letters: it holds {name}, which may only look like "
            "one. Copy the code from BitTitan once more."
        )
    raise _bad("The code is not one word of 4 to 128 letters, digits and . _ ~ : # / + = -")


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
    """A day counts whole, in the instance's time zone; an instant is taken as it is.

    A midnight without offset is what spreadsheets and databases add to a day.
    """
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
    german = _GERMAN_DATE.match(text)
    if german:
        day, month, year = map(int, german.groups())
        text = date(year, month, day).isoformat() + text[german.end() :]
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is not None:
        return instant
    if instant.time() == time():
        return begins_at(instant.date() + timedelta(days=1), zone)
    return instant.replace(tzinfo=zone)


def _validity(text: str) -> int | None:
    number = text.removesuffix(" days").strip()
    if not number:
        return None
    if not re.fullmatch(r"\d{1,9}", number, re.ASCII):
        raise _bad(f"'{text[:20]}' is no licence validity; give whole days.")
    return check_days(int(number), name=Column.VALIDITY)


def _note(text: str) -> str | None:
    if len(text) > LONGEST_NOTE or not text.replace("\t", " ").isprintable():
        raise _bad(f"A note is one printable line of at most {LONGEST_NOTE} characters.")
    return text or None


def _bad(message: str) -> Refusal:
    return Refusal(ErrorCode.INVALID, message)


def _refused(message: str, code: ErrorCode = ErrorCode.INVALID) -> Refusal:
    return Refusal(code, message, field="file")
