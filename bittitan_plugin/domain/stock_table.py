"""The shape of a stock file: which separator it uses, and which column means what.

Every physical line is one row. A field in quotes must end on its line, so that one forgotten
quote costs one row and not the rest of the file.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain, islice

from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.stock_cells import plain
from bittitan_plugin.domain.stock_lines import Line

SEPARATORS = (",", ";", "\t")


class Column(StrEnum):
    """What a column holds. Without a header they are expected in this order."""

    CODE = "code"
    ARTICLE = "product type or SKU"
    LICENSES = "licences"
    EXPIRES_ON = "expires on"
    VALIDITY = "licence validity"
    COST = "purchase cost"
    NOTE = "note"
    #: Known by header only.
    CURRENCY = "currency"


IN_ORDER = tuple(column for column in Column if column is not Column.CURRENCY)
REQUIRED = (Column.CODE, Column.ARTICLE, Column.LICENSES, Column.EXPIRES_ON)

_NAMES: dict[str, Column] = {
    **{column.value.lower(): column for column in Column},
    **dict.fromkeys(("coupon", "coupon code", "coupon codes"), Column.CODE),
    **dict.fromkeys(("product type", "type", "product", "sku", "article"), Column.ARTICLE),
    **dict.fromkeys(
        ("licenses", "licence count", "license count", "count", "quantity"), Column.LICENSES
    ),
    **dict.fromkeys(
        ("expires", "expires at", "expiry", "expiry date", "expiration date"), Column.EXPIRES_ON
    ),
    **dict.fromkeys(
        ("license validity", "validity", "validity days", "validity (days)"), Column.VALIDITY
    ),
    **dict.fromkeys(("cost", "price"), Column.COST),
    **dict.fromkeys(("notes", "comment", "label"), Column.NOTE),
}

#: The header is looked for in so many rows. Our choice: room for a title, a date, who exported it.
_BEFORE_HEADER = 10
#: A first line that names the separator for spreadsheets.
_HINT = re.compile(r'"?sep=(.)"?\1*', re.IGNORECASE)
_ABOVE = "The row stands above the header; put it below."


@dataclass(frozen=True)
class Layout:
    """How the rows of one file are to be read."""

    separator: str
    columns: Sequence[Column | None]
    #: The line of the header; 0 where there is none.
    header: int = 0

    def cells(self, text: str) -> dict[Column, str]:
        """One row's fields without blanks around them. Raises ``Refusal``: why it is no row."""
        values = _split(text, self.separator)
        if any(value.strip() for value in values[len(self.columns) :]):
            raise Refusal(
                ErrorCode.INVALID,
                f"The row has {len(values)} fields, but there are {len(self.columns)} columns.",
            )
        return {
            column: value.strip()
            for column, value in zip(self.columns, values, strict=False)
            if column is not None
        }

    @property
    def missing(self) -> Sequence[Column]:
        """The columns it needs and does not have."""
        return [column for column in REQUIRED if column not in self.columns]


def table_of(lines: Iterator[Line]) -> tuple[Layout, Iterator[Line]]:
    """How a file is to be read, and its rows: without the header, and without a title above it.

    The header is the first line that names every column needed; columns of other names are left
    out. Excel's hint (``sep=;``) may come before. Raises ``Refusal`` on ``file`` when something
    looks like a header but lacks a column, names one twice, or names none that is known.
    """
    first = list(islice((line for line in lines if not _is_empty(line)), _BEFORE_HEADER))
    separators, first = _without_hint(first)
    layout = _layout_of([line for line in first if line.fault is None], separators)
    above = [line for line in first if line.number < layout.header]
    misplaced = [replace(line, fault=_ABOVE) for line in above if not _is_title(line, layout)]
    below = [line for line in first if line.number > layout.header]
    return layout, chain(misplaced, below, (line for line in lines if not _is_empty(line)))


def is_header(cells: Mapping[Column, str]) -> bool:
    """Whether a row is one more header, as where two files were put together."""
    return _name(cells.get(Column.CODE, "")) in _NAMES


def _is_empty(line: Line) -> bool:
    return line.fault is None and not line.text.strip(" \t,;")


def _is_title(line: Line, layout: Layout) -> bool:
    cells = _split_or_whole(line.text, layout.separator)
    return line.fault is None and sum(map(bool, map(str.strip, cells))) < len(REQUIRED)


def _without_hint(first: list[Line]) -> tuple[Sequence[str], list[Line]]:
    hint = _HINT.fullmatch(first[0].text.strip(" ")) if first else None
    if hint is None:
        return SEPARATORS, first
    if hint[1] not in SEPARATORS:
        raise _refused(f"Its columns are separated by '{hint[1]}'; use comma, semicolon or tab.")
    return hint[1], first[1:]


def _layout_of(first: Sequence[Line], separators: Sequence[str]) -> Layout:
    named = [_named(line, separators) for line in first]
    for header in named:
        if not header.missing:
            return _once_each(header)
    for line, header in zip(first, named, strict=True):
        if Column.CODE in header.columns and _known(header) > 1 and not _has_digit(line.text):
            missing = ", ".join(header.missing)
            raise _refused(f"The header lacks: {missing}.", ErrorCode.REQUIRED)
    if first and _looks_like_names(first[0], separators):
        raise _refused(
            "Its first row looks like a header, but names no column 'code'. Name the columns: "
            f"{', '.join(REQUIRED)}."
        )
    return Layout(_separator_of(first, separators), IN_ORDER)


def _named(line: Line, separators: Sequence[str]) -> Layout:
    """The line read as if it were a header."""
    layouts = [
        Layout(
            separator,
            [_NAMES.get(_name(cell)) for cell in _split_or_whole(line.text, separator)],
            line.number,
        )
        for separator in separators
    ]
    return max(layouts, key=_known)


def _known(header: Layout) -> int:
    return len({column for column in header.columns if column})


def _once_each(header: Layout) -> Layout:
    known = [column for column in header.columns if column is not None]
    twice = sorted({column.value for column in known if known.count(column) > 1})
    if twice:
        raise _refused(f"The header names twice: {', '.join(twice)}.")
    return header


def _looks_like_names(line: Line, separators: Sequence[str]) -> bool:
    """Whether it cannot be a row: it has as many columns as a row needs, but no digit."""
    most = max(len(_split_or_whole(line.text, each)) for each in separators)
    return most >= len(REQUIRED) and not _has_digit(line.text)


def _separator_of(first: Sequence[Line], separators: Sequence[str]) -> str:
    """The separator that yields numbers of licences; otherwise the one that separates most."""
    number = IN_ORDER.index(Column.LICENSES)

    def fitness(separator: str) -> tuple[int, int]:
        rows = [_split_or_whole(line.text, separator) for line in first]
        fitting = sum(len(cells) > number and plain(cells[number]).isdigit() for cells in rows)
        return fitting, len(rows[0]) if rows else 0

    return max(separators, key=fitness)


def _has_digit(text: str) -> bool:
    return any(map(str.isdigit, text))


def _name(cell: str) -> str:
    return " ".join(plain(cell).lower().replace("_", " ").split())


def _split(text: str, separator: str) -> list[str]:
    try:
        return next(csv.reader([text], delimiter=separator, strict=True), [])
    except csv.Error:
        raise Refusal(
            ErrorCode.INVALID, "A quote is not closed, or not doubled, on this line."
        ) from None


def _split_or_whole(text: str, separator: str) -> list[str]:
    try:
        return _split(text, separator)
    except Refusal:
        return text.split(separator)


def _refused(message: str, code: ErrorCode = ErrorCode.INVALID) -> Refusal:
    return Refusal(code, message, field="file")
