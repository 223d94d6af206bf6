"""A channel can leave new orders to its staff: they are paid and wait to be confirmed."""

import pytest

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
