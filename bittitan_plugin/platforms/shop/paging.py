"""Pages by keyset: a cursor is the last row's sort value, so nothing is skipped or shown twice.

Every list of this host is sorted by one unique column, which makes that column the whole cursor.
"""

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.texts import is_line, quoted

#: The most rows a page may have, as Saleor has it.
LARGEST_PAGE = 100

Row = TypeVar("Row")


@dataclass(frozen=True, kw_only=True)
class PageRequest:
    """Which rows a client asked for; exactly one of ``first`` and ``last``."""

    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None

    @property
    def size(self) -> int:
        """How many rows. Raises ``Refusal`` on ``first`` or ``last``."""
        if (self.first is None) == (self.last is None):
            raise Refusal(ErrorCode.REQUIRED, "Give either 'first' or 'last'.", field="first")
        name, size = ("first", self.first) if self.first is not None else ("last", self.last)
        if size is None or not 1 <= size <= LARGEST_PAGE:
            raise Refusal(
                ErrorCode.INVALID, f"'{name}' must be between 1 and {LARGEST_PAGE}.", field=name
            )
        return size


@dataclass(frozen=True, kw_only=True)
class Page(Generic[Row]):
    """Rows in list order, each with its cursor."""

    rows: list[Row]
    cursors: list[str]
    has_next_page: bool
    has_previous_page: bool


@dataclass(frozen=True, kw_only=True)
class Listing(Generic[Row]):
    """A list: which rows, and the unique column that sorts them."""

    query: Select[Row]
    key: InstrumentedAttribute[Any]
    descending: bool = False

    def page(self, session: Session, request: PageRequest) -> Page[Row]:
        """One page, with one row more fetched to know whether there is another."""
        size, backwards = request.size, request.last is not None
        query = self.query
        if request.after is not None:
            query = query.where(self._beyond(decode(request.after, "after"), self.descending))
        if request.before is not None:
            query = query.where(self._beyond(decode(request.before, "before"), not self.descending))
        order = self.key.desc() if self.descending != backwards else self.key.asc()
        found = list(session.scalars(query.order_by(order).limit(size + 1)))
        rows, more = found[:size], len(found) > size
        if backwards:
            rows.reverse()
        return Page(
            rows=rows,
            cursors=[encode(getattr(row, self.key.key)) for row in rows],
            has_next_page=request.before is not None if backwards else more,
            has_previous_page=more if backwards else request.after is not None,
        )

    def count(self, session: Session) -> int:
        """How long the whole list is."""
        return session.scalar(select(func.count()).select_from(self.query.subquery())) or 0

    def _beyond(self, value: object, descending: bool) -> Any:
        kind = self.key.type.python_type
        # Type and range are the client's doing; a database would fail on them.
        storable = is_line(value) if isinstance(value, str) else True
        if isinstance(value, int):
            storable = abs(value) < 2**31
        if type(value) is not kind or not storable:
            raise Refusal(ErrorCode.INVALID, "That cursor is of another list.", field="after")
        return self.key < value if descending else self.key > value


def encode(value: str | int) -> str:
    """The cursor of a row with that sort value."""
    return b64encode(json.dumps([value]).encode()).decode()


def decode(cursor: str, field: str) -> object:
    """The sort value of a cursor. Raises ``Refusal`` on ``field`` when it is none of ours."""
    try:
        (value,) = json.loads(b64decode(cursor, validate=True))
    except (ValueError, TypeError, RecursionError):
        raise Refusal(
            ErrorCode.INVALID, f"{quoted(cursor)} is not a cursor.", field=field
        ) from None
    return value
