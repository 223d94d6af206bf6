"""Money and instants come back from either database exactly as they went in."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Column, Connection, Engine, Integer, MetaData, Table, insert, select
from sqlalchemy.exc import StatementError

from bittitan_plugin.store.types import Amount, Instant

pytestmark = pytest.mark.databases("sqlite", "postgresql")

TABLE = Table(
    "values_under_test",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("amount", Amount),
    Column("at", Instant),
)
AMOUNTS = ["-99.99", "0", "0.0001", "0.10", "2", "10", "14.125", "99999999999999.9999"]


@pytest.fixture
def connection(shared_engine: Engine) -> Iterator[Connection]:
    with shared_engine.connect() as connection:
        TABLE.create(connection)
        yield connection
        connection.rollback()


def stored(connection: Connection, **values: object) -> tuple[Decimal | None, datetime | None]:
    connection.execute(insert(TABLE).values(**values))
    amount, at = connection.execute(select(TABLE.c.amount, TABLE.c.at)).one()
    return amount, at


@pytest.mark.parametrize("text", AMOUNTS)
def test_an_amount_comes_back_to_the_last_digit(connection: Connection, text: str) -> None:
    amount, _ = stored(connection, amount=Decimal(text))
    assert amount == Decimal(text)


@pytest.mark.parametrize(
    ("text", "shown"), [("14", "14.00"), ("14.5", "14.50"), ("14.1250", "14.125"), ("0", "0.00")]
)
def test_it_comes_back_with_cents_and_without_needless_zeros(
    connection: Connection, text: str, shown: str
) -> None:
    amount, _ = stored(connection, amount=Decimal(text))
    assert str(amount) == shown


def test_amounts_are_sorted_by_value(connection: Connection) -> None:
    for text in reversed(AMOUNTS):
        connection.execute(insert(TABLE).values(amount=Decimal(text)))
    found = connection.scalars(select(TABLE.c.amount).order_by(TABLE.c.amount)).all()
    assert found == [Decimal(text) for text in AMOUNTS]


@pytest.mark.parametrize(
    "at",
    [
        datetime(2026, 3, 10, 12, 30, 15, 123456, tzinfo=UTC),
        datetime(2026, 3, 10, 23, 30, tzinfo=timezone(timedelta(hours=14))),
        datetime(2026, 10, 25, 3, 30, tzinfo=ZoneInfo("Europe/Athens"), fold=1),
    ],
)
def test_an_instant_comes_back_as_the_same_instant(connection: Connection, at: datetime) -> None:
    _, found = stored(connection, at=at)
    assert found == at.astimezone(UTC)


def test_an_instant_comes_back_in_utc(connection: Connection) -> None:
    _, found = stored(connection, at=datetime(2026, 3, 10, 12, tzinfo=ZoneInfo("Asia/Beirut")))
    assert found is not None
    assert found.utcoffset() == timedelta(0)


def test_an_instant_without_a_time_zone_is_refused(connection: Connection) -> None:
    with pytest.raises(StatementError, match="has no time zone"):
        stored(connection, at=datetime(2026, 3, 10))  # noqa: DTZ001


def test_instants_are_sorted_by_when_they_were_and_not_by_what_the_clock_said(
    connection: Connection,
) -> None:
    earlier = datetime(2026, 3, 10, 13, tzinfo=timezone(timedelta(hours=14)))
    later = datetime(2026, 3, 10, 1, tzinfo=timezone(timedelta(hours=-3)))
    for at in (later, earlier):
        connection.execute(insert(TABLE).values(at=at))
    assert connection.scalars(select(TABLE.c.at).order_by(TABLE.c.at)).all() == [earlier, later]


def test_nothing_comes_back_as_nothing(connection: Connection) -> None:
    assert stored(connection, amount=None, at=None) == (None, None)
