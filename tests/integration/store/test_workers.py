"""Which workers are taken for alive, so that the work of the others is done by somebody."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from bittitan_plugin.store.engine import open_engine
from bittitan_plugin.store.tables import WorkerRow
from bittitan_plugin.store.workers import SILENCE, WorkerRegistry
from tests.conftest import StandingClock


@pytest.fixture
def registry(database_url: str, clock: StandingClock) -> Iterator[WorkerRegistry]:
    """With one worker, on a machine of its own, that was heard of just now."""
    engine = open_engine(database_url)
    registry = WorkerRegistry(engine, clock)
    registry.beat("worker-1")
    with Session(engine) as session, session.begin():
        session.execute(update(WorkerRow).values(machine="another machine"))
    yield registry
    engine.dispose()


def test_a_worker_heard_of_lately_is_alive(registry: WorkerRegistry, clock: StandingClock) -> None:
    clock.now += SILENCE
    assert registry.alive() == set()
    clock.now -= timedelta(seconds=1)
    assert registry.alive() == {"worker-1"}


def test_a_worker_that_died_before_the_clock_was_stepped_back_is_not_alive_until_it_is_there_again(
    registry: WorkerRegistry, clock: StandingClock
) -> None:
    clock.now -= timedelta(days=30)
    assert registry.alive() == set()
