"""How many steps work at once, and that no installation takes all the places."""

import threading
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from bittitan_plugin.workflows.engine import runtime
from bittitan_plugin.workflows.engine.places import fair_share
from bittitan_plugin.workflows.engine.runtime import Runtime, whose, working_for
from bittitan_plugin.workflows.engine.suspending import Stopping
from tests.tables import every
from tests.waiting import PATIENCE_S, until


@pytest.fixture
def places() -> Iterator[Runtime]:
    ports: Any = None
    made = Runtime(ports, concurrency=4, pace=1.0)
    yield made
    made.drain(PATIENCE_S)


class Steps:
    """Steps at work in threads of their own, until they are let go."""

    def __init__(self, places: Runtime) -> None:
        self._places = places
        self._go = threading.Event()
        self._begun: list[threading.Event] = []
        self.threads: list[threading.Thread] = []

    def begin(self, installation: str) -> threading.Event:
        """One more; the event is set once it has its place."""
        has_place = threading.Event()

        def work() -> None:
            with working_for(installation):
                try:
                    with self._places.slot():
                        has_place.set()
                        self._go.wait(PATIENCE_S)
                except Stopping:
                    pass

        self.threads.append(threading.Thread(target=work))
        self._begun.append(has_place)
        self.threads[-1].start()
        return has_place

    def settle(self) -> None:
        """Each has found a place, or stands in line."""
        lines = self._places._places._lines
        until(lambda: sum(map(len, lines.values())) + self.at_work() == len(self.threads))

    def at_work(self) -> int:
        return sum(event.is_set() for event in self._begun)

    def let_go(self) -> None:
        self._go.set()
        for thread in self.threads:
            thread.join(PATIENCE_S)


@pytest.fixture
def steps(places: Runtime) -> Iterator[Steps]:
    made = Steps(places)
    yield made
    made.let_go()


@every("places, share", [(1, 1), (2, 1), (4, 3), (48, 36), (200, 150)])
def test_one_installation_takes_three_quarters_at_most(places: int, share: int) -> None:
    assert fair_share(places) == share


def test_a_busy_installation_leaves_room_for_another(steps: Steps) -> None:
    busy = [steps.begin("busy") for _ in range(8)]
    other = steps.begin("other")
    steps.settle()
    assert (sum(event.is_set() for event in busy), other.is_set()) == (3, True)


def test_no_more_steps_work_than_there_are_places(steps: Steps) -> None:
    for number in range(6):
        steps.begin(str(number))
    steps.settle()
    assert steps.at_work() == 4


def test_who_waited_has_its_turn_when_a_place_is_free(steps: Steps) -> None:
    begun = [steps.begin("busy") for _ in range(8)]
    steps.let_go()
    assert all(event.is_set() for event in begun)


def test_no_step_begins_once_the_process_stops(places: Runtime) -> None:
    places.drain(0)
    with pytest.raises(Stopping), places.slot():
        pass


def test_who_has_a_slot_keeps_it_for_its_next_step(places: Runtime) -> None:
    with places.slot(), places.slot():
        assert not places.drain(0)
    assert places.drain(PATIENCE_S)


def test_who_has_a_slot_begins_no_next_step_once_the_process_stops(places: Runtime) -> None:
    with places.slot():
        places.drain(0)
        with pytest.raises(Stopping), places.slot():
            pass


def test_who_waits_is_let_go_when_the_process_stops(places: Runtime, steps: Steps) -> None:
    for _ in range(8):
        steps.begin("busy")
    steps.settle()
    assert not places.drain(0)
    until(lambda: sum(thread.is_alive() for thread in steps.threads) == steps.at_work())


def test_a_wait_ends_when_the_process_stops(places: Runtime) -> None:
    ended: list[str] = []

    def wait() -> None:
        try:
            places.wait(60)
        except Stopping:
            ended.append("stopped")

    waiting = threading.Thread(target=wait)
    waiting.start()
    places.drain(0)
    waiting.join(PATIENCE_S)
    assert ended == ["stopped"]


def test_a_thread_knows_for_whom_it_works() -> None:
    one = uuid4()
    with working_for(str(one)):
        assert whose() == one
    with pytest.raises(ValueError, match="UUID"):
        whose()


def test_what_was_bound_last_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "_bound", [])
    with pytest.raises(RuntimeError, match="nothing bound"):
        runtime.current()
    ports: Any = None
    runtime.bind(ports, concurrency=1, pace=1)
    second = runtime.bind(ports, concurrency=2, pace=1)
    assert runtime.current() is second
