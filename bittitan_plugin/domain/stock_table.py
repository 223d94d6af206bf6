"""The shape of a stock file: which separator it uses, and which column means what.

Every physical line is one row. A field in quotes must end on its line, so that one forgotten
quote costs one row and not the rest of the file.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bittitan_plugin.domain.errors import ErrorCode, Refusal

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


@dataclass(frozen=True)
class Layout:
    """How the rows of one file are to be read."""

    separator: str
    columns: Sequence[Column | None]
    has_header: bool

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


def layout_of(first: str) -> Layout:
    """What the first row that is not empty says of the file.

    It is a header when every column it needs is named in it. Columns of other names are left
    out. Raises ``Refusal`` on ``file`` when it looks like a header that lacks a column, or
    names one twice.
    """
    separator = max(SEPARATORS, key=lambda each: len(_split_or_whole(first, each)))
    columns = [
        _NAMES.get(" ".join(name.lower().replace("_", " ").split()))
        for name in _split_or_whole(first, separator)
    ]
    if Column.CODE not in columns:
        return Layout(separator, IN_ORDER, has_header=False)
    missing = [column.value for column in REQUIRED if column not in columns]
    if missing:
        raise Refusal(ErrorCode.REQUIRED, f"The header lacks: {', '.join(missing)}.", field="file")
    known = [column for column in columns if column is not None]
    twice = sorted({column.value for column in known if known.count(column) > 1})
    if twice:
        raise Refusal(
            ErrorCode.INVALID, f"The header names twice: {', '.join(twice)}.", field="file"
        )
    return Layout(separator, columns, has_header=True)


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
