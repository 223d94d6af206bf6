"""What only a Saleor shows of a cancellation: grants, returns, and its own refunds."""

from decimal import Decimal

import pytest

from bittitan_plugin.domain.assets import AssetStatus
from bittitan_plugin.domain.billing import RefundStatus
from bittitan_plugin.domain.problems import ProblemKind
from bittitan_plugin.services.cancelling.refunds import watch_refunds
from bittitan_plugin.services.problems import act
from tests.integration.reconciliation.comparing import found, reconcile
from tests.integration.saleor.story.conftest import Market
from tests.world import STAFF

FULL = Decimal("337.50")


def test_a_cancellation_revokes_credits_refunds_and_returns_once(market: Market) -> None:
    order = market.buy()
    asset = market.cancel(order)
    (coupon,) = market.shop.sandbox.sandbox.ledger()
    assert (asset.status, coupon.status) == (AssetStatus.CANCELLED, "CANCELLED")
    assert market.given_back(order) == (1, FULL)
    assert (order.status, [each.status for each in order.fulfillments]) == (
        "RETURNED",
        ["RETURNED"],
    )


def test_the_credit_invoice_stands_on_the_asset_with_its_link(market: Market) -> None:
    order = market.buy()
    asset = market.cancel(order)
    assert asset.credit_invoice is not None
    assert (asset.credit_invoice.number, bool(asset.credit_invoice.url)) == ("CR-1-1", True)


def test_the_reason_stands_on_the_granted_refund(market: Market) -> None:
    order = market.buy()
    market.cancel(order)
    (grant,) = order.grants
    assert "Ordered by mistake" in grant.reason


def test_the_echo_of_our_own_refund_credits_nothing_more(market: Market) -> None:
    order = market.buy()
    market.cancel(order)
    for event in ("ORDER_REFUNDED", "ORDER_FULLY_REFUNDED", "ORDER_UPDATED", "ORDER_REFUNDED"):
        market.saleor.announce(event, order=order.id)
    market.settle()
    assert market.given_back(order) == (1, FULL)
    assert market.shop.problems() == []


def test_lost_answers_on_the_way_back_give_nothing_twice(market: Market) -> None:
    order = market.buy()
    for operation in ("invoice_create", "order_return", "refund_grant", "refund_request"):
        market.saleor.faults.add("drop", operation, after_work=True)
    market.cancel(order)
    assert market.given_back(order) == (1, FULL)
    assert len(order.grants) == 1


def test_where_no_payment_app_can_pay_staff_are_told_to_and_the_credit_stands(
    market: Market,
) -> None:
    variant = market.saleor.variant_of("MW-MAILBOX").id
    order = market.saleor.place((variant, 25, {}), customer=market.customer())
    market.saleor.pay(order, by_hand=True)
    market.settle()
    asset = market.cancel(order)
    assert (asset.status, market.given_back(order)) == (AssetStatus.CANCELLED, (1, Decimal(0)))
    (problem,) = market.shop.problems()
    assert "337.50 USD was not paid through a payment app" in problem.message


def test_an_order_that_staff_cancel_at_saleor_is_revoked_and_credited_nothing(
    market: Market,
) -> None:
    order = market.buy()
    market.saleor.cancel(order)
    market.settle()
    assert market.asset(order).status is AssetStatus.CANCELLED
    assert market.given_back(order) == (0, Decimal(0))


def test_an_order_refunded_at_saleor_is_revoked_and_credited_nothing(market: Market) -> None:
    order = market.buy()
    market.saleor.refund(order, FULL)
    market.settle()
    assert market.asset(order).status is AssetStatus.CANCELLED
    assert market.given_back(order) == (0, FULL)


def test_an_order_paid_in_parts_is_paid_back_in_parts_and_leaves_nothing_unclear(
    market: Market,
) -> None:
    variant = market.saleor.variant_of("MW-MAILBOX").id
    order = market.saleor.place((variant, 25, {}), (variant, 1, {}), customer=market.customer())
    market.saleor.pay(order, Decimal("200"))
    market.saleor.pay(order)
    market.settle()
    (cancelled,) = [asset for asset in market.assets(order) if asset.quantity == 25]
    market.shop.cancel(cancelled, "Ordered by mistake")
    market.settle()
    assert market.given_back(order) == (1, FULL)
    assert [each.amount for each in order.grants] == [Decimal("200"), Decimal("137.50")]
    assert market.shop.problems() == []
    (standing,) = [asset for asset in market.assets(order) if asset.quantity == 1]
    assert standing.status is AssetStatus.ACTIVE


