"""What happens while a cancellation is under way, through the workflow engine."""

from collections import deque

import pytest

from bittitan_plugin.domain.errors import ErrorCode, OutcomeUnknown, Refusal
from bittitan_plugin.domain.orders import OrderStatus
from bittitan_plugin.domain.problems import ProblemKind
from bittitan_plugin.services.cancelling.cancellation import cancel
from bittitan_plugin.services.selling.provisioning import synchronize
from tests.fakes.host import line
from tests.integration.cancellation.asking import failed, refusal_of
from tests.integration.racing import at_once
from tests.integration.requests.asking import codes_of
from tests.world import CANCELLED, SOLD, STAFF, Shop


def test_a_cancelled_sale_leaves_one_credit_one_refund_and_one_message(shop: Shop) -> None:
    shop.cancel(shop.buy(line()))

    assert shop.tally() == CANCELLED


@pytest.mark.databases("sqlite", "postgresql")
def test_of_fifty_at_once_one_decides_and_the_others_are_refused(shop: Shop) -> None:
    asset = shop.buy(line())

    answers = at_once(50, lambda: refusal_of(shop, asset.id))
    shop.settle()

    refused = {ErrorCode.CANCELLATION_PENDING, ErrorCode.ALREADY_CANCELLED}
    assert answers.count(None) == 1
    assert sum(answer in refused for answer in answers) == 49


@pytest.mark.databases("sqlite", "postgresql")
def test_fifty_at_once_are_one_cancellation(shop: Shop) -> None:
    asset = shop.buy(line())

    at_once(50, lambda: refusal_of(shop, asset.id))
    shop.settle()

    assert shop.tally() == CANCELLED


def test_switched_off_in_the_middle_the_cancellation_is_brought_to_its_end(shop: Shop) -> None:
    asset = shop.buy(line())
    shop.sandbox.sandbox.faults.add("status", operation="cancel", status=503)
    cancel(shop.tenant, asset.id, STAFF, "")
    shop.configure(active=False)
    shop.sandbox.sandbox.faults.clear()
    shop.settle()

    assert shop.tally() == CANCELLED


def test_while_bittitan_is_away_nobody_is_credited_or_told(shop: Shop) -> None:
    asset = shop.buy(line())
    shop.sandbox.sandbox.faults.add("status", operation="cancel", status=500)
    cancel(shop.tenant, asset.id, STAFF, "")

    meanwhile = (shop.asset(asset.id).status, shop.tally())
    shop.sandbox.sandbox.faults.clear()
    shop.settle()

    assert meanwhile == ("CANCELLING", SOLD)
    assert shop.tally() == CANCELLED


def test_switched_off_before_the_credit_it_is_still_issued(shop: Shop) -> None:
    asset = shop.buy(line())
    shop.host.failures["credit"] = deque([OutcomeUnknown("no answer")] * 10_000)
    cancel(shop.tenant, asset.id, STAFF, "")
    shop.configure(active=False)
    shop.host.failures.clear()
    shop.settle()

    assert shop.tally() == CANCELLED


def test_while_bittitan_is_being_asked_for_the_coupon_it_cannot_be_cancelled(shop: Shop) -> None:
    shop.sandbox.sandbox.faults.add("status", operation="issue", status=503)
    order = shop.host.place(line())
    shop.fire("order_fully_paid", order)
    shop.until(lambda: (found := shop.asset_of(order)) is not None and bool(found.requested_at))
    asset = shop.asset_of(order)
    assert asset is not None

    code = refusal_of(shop, asset.id)
    shop.sandbox.sandbox.faults.clear()
    shop.settle()

    assert (code, shop.tally()) == (ErrorCode.NOT_PROVISIONED, SOLD)


def test_taken_back_by_the_platform_while_staff_cancel_a_redeemed_coupon_is_a_problem(
    shop: Shop,
) -> None:
    asset = shop.buy(line())
    shop.sandbox.sandbox.faults.add("status", operation="cancel", status=503)
    cancel(shop.tenant, asset.id, STAFF, "")
    shop.fire("order_fully_refunded", shop.host.orders[asset.order_id])
    shop.sandbox.sandbox.redeem(asset.coupon_id or "")
    shop.sandbox.sandbox.faults.clear()
    shop.settle()

    assert [problem.kind for problem in shop.problems()] == [ProblemKind.REFUNDED_BUT_REDEEMED]
    assert shop.tally().credits == 0


def test_taken_back_by_the_platform_while_staff_cancel_it_ends_as_one_cancellation(
    shop: Shop,
) -> None:
    asset = shop.buy(line())
    shop.sandbox.sandbox.faults.add("status", operation="cancel", status=503)
    cancel(shop.tenant, asset.id, STAFF, "")
    for hook in ("order_cancelled", "order_fully_refunded") * 2:
        shop.fire(hook, shop.host.orders[asset.order_id])
    shop.sandbox.sandbox.faults.clear()
    shop.settle()

    # The platform is asked for the one credit under its key; what it gave by itself it knows.
    assert (shop.tally(), shop.problems()) == (CANCELLED, [])


def test_a_failed_asset_cancelled_and_synchronized_at_once_is_one_of_both(shop: Shop) -> None:
    asset = failed(shop)

    codes_of(
        lambda: cancel(shop.tenant, asset.id, STAFF, ""),
        lambda: synchronize(shop.tenant, asset.id, STAFF),
    )
    shop.settle()

    tally = shop.tally()
    found = (shop.asset(asset.id).status, tally.usable, tally.credits, tally.refunds)
    assert found in [("CANCELLED", 0, 1, 1), ("ACTIVE", 1, 0, 0)]


def test_while_it_is_withdrawn_staff_cannot_cancel_and_credit_it(shop: Shop) -> None:
    asset = shop.buy(line())
    shop.sandbox.sandbox.faults.add("status", operation="cancel", status=503)
    shop.fire("order_cancelled", shop.host.orders[asset.order_id])

    with pytest.raises(Refusal) as refusal:
        cancel(shop.tenant, asset.id, STAFF, "")
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
