"""The shop's lists, each sorted by one unique column, and the pages a client may ask for."""

import json
from base64 import b64decode
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.texts import quoted
from bittitan_plugin.store.queries.cursors import decode
from bittitan_plugin.store.queries.keyset import Page, Position, SortKey, Window, fetch_page

#: The most rows a page may have, as in Saleor.
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
class Listing(Generic[Row]):
    """A list: which rows, and the unique column that sorts them."""

    query: Select[Row]
    key: InstrumentedAttribute[Any]
    descending: bool = False

    def page(self, session: Session, request: PageRequest) -> Page[Row]:
        """One page. Raises ``Refusal`` on ``first``, ``last``, ``after`` or ``before``."""
        window = Window(
            size=request.size,
            after=self.position(request.after, "after"),
            before=self.position(request.before, "before"),
            from_end=request.last is not None,
        )
        return fetch_page(session, self.query, self._sort, window)

    def count(self, session: Session) -> int:
        """The number of rows in the whole list."""
        return session.scalar(select(func.count()).select_from(self.query.subquery())) or 0

    def position(self, cursor: str | None, field: str) -> Position | None:
        """The position of a cursor in this list. Raises ``Refusal`` on ``field``, the argument."""
        if cursor is None:
            return None
        try:
            _, _ = json.loads(b64decode(cursor, validate=True))
        except (ValueError, TypeError, RecursionError):
            raise Refusal(
                ErrorCode.INVALID, f"{quoted(cursor)} is not a cursor.", field=field
            ) from None
        try:
            return decode(cursor, self._sort, field=field)
        except Refusal:
            raise Refusal(
                ErrorCode.INVALID, "That cursor is of another list.", field=field
            ) from None

    @property
    def _sort(self) -> SortKey:
        kind = self.key.type.python_type
        return SortKey(
            expression=self.key, id=self.key.class_.id, kind=kind, descending=self.descending
        )
