"""What the engine's thread of a queue waits for between two looks."""

import threading

from bittitan_plugin.workflows.taking import Bell

#: Seconds a thread may take to wake.
PATIENCE = 10.0


def waits(bell: Bell) -> tuple[threading.Thread, list[bool]]:
    """A thread that waits once, however short a time it is told, and what it heard."""
    heard: list[bool] = []
    thread = threading.Thread(target=lambda: heard.append(bell.wait(0.0)), daemon=True)
    thread.start()
    return thread, heard


def test_a_thread_waits_until_there_is_work_however_long_that_takes() -> None:
    bell = Bell()
    thread, heard = waits(bell)
    thread.join(0.2)
    assert thread.is_alive()
    bell.ring()
    thread.join(PATIENCE)
    assert heard == [False]


def test_work_that_came_before_the_wait_is_not_missed() -> None:
    bell = Bell()
    bell.ring()
    thread, heard = waits(bell)
    thread.join(PATIENCE)
    assert heard == [False]


def test_one_ring_is_one_look() -> None:
    bell = Bell()
    bell.ring()
    bell.wait()
    thread, _ = waits(bell)
    thread.join(0.2)
    assert thread.is_alive()
    bell.end()


def test_who_is_to_end_does_not_wait_any_more() -> None:
    bell = Bell()
    thread, heard = waits(bell)
    bell.end()
    thread.join(PATIENCE)
    assert heard == [True]
    assert bell.is_set()
