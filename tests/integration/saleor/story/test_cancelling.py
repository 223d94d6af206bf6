"""What only a Saleor shows of a cancellation: grants, returns, and its own refunds."""

from decimal import Decimal

import pytest

from bittitan_plugin.domain.assets import AssetStatus
from tests.integration.saleor.story.conftest import Market

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


@pytest.mark.usefixtures("hurried")
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
    assert "Pay 337.50 USD of order 1 back by hand" in problem.message


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
