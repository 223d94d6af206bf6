"""Lists for the back office: any filter, any sort, page by number, with a capped count.

Screens for staff jump to a page and combine filters freely, which a cursor cannot. Counting stops
at ``COUNTED_TO``, so that a list of a million rows opens as fast as one of a hundred.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, TypeVar, cast

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, func, or_, select, true
from sqlalchemy.orm import Session

from bittitan_plugin.store.queries.search import contains

Item = TypeVar("Item")

#: Rows beyond this are not counted; the pager ends there, and filters lead further. Our choice.
COUNTED_TO = 10_000
#: The longest written key of a row, in characters: durable work has an id made of platforms' ids.
LONGEST_KEY = 500
#: The largest key that is a number.
LARGEST_NUMBER = 2**31 - 1


class Test(StrEnum):
    """How a field is compared."""

    #: pytest would take it for tests.
    __test__ = False

    ONE_OF = "in"
    NONE_OF = "not_in"
    IS = "eq"
    CONTAINS = "contains"
    FROM = "gte"
    UNTIL = "lte"
    IS_EMPTY = "is_null"
    IS_SET = "is_not_null"


@dataclass(frozen=True, kw_only=True)
class Criterion:
    """One comparison. ``value`` is a list for ``ONE_OF`` and ``NONE_OF``, unused for empties."""

    field: str
    test: Test
    value: Any = None


@dataclass(frozen=True, kw_only=True)
class Criteria:
    """Comparisons and further groups; all of them (or any of them) must hold."""

    parts: Sequence["Criteria | Criterion"] = ()
    any_of: bool = False


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a page asks for. ``limit`` -1 is everything that matches."""

    search: str = ""
    criteria: Criteria = field(default_factory=Criteria)
    #: (field, descending), the first one first.
    sorts: Sequence[tuple[str, bool]] = ()
    skip: int = 0
    limit: int = 25


@dataclass(frozen=True, kw_only=True)
class Browser(Generic[Item]):
    """One list: its rows (already of one installation), and its filters and sortings."""

    rows: Select[*tuple[Any, ...]]
    #: Makes the sorting unique; it is also what is counted.
    key: SQLColumnExpression[Any]
    columns: Mapping[str, SQLColumnExpression[Any]]
    searched: Sequence[SQLColumnExpression[Any]]
    to_item: Callable[[Any], Item]

    def page(self, session: Session, wanted: Wanted) -> list[Item]:
        """The rows asked for, in one statement."""
        query = self.rows.where(self._where(wanted))
        query = query.order_by(*self._order(wanted.sorts)).offset(wanted.skip)
        if wanted.limit >= 0:
            query = query.limit(wanted.limit)
        return [self.to_item(row) for row in session.execute(query)]

    def keys(self, session: Session, wanted: Wanted) -> list[Any]:
        """The keys of everything that matches, in order: as it was at one moment."""
        query = self.rows.with_only_columns(self.key).where(self._where(wanted))
        return list(session.scalars(query.order_by(*self._order(wanted.sorts))))

    def chosen(
        self, session: Session, keys: Sequence[Any], sorts: Sequence[tuple[str, bool]] = ()
    ) -> list[Item]:
        """The rows of these keys, in any form of a key; unknown keys are ignored."""
        kind = cast(ColumnElement[Any], self.key).type.python_type
        texts = {str(key) for key in keys if len(str(key)) <= LONGEST_KEY}
        wanted = [found for text in texts if (found := _read(kind, text)) is not None]
        query = self.rows.where(self.key.in_(wanted)).order_by(*self._order(sorts))
        return [self.to_item(row) for row in session.execute(query)]

    def count(self, session: Session, wanted: Wanted) -> int:
        """How many match, counted up to ``COUNTED_TO``."""
        matching = self.rows.with_only_columns(self.key).where(self._where(wanted))
        counted = matching.order_by(None).limit(COUNTED_TO).subquery()
        return session.scalar(select(func.count()).select_from(counted)) or 0

    def _where(self, wanted: Wanted) -> ColumnElement[bool]:
        found = contains(wanted.search, *self.searched) if wanted.search else true()
        return and_(found, self._group(wanted.criteria))

    def _group(self, criteria: Criteria) -> ColumnElement[bool]:
        parts = [
            self._group(part) if isinstance(part, Criteria) else self._one(part)
            for part in criteria.parts
        ]
        if not parts:
            return true()
        return or_(*parts) if criteria.any_of else and_(*parts)

    def _one(self, criterion: Criterion) -> ColumnElement[bool]:
        column, value = self.columns[criterion.field], criterion.value
        match criterion.test:
            case Test.ONE_OF:
                return column.in_(value)
            case Test.NONE_OF:
                return or_(column.is_(None), column.not_in(value))
            case Test.IS:
                return func.lower(column) == func.lower(value)
            case Test.CONTAINS:
                return contains(value, column)
            case Test.FROM:
                return and_(column >= value)
            case Test.UNTIL:
                return and_(column <= value)
            case Test.IS_EMPTY:
                return column.is_(None)
            case Test.IS_SET:
                return column.is_not(None)

    def _order(self, sorts: Sequence[tuple[str, bool]]) -> list[ColumnElement[Any]]:
        ordered: list[ColumnElement[Any]] = []
        descending = False
        for name, descending in sorts:
            column = self.columns[name]
            ordered.append(column.desc() if descending else column.asc())
        return [*ordered, self.key.desc() if descending else self.key.asc()]


def _read(kind: type[Any], text: str) -> Any:
    """A key in its column's type; None where it is not a key."""
    try:
        key = kind(text)
    except ValueError:
        return None
    return None if isinstance(key, int) and abs(key) > LARGEST_NUMBER else key
