"""Sessions that somebody signed out of, as every process knows them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bittitan_plugin.store.ended_sessions import EndedSessions
from bittitan_plugin.store.engine import open_engine
from bittitan_plugin.store.tables import EndedSessionRow
from tests.fakes.values import NOON

pytestmark = pytest.mark.databases("sqlite", "postgresql")

LATER = NOON + timedelta(hours=10)


@pytest.fixture
def ended(database_url: str) -> Iterator[EndedSessions]:
    engine = open_engine(database_url)
    yield EndedSessions(engine)
    engine.dispose()


def test_a_session_is_ended_once_it_was_ended_and_no_other(ended: EndedSessions) -> None:
    assert "mine" not in ended
    ended.add("mine", LATER, NOON)
    assert "mine" in ended
    assert "another" not in ended


def test_one_that_is_ended_twice_at_once_is_ended(ended: EndedSessions) -> None:
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: ended.add("mine", LATER, NOON), range(8)))
    assert "mine" in ended


def test_what_has_run_out_is_not_kept(ended: EndedSessions, database_url: str) -> None:
    ended.add("old", LATER, NOON)
    ended.add("new", LATER + timedelta(hours=1), LATER)
    engine = open_engine(database_url)
    with Session(engine) as session:
        assert session.scalars(select(EndedSessionRow.id)).all() == ["new"]
    engine.dispose()
