"""Pages by position, not by offset: a page stays correct while rows are added or removed.

Rows are ordered by a sort value and then by id, so the order is total even among equal values.
A null counts as greater than every value, on either database. Descending is the exact reverse.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    UnaryExpression,
    and_,
    func,
    or_,
    tuple_,
)
from sqlalchemy.orm import Session

Row = TypeVar("Row")
Item = TypeVar("Item")


@dataclass(frozen=True, kw_only=True)
class SortKey:
    """What rows are ordered by, before their id."""

    expression: SQLColumnExpression[Any]
    id: SQLColumnExpression[UUID]
    #: The Python type of the sort value; cursors are checked against it.
    kind: type
    nullable: bool = False
    descending: bool = False


@dataclass(frozen=True)
class Position:
    """The place of a row in a sorted list."""

    value: Any
    id: UUID


@dataclass(frozen=True, kw_only=True)
class Window:
    """The wanted part of a list: ``size`` rows strictly between two positions."""

    size: int
    after: Position | None = None
    before: Position | None = None
    #: Take the rows from the end of the part instead of from its start.
    from_end: bool = False


@dataclass(frozen=True)
class Entry(Generic[Item]):
    """One row of a page, with its position."""

    position: Position
    item: Item


@dataclass(frozen=True, kw_only=True)
class Page(Generic[Item]):
    """A part of a sorted list, and whether there are more rows on either side."""

    entries: Sequence[Entry[Item]]
    has_next: bool
    has_previous: bool


def fetch_page(session: Session, query: Select[Row], sort: SortKey, window: Window) -> Page[Row]:
    """Run ``query`` for one window, in one statement that reads one more row."""
    backwards = sort.descending != window.from_end
    statement = query.add_columns(sort.expression.label("sort_value"), sort.id.label("sort_id"))
    if window.after:
        statement = statement.where(_beyond(sort, window.after, up=not sort.descending))
    if window.before:
        statement = statement.where(_beyond(sort, window.before, up=sort.descending))
    statement = statement.order_by(*_ordering(sort, backwards)).limit(window.size + 1)
    found = [Entry(Position(row[-2], row[-1]), row[0]) for row in session.execute(statement)]
    more = len(found) > window.size
    entries = found[: window.size]
    if window.from_end:
        entries.reverse()
    return Page(
        entries=entries,
        has_next=window.before is not None if window.from_end else more,
        has_previous=more if window.from_end else window.after is not None,
    )


def every_page(read: Callable[[Window], Page[Item]], size: int) -> Iterator[Page[Item]]:
    """All rows, ``size`` at a time; ``read`` opens a transaction for each page."""
    page = read(Window(size=size))
    yield page
    while page.has_next:
        page = read(Window(size=size, after=page.entries[-1].position))
        yield page


@dataclass(frozen=True, kw_only=True)
class Listing(Generic[Item]):
    """One list, as one transaction sees it: which rows, in which order, and what they hold."""

    session: Session
    rows: Select[Any]
    sort: SortKey
    #: What several rows hold, in their order.
    read: Callable[[Sequence[Any]], Sequence[Item]]

    def page(self, window: Window) -> Page[Item]:
        """One stretch of it."""
        page = fetch_page(self.session, self.rows, self.sort, window)
        items = self.read([entry.item for entry in page.entries])
        positions = [entry.position for entry in page.entries]
        return Page(
            entries=[Entry(*pair) for pair in zip(positions, items, strict=True)],
            has_next=page.has_next,
            has_previous=page.has_previous,
        )

    def count(self) -> int:
        """How long the whole list is."""
        counted = self.rows.with_only_columns(func.count(), maintain_column_froms=True)
        return self.session.scalar(counted) or 0


def reading(read: Callable[[Any], Item]) -> Callable[[Sequence[Any]], Sequence[Item]]:
    """For rows that are read one by one."""
    return lambda rows: [read(row) for row in rows]


def _ordering(sort: SortKey, backwards: bool) -> list[UnaryExpression[Any]]:
    value = sort.expression.desc() if backwards else sort.expression.asc()
    if sort.nullable:
        # By default, SQLite puts nulls first and PostgreSQL last.
        value = value.nulls_first() if backwards else value.nulls_last()
    return [value, sort.id.desc() if backwards else sort.id.asc()]


def _beyond(sort: SortKey, position: Position, *, up: bool) -> ColumnElement[bool]:
    """Rows strictly above (``up``) or below a position."""
    further_id = sort.id > position.id if up else sort.id < position.id
    if position.value is None:
        peers = and_(sort.expression.is_(None), further_id)
        return peers if up else or_(peers, sort.expression.is_not(None))
    here = tuple_(sort.expression, sort.id)
    there = (position.value, position.id)
    further = here > there if up else here < there
    return or_(further, sort.expression.is_(None)) if sort.nullable and up else further
