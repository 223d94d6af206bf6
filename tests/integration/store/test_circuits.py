"""What processes tell each other about a vendor: one of them at a time changes it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from threading import Barrier

import pytest

from bittitan_plugin.domain.circuit import opened, paused
from bittitan_plugin.store.circuits import Circuits
from bittitan_plugin.store.engine import open_engine

pytestmark = pytest.mark.databases("sqlite", "postgresql")

NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
URL = "https://vendor.example"
DOWN = opened(URL, "ConnectError", NOW)


@pytest.fixture
def circuits(database_url: str) -> Iterator[Circuits]:
    engine = open_engine(database_url)
    yield Circuits(engine)
    engine.dispose()


def test_there_is_none_at_first(circuits: Circuits) -> None:
    assert circuits.all() == {}


def test_what_one_process_says_the_others_read(circuits: Circuits) -> None:
    assert circuits.replace(None, DOWN)
    assert circuits.all() == {URL: DOWN}


def test_addresses_are_kept_apart(circuits: Circuits) -> None:
    other = paused("https://other.example", 60, NOW)
    circuits.replace(None, DOWN)
    circuits.replace(None, other)
    assert circuits.all() == {URL: DOWN, other.address: other}


def test_one_that_is_open_is_not_opened_again(circuits: Circuits) -> None:
    circuits.replace(None, DOWN)
    assert not circuits.replace(None, replace(DOWN, reason="another"))
    assert circuits.all()[URL].reason == "ConnectError"


def test_what_has_changed_meanwhile_is_not_overwritten(circuits: Circuits) -> None:
    circuits.replace(None, DOWN)
    trying = DOWN.trying(NOW)
    assert circuits.replace(DOWN, trying)
    assert not circuits.replace(DOWN, DOWN.failed("late", NOW))
    assert circuits.all() == {URL: trying}


def test_of_many_that_want_to_try_one_does(circuits: Circuits) -> None:
    circuits.replace(None, DOWN)
    together = Barrier(8)

    def take(number: int) -> bool:
        together.wait()
        return circuits.replace(DOWN, replace(DOWN.trying(NOW), reason=str(number)))

    with ThreadPoolExecutor(8) as threads:
        taken = list(threads.map(take, range(8)))
    assert sum(taken) == 1


def test_closing_it_is_told_to_one(circuits: Circuits) -> None:
    circuits.replace(None, DOWN)
    assert [circuits.close(DOWN), circuits.close(DOWN)] == [True, False]
    assert circuits.all() == {}
