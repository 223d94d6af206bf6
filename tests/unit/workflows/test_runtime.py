"""What a process has in hand, and how it is brought to a stop."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from bittitan_plugin.services.workflow_ids import Queue
from bittitan_plugin.workflows.engine import runtime
from bittitan_plugin.workflows.engine.attempts import Attempt
from bittitan_plugin.workflows.engine.queue import concurrency_of, fair_share, polling_of
from bittitan_plugin.workflows.engine.runtime import Runtime, Stopping
from tests.tables import every
from tests.waiting import PATIENCE_S

NONE: Any = None


@pytest.fixture
def here() -> Runtime:
    return Runtime(NONE)


class Working:
    """A thread that makes an attempt until it is let go."""

    def __init__(self, here: Runtime, workflow_id: str) -> None:
        self._go, self._begun = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._work, args=(here, workflow_id))
        self._thread.start()
        assert self._begun.wait(PATIENCE_S)

    def let_go(self) -> None:
        self._go.set()
        self._thread.join(PATIENCE_S)

    def _work(self, here: Runtime, workflow_id: str) -> None:
        with here.working_on(workflow_id):
            self._begun.set()
            self._go.wait(PATIENCE_S)


@pytest.fixture
def working(here: Runtime) -> Iterator[Working]:
    made = Working(here, "sale-1")
    yield made
    made.let_go()


@every("places, share", [(1, 1), (2, 1), (4, 3), (48, 36), (200, 150)])
def test_one_installation_takes_three_quarters_at_most(places: int, share: int) -> None:
    assert fair_share(places) == share


@every("queue, places, at_once", [
    (Queue.PROVISIONING, 48, 48), (Queue.CANCELLING, 48, 12), (Queue.BILLING, 1, 1),
    (Queue.WATCHING, 3, 1), (Queue.PROVISIONING, 1, 1),
])  # fmt: skip
def test_sales_have_the_most_room(queue: Queue, places: int, at_once: int) -> None:
    assert concurrency_of(queue, places) == at_once


@every("queue, pace, seconds", [
    (Queue.PROVISIONING, 1.0, 0.05), (Queue.BILLING, 1.0, 1.0),
    (Queue.PROVISIONING, 0.1, 0.1), (Queue.CANCELLING, 0.5, 0.25),
])  # fmt: skip
def test_only_a_wait_that_is_shortened_has_a_lower_bound(
    queue: Queue, pace: float, seconds: float
) -> None:
    assert polling_of(queue, pace) == seconds


def test_what_is_at_work_is_known_while_it_lasts(here: Runtime, working: Working) -> None:
    with here.working_on("sale-2"):
        assert here.at_work() == {"sale-1", "sale-2"}
    assert here.at_work() == {"sale-1"}
    working.let_go()
    assert here.at_work() == set()


def test_what_fails_is_not_at_work_any_more(here: Runtime) -> None:
    with pytest.raises(ValueError, match="broke"), here.working_on("sale-1"):
        raise ValueError("broke")
    assert here.at_work() == set()


def test_no_attempt_begins_once_the_process_stops(here: Runtime) -> None:
    assert here.drain(0)
    with pytest.raises(Stopping), here.working_on("sale-1"):
        pytest.fail("it has begun")
    assert here.at_work() == set()


def test_an_attempt_at_work_begins_no_next_step_once_the_process_stops(
    here: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtime, "_bound", [here])
    attempt = Attempt(NONE, "sale-1", "follow", ())
    with here.working_on("sale-1"):
        assert attempt.step("first", NONE, lambda: "done") == "done"
        here.drain(0)
        with pytest.raises(Stopping):
            attempt.step("second", NONE, lambda: pytest.fail("it has begun"))


def test_who_stops_waits_for_what_is_at_work_and_no_longer(here: Runtime, working: Working) -> None:
    assert not here.drain(0)
    assert here.at_work() == {"sale-1"}
    working.let_go()
    assert here.drain(0)


def test_who_stops_goes_on_as_soon_as_the_last_one_has_ended(
    here: Runtime, working: Working
) -> None:
    ended: list[bool] = []
    stopping = threading.Thread(target=lambda: ended.append(here.drain(PATIENCE_S)))
    stopping.start()
    working.let_go()
    stopping.join(PATIENCE_S)
    assert ended == [True]


def test_stopping_is_taken_for_no_failure() -> None:
    assert not issubclass(Stopping, Exception)


def test_what_was_bound_last_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "_bound", [])
    with pytest.raises(RuntimeError, match="nothing bound"):
        runtime.current()
    first, second = Runtime(NONE), Runtime(NONE, pace=2)
    runtime.bind(first)
    runtime.bind(second)
    assert runtime.current() is second
