"""The platform takes a sale back itself: the coupon is revoked and nothing more is credited."""

from dataclasses import replace

import pytest

from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.orders import OrderStatus
from bittitan_plugin.domain.problems import ProblemKind
from bittitan_plugin.services import cancellation
from tests.fakes.host import line
from tests.world import SOLD, STAFF, Shop

#: What a sale leaves behind that the platform took back: no usable coupon, and nothing of ours.
TAKEN_BACK = replace(SOLD, usable=0)


@pytest.mark.parametrize("hook", ["order_cancelled", "order_fully_refunded"])
def test_the_coupon_is_revoked_and_nothing_credited(shop: Shop, hook: str) -> None:
    asset = shop.buy(line())

    shop.fire(hook, shop.host.orders[asset.order_id])
    shop.settle()

    assert (shop.tally(), shop.asset(asset.id).status) == (TAKEN_BACK, "CANCELLED")


def test_both_events_and_each_of_them_twice_are_one_withdrawal(shop: Shop) -> None:
    asset = shop.buy(line())

    for hook in ("order_cancelled", "order_fully_refunded") * 2:
        shop.fire(hook, shop.host.orders[asset.order_id])
    shop.settle()

    assert (shop.tally(), shop.problems()) == (TAKEN_BACK, [])


def test_a_canceled_fulfillment_takes_back_its_lines_only(shop: Shop) -> None:
    first = shop.buy(line(), line())
    order = shop.host.orders[first.order_id]

    shop.fire("fulfillment_canceled", order, line_ids=(order.lines[1].id,))
    shop.settle()

    statuses = [asset.status for number in (0, 1) if (asset := shop.asset_of(order, number))]
    assert statuses == ["ACTIVE", "CANCELLED"]


def test_a_partial_refund_takes_nothing_back(shop: Shop) -> None:
    asset = shop.buy(line())

    shop.fire("order_refunded", shop.host.orders[asset.order_id])
    shop.settle()

    assert shop.tally() == SOLD


def test_a_redeemed_coupon_is_a_problem_for_staff(shop: Shop) -> None:
    asset = shop.buy(line())
    shop.sandbox.sandbox.redeem(asset.coupon_id or "")

    shop.fire("order_fully_refunded", shop.host.orders[asset.order_id])
    shop.settle()

    assert [problem.kind for problem in shop.problems()] == [ProblemKind.REFUNDED_BUT_REDEEMED]


def test_a_redeemed_coupon_leaves_the_asset_active(shop: Shop) -> None:
    asset = shop.buy(line())
    shop.sandbox.sandbox.redeem(asset.coupon_id or "")

    shop.fire("order_fully_refunded", shop.host.orders[asset.order_id])
    shop.settle()

    after = shop.asset(asset.id)
    assert (after.status, after.coupon_status) == ("ACTIVE", "REDEEMED")


def test_while_it_is_withdrawn_staff_cannot_cancel_and_credit_it(shop: Shop) -> None:
    asset = shop.buy(line())
    shop.sandbox.sandbox.faults.add("status", operation="cancel", status=503)
    shop.fire("order_cancelled", shop.host.orders[asset.order_id])

    with pytest.raises(Refusal) as refusal:
        cancellation.cancel(shop.ports, shop.id, asset.id, STAFF, "")
    shop.sandbox.sandbox.faults.clear()
    shop.settle()

    assert refusal.value.code is ErrorCode.CANCELLATION_PENDING


def test_while_the_coupon_is_being_obtained_it_is_revoked_afterwards(shop: Shop) -> None:
    shop.sandbox.sandbox.faults.add("status", operation="issue", status=503)
    order = shop.host.place(line())
    shop.fire("order_fully_paid", order)
    shop.until(lambda: (found := shop.asset_of(order)) is not None and bool(found.requested_at))

    shop.fire("order_cancelled", shop.host.change(order, status=OrderStatus.CANCELLED))
    shop.sandbox.sandbox.faults.clear()
    shop.settle()

    assert (shop.tally().usable, shop.tally().credits) == (0, 0)


def test_an_asset_that_waits_for_its_account_is_withdrawn_at_once(shop: Shop) -> None:
    shop.configure(synchronize_automatically="false")
    asset = shop.buy(line())

    shop.fire("order_cancelled", shop.host.orders[asset.order_id])
    shop.settle()

    assert (shop.asset(asset.id).status, shop.tally().issued) == ("CANCELLED", 0)


def test_a_failed_asset_is_withdrawn_and_its_problem_closed(shop: Shop) -> None:
    shop.sandbox.sandbox.products.clear()
    asset = shop.buy(line())

    shop.fire("order_cancelled", shop.host.orders[asset.order_id])
    shop.settle()

    assert (shop.asset(asset.id).status, shop.problems()) == ("CANCELLED", [])


def test_a_cancelled_asset_cannot_be_cancelled_for_a_credit(shop: Shop) -> None:
    asset = shop.buy(line())
    shop.fire("order_cancelled", shop.host.orders[asset.order_id])
    shop.settle()

    with pytest.raises(Refusal, match="already been cancelled"):
        shop.cancel(asset)
