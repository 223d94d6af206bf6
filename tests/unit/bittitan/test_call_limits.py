"""The way to one address: how much goes through at a time, and when nothing does."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest

from bittitan_plugin.bittitan.coupon_api import call_limits
from bittitan_plugin.bittitan.coupon_api.call_limits import CallGate, CallLimits, Limits
from bittitan_plugin.domain.circuit import FAILURES_TO_OPEN, FIRST_WAIT, TRY_TAKES, Circuit, Closure
from bittitan_plugin.domain.errors import Unavailable
from tests.waiting import PATIENCE_S

URL = "https://vendor.example"


class Board:
    """Circuits in memory, shared like the database's."""

    def __init__(self) -> None:
        self.circuits: dict[str, Circuit] = {}
        self.reads = 0

    def all(self) -> dict[str, Circuit]:
        self.reads += 1
        return dict(self.circuits)

    def replace(self, old: Circuit | None, new: Circuit) -> bool:
        if self.circuits.get(new.address) != old:
            return False
        self.circuits[new.address] = new
        return True

    def close(self, circuit: Circuit) -> bool:
        return self.circuits.pop(circuit.address, None) is not None


class Unreachable(Board):
    """A board whose database is away."""

    def all(self) -> dict[str, Circuit]:
        raise RuntimeError("away")

    def replace(self, _old: Circuit | None, _new: Circuit) -> bool:
        raise RuntimeError("away")


