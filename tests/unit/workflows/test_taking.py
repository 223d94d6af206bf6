"""What the engine's thread of a queue waits for between two looks."""

import threading

import pytest

from bittitan_plugin.workflows.engine.queue_poller import Bell
from tests.waiting import PATIENCE_S, until


class Clapper(threading.Event):
    """Tells of each wait how long it may take, and whether there is anything to wait for."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[tuple[float | None, bool]] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waits.append((timeout, not self.is_set()))
        return super().wait(timeout)


@pytest.fixture
def clapper() -> Clapper:
    return Clapper()


@pytest.fixture
def bell(clapper: Clapper) -> Bell:
    made = Bell()
    made._rung = clapper
    return made


def waits(bell: Bell) -> tuple[threading.Thread, list[bool]]:
    """A thread that waits once, however short a time it is told, and what it heard."""
    heard: list[bool] = []
    thread = threading.Thread(target=lambda: heard.append(bell.wait(0.0)), daemon=True)
    thread.start()
    return thread, heard


def test_a_thread_waits_until_there_is_work_however_long_that_takes(
    bell: Bell, clapper: Clapper
) -> None:
    thread, heard = waits(bell)
    until(lambda: clapper.waits or not thread.is_alive())
    assert (clapper.waits, heard) == ([(None, True)], [])
    bell.ring()
    thread.join(PATIENCE_S)
    assert heard == [False]


def test_work_that_came_before_the_wait_is_not_missed(bell: Bell) -> None:
    bell.ring()
    thread, heard = waits(bell)
    thread.join(PATIENCE_S)
    assert heard == [False]


def test_one_ring_is_one_look(bell: Bell, clapper: Clapper) -> None:
    bell.ring()
    bell.wait()
    thread, _ = waits(bell)
    until(lambda: len(clapper.waits) == 2 or not thread.is_alive())
    bell.end()
    assert clapper.waits == [(None, False), (None, True)]


def test_who_is_to_end_does_not_wait_any_more(bell: Bell) -> None:
    thread, heard = waits(bell)
    bell.end()
    thread.join(PATIENCE_S)
    assert heard == [True]
    assert bell.is_set()
