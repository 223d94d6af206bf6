"""When a vendor is left alone, and when it is tried again."""

from datetime import UTC, datetime, timedelta

from bittitan_plugin.domain.circuit import (
    FIRST_WAIT,
    LONGEST_WAIT,
    TRY_TAKES,
    Circuit,
    Closure,
    opened,
    paused,
)
from tests.tables import every

NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
URL = "https://vendor.example"


def tried(times: int) -> Circuit:
    """A circuit that was tried so often, each time in vain."""
    circuit = opened(URL, "ConnectError", NOW)
    for _ in range(times):
        circuit = circuit.trying(NOW).failed("ConnectTimeout", NOW)
    return circuit


def test_one_that_opens_waits_before_its_first_try() -> None:
    circuit = opened(URL, "ConnectError", NOW)
    assert (circuit.closure, circuit.wait(NOW)) == (Closure.DOWN, FIRST_WAIT.total_seconds())


def test_its_wait_runs_out_and_never_below_nothing() -> None:
    circuit = opened(URL, "ConnectError", NOW)
    waits = [circuit.wait(NOW + FIRST_WAIT * part) for part in (0.5, 1, 2)]
    assert waits == [FIRST_WAIT.total_seconds() / 2, 0, 0]


def test_while_one_call_tries_the_others_wait_until_it_must_have_ended() -> None:
    assert opened(URL, "x", NOW).trying(NOW).wait(NOW) == TRY_TAKES.total_seconds()


@every("times, seconds", [(1, 10), (2, 20), (3, 40), (4, 60), (50, 60)])
def test_every_try_in_vain_doubles_the_wait_up_to_the_longest(times: int, seconds: float) -> None:
    assert timedelta(seconds=tried(times).wait(NOW)) <= LONGEST_WAIT
    assert tried(times).wait(NOW) == seconds


def test_what_it_says_is_the_latest_failure_since_the_first() -> None:
    circuit = opened(URL, "ConnectError", NOW).trying(NOW + FIRST_WAIT).failed("500", NOW)
    assert (circuit.since, circuit.reason, circuit.tries) == (NOW, "500", 1)


def test_a_pause_ends_when_the_vendor_said() -> None:
    circuit = paused(URL, 120, NOW)
    assert (circuit.closure, circuit.wait(NOW)) == (Closure.RATE_LIMITED, 120)


@every(
    "circuit",
    [opened(URL, "ConnectError", NOW), tried(50), tried(2).trying(NOW), paused(URL, 3600, NOW)],
)
def test_none_waits_for_a_clock_that_was_stepped_back(circuit: Circuit) -> None:
    assert circuit.wait(NOW - timedelta(days=30)) == 0
