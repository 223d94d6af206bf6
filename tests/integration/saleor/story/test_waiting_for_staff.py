"""Orders that wait for staff: unconfirmed by their channel, or delivered before."""

import pytest

from bittitan_plugin.domain.problems import ProblemKind
from tests.fakes.saleor.records import Order
from tests.integration.saleor.story.conftest import Market


@pytest.fixture
def unconfirmed(market: Market) -> Order:
    """Paid, and not confirmed by anybody."""
    variant = market.saleor.variant_of("MW-MAILBOX").id
    order = market.saleor.place((variant, 5, {}), status="UNCONFIRMED")
    market.saleor.pay(order)
    market.settle()
    return order


def test_a_paid_order_that_staff_have_not_confirmed_is_neither_provisioned_nor_fulfilled(
    market: Market, unconfirmed: Order
) -> None:
    assert (market.assets(unconfirmed), unconfirmed.status) == ([], "UNCONFIRMED")


def test_it_is_provisioned_when_staff_confirm_it(market: Market, unconfirmed: Order) -> None:
    market.saleor.confirm(unconfirmed)
    market.settle()
    assert (len(market.assets(unconfirmed)), unconfirmed.status) == (1, "FULFILLED")


def test_a_note_on_an_order_delivered_long_ago_brings_no_second_coupon(market: Market) -> None:
    variant = market.saleor.variant_of("MW-MAILBOX").id
    old = {"bittitan.asset_id": "5f0c7a4e-0000-4000-8000-000000000000"}
    order = market.saleor.place((variant, 1, dict(old)))
    order.lines[0].fulfilled, order.status = 1, "FULFILLED"
    market.saleor.pay(order)
    market.saleor.announce("ORDER_UPDATED", order=order.id)
    market.settle()
    assert (market.assets(order), order.lines[0].metadata) == ([], old)
    (problem,) = market.shop.problems()
    assert problem.kind is ProblemKind.DELIVERED_BEFORE
