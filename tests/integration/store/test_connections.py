"""Pooled connections to PostgreSQL: a dead one is noticed without asking every living one."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import DBAPIError

from bittitan_plugin.store import engine as engines
from bittitan_plugin.store.engine import open_engine
from tests.waiting import PATIENCE_S

BACKEND = text("SELECT pg_backend_pid()")


@pytest.fixture
def engine(postgresql_server: str) -> Iterator[Engine]:
    """Connections of our own to the server of the tests."""
    made = open_engine(postgresql_server)
    yield made
    made.dispose()


def _pids(engine: Engine, count: int) -> list[int]:
    open_ones: list[Connection] = [engine.connect() for _ in range(count)]
    pids = [int(connection.scalar(BACKEND) or 0) for connection in open_ones]
    for connection in open_ones:
        connection.close()
    return pids


def test_a_connection_the_server_has_ended_is_replaced_unseen(
    engine: Engine, postgresql_server: str
) -> None:
    old = _pids(engine, 3)
    other = open_engine(postgresql_server)
    with other.begin() as connection:
        for pid in old:
            connection.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
    other.dispose()
    assert not set(_pids(engine, 3)) & set(old)


def test_a_living_connection_is_not_asked_whether_it_lives(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    _pids(engine, 1)
    pings: list[object] = []
    monkeypatch.setattr(engine.dialect, "do_ping", pings.append)
    _pids(engine, 1)
    assert pings == []


def test_a_transaction_that_was_left_open_keeps_nobody_waiting(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "SPEECHLESS_S", 0.05)
    frozen, other = open_engine(postgresql_url), open_engine(postgresql_url)
    lock = text("LOCK TABLE bittitan_workers")
    left_open = frozen.connect()
    left_open.execute(lock)
    with other.begin() as connection:
        # Were it never let in, this would say so instead of waiting for ever.
        connection.execute(text(f"SET LOCAL lock_timeout = '{PATIENCE_S:.0f}s'"))
        connection.execute(lock)
    with pytest.raises(DBAPIError, match="idle-in-transaction"):
        left_open.execute(BACKEND)
    left_open.close()
    for engine in (frozen, other):
        engine.dispose()


def test_a_living_connection_is_kept(engine: Engine) -> None:
    opened: list[object] = []
    event.listen(engine, "connect", lambda *_: opened.append(1))
    _pids(engine, 1)
    _pids(engine, 1)
    assert len(opened) == 1
