"""Whatever goes wrong between us and BitTitan for a while, it ends in one usable coupon."""

from typing import Any

import pytest

from bittitan_plugin.workflows.engine.attempts import SPREAD
from tests.fakes.host import line
from tests.world import PACE, SOLD, Shop

PASSING_FAULTS: dict[str, tuple[str, dict[str, Any]]] = {
    "slow answers": ("latency", {"seconds": 0.1}),
    "no session for a while": ("status", {"operation": "session", "status": 503, "times": 4}),
    "no looking up of accounts": ("status", {"operation": "partner_lookup", "times": 4}),
    "registering timed out after the work": (
        "timeout_after_work",
        {"operation": "partner", "times": 1},
    ),
    "500 before the work": ("status", {"operation": "issue", "times": 3}),
    "500 after the work": ("status", {"operation": "issue", "times": 1, "after_work": True}),
    "connection dropped before the work": ("drop_connection", {"operation": "issue", "times": 2}),
    "connection dropped after the work": ("drop_after_work", {"operation": "issue", "times": 1}),
    "time-out after the work": ("timeout_after_work", {"operation": "issue", "times": 1}),
    "broken JSON": ("broken_json", {"operation": "issue", "times": 1}),
    "rate limit": ("rate_limit", {"operation": "issue", "times": 2, "retry_after": 1}),
}


@pytest.mark.parametrize("fault", PASSING_FAULTS)
def test_a_passing_fault_ends_in_one_sale(shop: Shop, fault: str) -> None:
    name, values = PASSING_FAULTS[fault]
    shop.sandbox.sandbox.faults.add(name, **values)

    shop.buy(line())

    assert shop.tally() == SOLD


@pytest.mark.parametrize("fault", ["timeout_after_work", "drop_after_work", "broken_json"])
def test_a_lost_answer_of_a_vendor_that_issues_twice_ends_in_one_coupon(
    shop: Shop, fault: str
) -> None:
    shop.sandbox.sandbox.faults.add("idempotency_off")
    shop.sandbox.sandbox.faults.add(fault, operation="issue", times=1)

    shop.buy(line())

    assert shop.tally() == SOLD


def test_a_lost_answer_whose_look_up_fails_too_is_looked_up_again(shop: Shop) -> None:
    faults = shop.sandbox.sandbox.faults
    faults.add("idempotency_off")
    faults.add("drop_after_work", operation="issue", times=1)
    faults.add("status", operation="find", status=503, times=4)

    shop.buy(line())

    assert shop.tally() == SOLD


def test_the_wait_that_a_rate_limit_asks_for_is_kept(shop: Shop) -> None:
    shop.sandbox.sandbox.faults.add("rate_limit", operation="issue", times=1, retry_after=20)

    shop.fire("order_fully_paid", shop.host.place(line()))

    (wait,) = shop.until_waiting()
    assert 20 <= (wait.next_attempt_at - wait.since).total_seconds() / PACE <= 20 * (1 + SPREAD)


def test_orders_are_accepted_while_the_vendor_is_down(shop: Shop) -> None:
    shop.sandbox.sandbox.faults.add("status", status=503)
    orders = [shop.host.place(line()) for _ in range(3)]

    outcomes = {shop.fire("order_fully_paid", order).status for order in orders}
    shop.sandbox.sandbox.faults.clear()
    shop.settle()

    assert outcomes == {"ACCEPTED"}


@pytest.mark.usefixtures("hurried")
def test_every_order_of_an_outage_is_served_after_it(shop: Shop) -> None:
    shop.sandbox.sandbox.faults.add("status", status=503, times=30)
    for _ in range(3):
        shop.fire("order_fully_paid", shop.host.place(line()))
    shop.settle()

    assert (shop.tally().issued, shop.tally().usable) == (3, 3)


def test_an_asset_says_why_its_coupon_is_delayed(shop: Shop) -> None:
    shop.sandbox.sandbox.faults.add("status", operation="issue", status=503, times=1)

    asset = shop.buy(line())

    assert "the answer was 503" in shop.history(asset, "provisioningError")[0]


def test_an_asset_that_was_delayed_has_no_error_in_the_end(shop: Shop) -> None:
    shop.sandbox.sandbox.faults.add("status", operation="issue", status=503, times=1)

    assert shop.buy(line()).provisioning_error is None
