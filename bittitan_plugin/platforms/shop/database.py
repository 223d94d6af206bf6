"""The shop's transactions. Rows stay readable after their transaction has ended."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, insert, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bittitan_plugin.base.clock import Clock
from bittitan_plugin.platforms.shop.tables import CounterRow
from bittitan_plugin.store.engine import reading_engine, writing_engine


class ShopDatabase:
    """Opens short transactions on the shop's tables."""

    def __init__(
        self, engine: Engine, clock: Clock, zone: Callable[[], ZoneInfo] = lambda: ZoneInfo("UTC")
    ) -> None:
        self.engine = engine
        self._reading = reading_engine(engine)
        self.clock = clock
        #: The time zone in which the shop's days begin.
        self.zone = zone

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session to read only."""
        with Session(self._reading, expire_on_commit=False, autoflush=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session that commits when the block ends and rolls back when it raises."""
        writing = writing_engine(self.engine)
        with Session(writing, expire_on_commit=False) as session, session.begin():
            yield session


def next_number(session: Session, name: str) -> int:
    """The next number of a gapless sequence, from 1.

    The counter's row stays locked until the transaction ends, so a number that was rolled back is
    given to the next caller. A database sequence would leave gaps.
    """
    number = _increase(session, name)
    if number is not None:
        return number
    try:
        with session.begin_nested():
            session.execute(insert(CounterRow).values(name=name, value=1))
    except IntegrityError:
        # Another transaction made the row first; ours now waits for it like all others.
        number = _increase(session, name)
        if number is None:
            raise
        return number
    return 1


def _increase(session: Session, name: str) -> int | None:
    return session.scalar(
        update(CounterRow)
        .where(CounterRow.name == name)
        .values(value=CounterRow.value + 1)
        .execution_options(synchronize_session=False)
        .returning(CounterRow.value)
    )
