"""Who waits for a place: in line, each installation in turn, and woken alone."""

import threading
from collections.abc import Iterator
from functools import partial

import pytest

from bittitan_plugin.workflows.engine.places import Places
from bittitan_plugin.workflows.engine.suspending import Stopping
from tests.waiting import PATIENCE_S, until


class Guests:
    """Threads that each take a place and keep it until they are told to leave."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.came: list[str] = []
        self._changed = threading.Condition()
        self._leave: dict[str, threading.Event] = {}
        self._threads: list[threading.Thread] = []

    def come(self, name: str) -> None:
        """One more; the part of its name before the dash is its installation."""
        self._leave[name] = threading.Event()
        thread = threading.Thread(target=self._stay, args=(name,))
        self._threads.append(thread)
        thread.start()

    def leave(self, name: str) -> None:
        self._leave[name].set()

    def have_come(self, count: int) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: len(self.came) >= count, timeout=PATIENCE_S)

    def queue_up(self, *names: str) -> None:
        """They come one after the other and find no place."""
        for number, name in enumerate(names, start=1):
            self.come(name)
            until(partial(self._are_in_line, number))

    def _are_in_line(self, count: int) -> bool:
        return sum(map(len, self.places._lines.values())) == count

    def end(self) -> None:
        for event in self._leave.values():
            event.set()
        for thread in self._threads:
            thread.join(PATIENCE_S)

    def _stay(self, name: str) -> None:
        try:
            with self.places.taken(name.partition("-")[0]):
                with self._changed:
                    self.came.append(name)
                    self._changed.notify_all()
                self._leave[name].wait(PATIENCE_S)
        except Stopping:
            with self._changed:
                self.came.append(f"{name} was sent away")
                self._changed.notify_all()


@pytest.fixture
def guests() -> Iterator[Guests]:
    made = Guests(Places(4))
    yield made
    made.end()


def fill(guests: Guests) -> None:
    for name in ("a-1", "a-2", "a-3", "b-1"):
        guests.come(name)
    assert guests.have_come(4)


def test_a_free_place_goes_to_who_waited_longest(guests: Guests) -> None:
    fill(guests)
    guests.queue_up("a-4", "a-5")
    guests.leave("a-1")
    assert guests.have_come(5)
    assert guests.came[4:] == ["a-4"]


def test_installations_that_wait_are_served_in_turn(guests: Guests) -> None:
    fill(guests)
    guests.queue_up("a-4", "a-5", "c-1")
    guests.leave("a-1")
    assert guests.have_come(5)
    guests.leave("a-2")
    assert guests.have_come(6)
    assert guests.came[4:] == ["a-4", "c-1"]


def test_who_may_not_have_a_free_place_leaves_it_to_who_may(guests: Guests) -> None:
    fill(guests)
    guests.queue_up("a-4", "c-1")
    guests.leave("b-1")
    assert guests.have_come(5)
    assert guests.came[4:] == ["c-1"]


def test_who_waits_is_sent_away_when_the_places_close(guests: Guests) -> None:
    fill(guests)
    guests.queue_up("a-4")
    guests.places.close()
    assert guests.have_come(5)
    assert guests.came[4:] == ["a-4 was sent away"]


def test_closed_places_are_left_one_after_the_other(guests: Guests) -> None:
    fill(guests)
    guests.places.close()
    assert not guests.places.wait_until_left(0)
    guests.end()
    assert guests.places.wait_until_left(PATIENCE_S)


def test_a_place_is_given_back_by_who_fails() -> None:
    places = Places(1)
    with pytest.raises(ValueError, match="broke"), places.taken("a"):
        raise ValueError("broke")
    with places.taken("a"):
        assert not places.wait_until_left(0)
    assert places.wait_until_left(0)