class Watch:
    """Stands still, unless somebody sleeps."""

    def __init__(self) -> None:
        self.seconds = 100.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def board() -> Board:
    return Board()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    """What gates measure the time between two calls by."""
    made = Watch()
    monkeypatch.setattr(call_limits, "monotonic", made)
    monkeypatch.setattr(call_limits, "sleep", made.sleep)
    return made


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every question to the board is asked, and nobody queues for long."""
    monkeypatch.setattr(call_limits, "BELIEVED_FOR", -1.0)
    monkeypatch.setattr(call_limits, "LONGEST_QUEUE", 0.05)


def process(board: Board, clock: Clock, limits: Limits | None = None) -> CallGate:
    """The gate of one more process."""
    return CallLimits(board, limits or Limits(), now=clock).gate(URL)


def fail(gate: CallGate, times: int = FAILURES_TO_OPEN) -> None:
    for _ in range(times):
        with gate.passing():
            gate.failed("ConnectError")


def answer(gate: CallGate, *, urgent: bool = False) -> None:
    with gate.passing(urgent=urgent):
        gate.answered()


def turned_back(gate: CallGate) -> Unavailable:
    with pytest.raises(Unavailable) as raised, gate.passing():
        pass
    return raised.value


def test_calls_go_through_while_the_vendor_answers(board: Board, clock: Clock) -> None:
    gate = process(board, clock)
    for _ in range(20):
        answer(gate)
    assert board.circuits == {}


def test_a_few_failures_shut_nothing(board: Board, clock: Clock) -> None:
    fail(process(board, clock), FAILURES_TO_OPEN - 1)
    assert board.circuits == {}


def test_an_answer_between_failures_starts_the_count_anew(board: Board, clock: Clock) -> None:
    gate = process(board, clock)
    fail(gate, FAILURES_TO_OPEN - 1)
    answer(gate)
    fail(gate, FAILURES_TO_OPEN - 1)
    assert board.circuits == {}


def test_failures_one_after_the_other_shut_it_for_every_process(board: Board, clock: Clock) -> None:
    fail(process(board, clock))
    refused = turned_back(process(board, clock))
    assert refused.retry_after == FIRST_WAIT.total_seconds()
    assert "has not answered since 09:30 UTC (ConnectError)" in refused.message


def test_another_address_stays_open(board: Board, clock: Clock) -> None:
    traffic = CallLimits(board, Limits(), now=clock)
    fail(traffic.gate(URL))
    answer(traffic.gate("https://other.example"))
    assert set(board.circuits) == {URL}


def test_when_its_time_has_come_one_call_of_one_process_tries(board: Board, clock: Clock) -> None:
    first, second = process(board, clock), process(board, clock)
    fail(first)
    clock.now += FIRST_WAIT
    with first.passing():
        assert turned_back(second).retry_after == TRY_TAKES.total_seconds()


def test_a_try_that_is_answered_opens_it_for_all(board: Board, clock: Clock) -> None:
    first, second = process(board, clock), process(board, clock)
    fail(first)
    clock.now += FIRST_WAIT
    answer(second)
    answer(first)
    assert board.circuits == {}


def test_a_try_in_vain_makes_the_next_wait_longer(board: Board, clock: Clock) -> None:
    gate = process(board, clock)
    fail(gate)
    clock.now += FIRST_WAIT
    fail(gate, 1)
    assert turned_back(gate).retry_after == 2 * FIRST_WAIT.total_seconds()


def test_a_try_whose_process_died_is_followed_by_another(board: Board, clock: Clock) -> None:
    first, second = process(board, clock), process(board, clock)
    fail(first)
    clock.now += FIRST_WAIT
    with ExitStack() as forgotten:
        forgotten.enter_context(first.passing())
        clock.now += TRY_TAKES
        answer(second)
    assert board.circuits == {}


def test_calls_that_began_before_it_shut_change_nothing_when_they_fail(
    board: Board, clock: Clock
) -> None:
    gate = process(board, clock)
    with gate.passing():
        fail(gate)
        shut = dict(board.circuits)
        gate.failed("ReadTimeout")
    assert board.circuits == shut


def test_somebody_who_asks_whether_it_answers_is_let_through_and_opens_it(
    board: Board, clock: Clock
) -> None:
    gate = process(board, clock)
    fail(gate)
    answer(gate, urgent=True)
    assert board.circuits == {}


def test_a_pause_that_was_asked_for_is_kept_by_every_process(board: Board, clock: Clock) -> None:
    first, second = process(board, clock), process(board, clock)
    with first.passing():
        first.asked_for_pause(30)
    assert [turned_back(gate).retry_after for gate in (first, second)] == [30, 30]
    assert board.circuits[URL].closure is Closure.RATE_LIMITED


def test_a_pause_ends_for_all_at_once_without_a_try(board: Board, clock: Clock) -> None:
    first, second = process(board, clock), process(board, clock)
    with first.passing():
        first.asked_for_pause(30)
    clock.now += timedelta(seconds=30)
    with first.passing(), second.passing():
        second.answered()
    assert board.circuits == {}


def test_a_late_answer_does_not_end_a_pause(board: Board, clock: Clock) -> None:
    gate = process(board, clock)
    with gate.passing():
        with gate.passing():
            gate.asked_for_pause(30)
        gate.answered()
    assert URL in board.circuits


def test_a_shorter_pause_does_not_cut_a_longer_one(board: Board, clock: Clock) -> None:
    gate = process(board, clock)
    with gate.passing(), gate.passing():
        gate.asked_for_pause(60)
        gate.asked_for_pause(5)
    assert turned_back(gate).retry_after == 60


@pytest.mark.parametrize("seconds", [None, 0.0])
def test_too_many_requests_without_a_time_shuts_nothing(
    board: Board, clock: Clock, seconds: float | None
) -> None:
    gate = process(board, clock)
    with gate.passing():
        gate.asked_for_pause(seconds)
    assert board.circuits == {}


def test_a_board_out_of_reach_stops_no_call(clock: Clock) -> None:
    gate = process(Unreachable(), clock)
    fail(gate, 2 * FAILURES_TO_OPEN)
    answer(gate)


def test_what_the_board_says_is_believed_for_a_while(
    board: Board, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(call_limits, "BELIEVED_FOR", 60.0)
    gate = process(board, clock)
    for _ in range(100):
        answer(gate)
    assert board.reads == 1


def test_no_more_calls_are_under_way_than_allowed(board: Board, clock: Clock) -> None:
    gate = process(board, clock, Limits(in_flight=2))
    with gate.passing(), gate.passing():
        assert "as much as it may be at once" in turned_back(gate).message
    answer(gate)


def test_a_call_waits_for_its_turn(
    board: Board, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(call_limits, "LONGEST_QUEUE", PATIENCE_S)
    gate, most, lock, under_way = (
        process(board, clock, Limits(in_flight=3)),
        [0],
        threading.Lock(),
        [0],
    )

    def call(_: int) -> None:
        with gate.passing():
            with lock:
                under_way[0] += 1
                most[0] = max(most[0], under_way[0])
            gate.answered()
            with lock:
                under_way[0] -= 1

    with ThreadPoolExecutor(16) as threads:
        list(threads.map(call, range(200)))
    assert most[0] <= 3


def test_a_call_that_raises_gives_its_place_back(board: Board, clock: Clock) -> None:
    gate = process(board, clock, Limits(in_flight=1))
    with pytest.raises(KeyError), gate.passing():
        raise KeyError
    answer(gate)


def test_calls_per_second_are_spread(board: Board, clock: Clock, watch: Watch) -> None:
    gate = process(board, clock, Limits(per_second=200))
    for _ in range(21):
        answer(gate)
    assert watch.slept == pytest.approx([0.0] + [1 / 200] * 20)


def test_who_calls_seldom_does_not_wait(board: Board, clock: Clock, watch: Watch) -> None:
    gate = process(board, clock, Limits(per_second=200))
    for _ in range(3):
        answer(gate)
        watch.seconds += 1 / 200
    assert watch.slept == [0.0] * 3


@pytest.mark.usefixtures("watch")
def test_a_call_whose_turn_is_far_off_is_put_off(board: Board, clock: Clock) -> None:
    gate = process(board, clock, Limits(per_second=1))
    answer(gate)
    assert turned_back(gate).retry_after == 1


@pytest.mark.parametrize(("workers", "in_flight"), [(1, 32), (2, 16), (3, 10), (100, 1)], ids=str)
def test_each_worker_takes_its_part_of_the_limits(workers: int, in_flight: int) -> None:
    share = Limits(in_flight=32, per_second=60).share(workers)
    assert (share.in_flight, share.per_second) == (in_flight, 60 / workers)


def test_the_parts_change_with_the_number_of_workers(board: Board, clock: Clock) -> None:
    traffic = CallLimits(board, Limits(in_flight=4), now=clock)
    gate = traffic.gate(URL)
    traffic.share_among(4)
    with gate.passing():
        turned_back(gate)
        traffic.share_among(1)
        answer(gate)


@pytest.fixture(autouse=True)
def _no_threads_left() -> Iterator[None]:
    before = threading.active_count()
    yield
    assert threading.active_count() <= before
