"""Whose turn it is at an order of Saleor's, and that no turn lasts because of a clock."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from bittitan_plugin.domain.errors import Unavailable
from bittitan_plugin.platforms.saleor.order_lease import LONGEST, OrderLease, OrderLeases
from bittitan_plugin.store.engine import open_engine
from bittitan_plugin.store.repositories.installations import InstallationRepository
from tests.conftest import StandingClock


@pytest.fixture
def turn(database_url: str, clock: StandingClock) -> Iterator[OrderLease]:
    """The turns at one Saleor; at the order "7" somebody died in the middle of one."""
    engine = open_engine(database_url)
    with Session(engine) as session, session.begin():
        installation = InstallationRepository(session).open("https://saleor.example/", clock())
    turns = OrderLeases(engine, clock)
    turns._take(installation.id, "7")
    yield turns.of(installation.id)
    engine.dispose()


def enters(turn: OrderLease) -> bool:
    try:
        with turn("7"):
            return True
    except Unavailable:
        return False


def test_a_turn_that_nobody_ended_is_over_after_its_longest(
    turn: OrderLease, clock: StandingClock
) -> None:
    clock.now += LONGEST - timedelta(seconds=1)
    assert not enters(turn)
    clock.now += timedelta(seconds=1)
    assert enters(turn)


def test_a_turn_that_nobody_ended_does_not_last_until_a_clock_is_there_again(
    turn: OrderLease, clock: StandingClock
) -> None:
    clock.now -= timedelta(days=30)
    assert enters(turn)
