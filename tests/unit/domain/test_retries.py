"""When something is tried again, and when no more."""

import pytest

from bittitan_plugin.domain.retries import FOLLOW_UP, ORDER_NOT_DUE, VENDOR, RetryPolicy
from tests.tables import every

POLICY = RetryPolicy(first_delay=1, longest_delay=60, give_up_after=3600)
ALL = every("policy", [VENDOR, FOLLOW_UP, ORDER_NOT_DUE])


@every("waited, wait", [(0, 1), (1, 2), (3, 4), (31, 32), (63, 60), (3000, 60)])
def test_each_wait_is_twice_the_last_up_to_the_longest(waited: float, wait: float) -> None:
    assert POLICY.delay(waited) == wait


@every("asked, wait", [(30, 30), (120, 120), (0.5, 1), (0, 1), (None, 1)])
def test_who_asks_for_a_longer_wait_gets_it_and_for_a_shorter_one_does_not(
    asked: float | None, wait: float
) -> None:
    assert POLICY.delay(0, asked=asked) == wait


@pytest.mark.parametrize(
    ("waited", "goes_on"), [(0, True), (3599.9, True), (3600, False), (99999, False)]
)
def test_it_is_settled_after_the_total_wait(waited: float, goes_on: bool) -> None:
    assert (POLICY.delay(waited) is not None) is goes_on


@ALL
def test_every_policy_ends(policy: RetryPolicy) -> None:
    waited = 0.0
    while (delay := policy.delay(waited)) is not None:
        waited += delay
    assert policy.give_up_after <= waited <= policy.give_up_after + policy.longest_delay


@ALL
def test_every_policy_waits_before_it_asks_again(policy: RetryPolicy) -> None:
    assert (policy.delay(0) or 0) > 0


@ALL
def test_a_clock_that_was_stepped_back_makes_nobody_ask_without_a_wait(policy: RetryPolicy) -> None:
    assert policy.delay(-86_400.0) == policy.first_delay