def test_a_gift_cards_part_is_credited_and_left_to_staff_with_its_amount(market: Market) -> None:
    variant = market.saleor.variant_of("MW-MAILBOX").id
    order = market.saleor.place((variant, 3, {}), customer=market.customer())
    order.by_gift_card = Decimal("20")
    market.saleor.pay(order)
    market.settle()
    asset = market.cancel(order)
    assert (str(asset.total), market.given_back(order)) == ("40.50 USD", (1, Decimal("20.50")))
    (problem,) = market.shop.problems()
    assert "20.00 USD was paid by gift card" in problem.message


@pytest.mark.parametrize("unit", ["3.33", "3.34", "3.333333"])
def test_credit_and_refund_are_the_lines_total_at_saleor(market: Market, unit: str) -> None:
    variant = market.saleor.variant_of("MW-MAILBOX").id
    order = market.saleor.place((variant, 3, {}), customer=market.customer())
    market.saleor.reprice(order.lines[0], "10.00", unit=unit, tax_rate="0.19")
    market.saleor.pay(order)
    market.settle()
    asset = market.cancel(order)
    assert (str(asset.total), str(asset.tax)) == ("10.00 USD", "1.60 USD")
    assert market.given_back(order) == (1, Decimal("10.00"))
    assert market.shop.problems() == []


def test_of_an_order_nobody_paid_nothing_goes_back_and_nobody_is_told_to_pay(
    market: Market,
) -> None:
    market.shop.configure(provision_on="CONFIRMED")
    variant = market.saleor.variant_of("MW-MAILBOX").id
    order = market.saleor.place((variant, 3, {}), customer=market.customer())
    market.settle()
    asset = market.cancel(order)
    assert asset.status is AssetStatus.CANCELLED
    assert order.grants == []
    assert [each for each in market.shop.problems() if "back" in each.message] == []


def test_the_excess_of_an_order_paid_twice_goes_back_and_the_licence_stays(
    market: Market,
) -> None:
    order = market.buy()
    market.saleor.pay(order, FULL)
    market.saleor.refund(order, FULL)
    market.saleor.announce("ORDER_FULLY_REFUNDED", order=order.id)
    market.settle()
    assert market.asset(order).status is AssetStatus.ACTIVE
    assert market.shop.problems() == []


def test_a_refund_that_the_payment_app_refuses_later_is_found_and_closes_when_it_went(
    market: Market,
) -> None:
    order = market.buy()
    market.saleor.pays_back = False
    asset = market.cancel(order)
    market.saleor.settle(order, order.grants[0], succeeds=False)
    watch_refunds(market.shop.tenant)
    market.settle()
    (problem,) = market.shop.problems()
    assert "the payment app refused 337.50 USD" in problem.message
    market.saleor.pays_back = True
    act(market.shop.tenant, problem.id, STAFF)
    market.settle()
    assert market.shop.problems() == []
    refund = market.shop.asset(asset.id).refund
    assert refund is not None
    assert (refund.status, order.refunded) == (RefundStatus.PAID, FULL)


@pytest.mark.parametrize("status", ["RETURNED", "REFUNDED_AND_RETURNED", "REPLACED"])
def test_of_a_part_that_came_back_or_was_replaced_staff_are_asked(
    market: Market, status: str
) -> None:
    order = market.buy(3)
    market.saleor.take_pieces(order, 1, status)
    market.settle()
    assert market.asset(order).status is AssetStatus.ACTIVE
    (problem,) = market.shop.problems()
    assert (problem.kind, problem.order_id) == (ProblemKind.REFUND_UNCLEAR, order.id)
    assert f"A part of order {order.number}, line 1 (" in problem.message


def test_of_all_pieces_that_were_replaced_staff_are_asked(market: Market) -> None:
    order = market.buy(3)
    market.saleor.take_pieces(order, 3, "REPLACED")
    market.settle()
    assert market.asset(order).status is AssetStatus.ACTIVE
    assert [each.kind for each in market.shop.problems()] == [ProblemKind.REFUND_UNCLEAR]


def test_a_delivery_cancelled_while_the_app_was_away_is_found_by_reconciling(
    market: Market,
) -> None:
    order = market.buy()
    market.saleor.cancel_delivery(order)
    market.station.sender.waiting.clear()
    order.created_at = market.station.clock()
    market.station.clock.advance(minutes=30)
    assert found(reconcile(market.shop, apply=True)) == {"MISSED_CANCELLATION": 1}
    market.settle()
    assert market.asset(order).status is AssetStatus.CANCELLED
