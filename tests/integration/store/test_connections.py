"""Pooled connections to PostgreSQL: a dead one is noticed without asking every living one."""

from collections.abc import Iterator
from contextlib import suppress

import pytest
from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import InternalError

from bittitan_plugin.store.engine import open_engine

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


def test_a_living_connection_is_kept(engine: Engine) -> None:
    opened: list[object] = []
    event.listen(engine, "connect", lambda *_: opened.append(1))
    _pids(engine, 1)
    _pids(engine, 1)
    assert len(opened) == 1


def test_a_process_that_froze_in_a_transaction_does_not_keep_others_waiting(
    postgresql_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bittitan_plugin.store.engine.IDLE_TRANSACTION_S", 1)
    frozen, other = open_engine(postgresql_server), open_engine(postgresql_server)
    take = text("SELECT pg_advisory_xact_lock(4711)")
    with suppress(InternalError), frozen.begin() as held:
        held.execute(take)
        with other.begin() as waiting:
            waiting.execute(take)  # would wait for as long as the first one stands still
    frozen.dispose()
    other.dispose()
