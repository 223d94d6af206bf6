"""How long somebody waits who keeps guessing passwords."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bittitan_plugin.domain.sign_in import (
    FORGOTTEN_AFTER,
    PER_ACCOUNT,
    PER_NETWORK,
    Failures,
    Throttle,
)
from tests.fakes.values import NOON
from tests.tables import every

SECOND = timedelta(seconds=1)
THROTTLE = Throttle(free=3, longest=10 * SECOND)


@every(
    "failures, seconds",
    [(0, 0), (2, 0), (3, 1), (4, 2), (5, 4), (6, 8), (7, 10), (1000, 10)],
)
def test_each_failure_beyond_the_free_ones_doubles_the_wait(failures: int, seconds: int) -> None:
    assert THROTTLE.wait(failures) == seconds * SECOND


@given(st.integers(0, 10**9))
def test_nobody_waits_longer_than_the_longest(failures: int) -> None:
    assert PER_ACCOUNT.wait(failures) <= timedelta(minutes=1)
    assert PER_NETWORK.wait(failures) <= timedelta(minutes=15)


def test_somebody_who_never_failed_waits_for_nothing() -> None:
    assert Failures().left(THROTTLE, NOON) == timedelta(0)


def test_the_wait_runs_from_the_last_failure() -> None:
    failures = Failures(count=5, last_at=NOON)
    assert failures.left(THROTTLE, NOON + SECOND) == 3 * SECOND
    assert failures.left(THROTTLE, NOON + 4 * SECOND) == timedelta(0)
    assert failures.left(THROTTLE, NOON + 400 * SECOND) == timedelta(0)


def test_failures_are_forgotten_after_an_hour() -> None:
    failures = Failures(count=50, last_at=NOON)
    assert failures.remembered(NOON + FORGOTTEN_AFTER - SECOND) == failures
    assert failures.remembered(NOON + FORGOTTEN_AFTER) == Failures()


def test_one_more_counts_from_now() -> None:
    assert Failures(count=1, last_at=NOON).one_more(NOON + SECOND) == Failures(
        count=2, last_at=NOON + SECOND
    )
