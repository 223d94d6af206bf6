"""The platform pays a part back: lines it names are taken back, otherwise staff are asked."""

from decimal import Decimal
from typing import Any

import pytest

from bittitan_plugin.domain.orders import Order
from tests.fakes.host import line
from tests.world import Shop


@pytest.fixture
def shop(shop_by_hand: Shop) -> Shop:
    return shop_by_hand


def two_sold(shop: Shop) -> Order:
    """An order of two lines of 350 dollars each."""
    order = shop.host.place(line(), line())
    shop.fire("order_fully_paid", order)
    shop.settle()
    return order


def statuses(shop: Shop, order: Order) -> list[str]:
    assets = [shop.asset_of(order, number) for number in (0, 1)]
    return [str(asset.status) for asset in assets if asset is not None]


def refunded(shop: Shop, order: Order, **values: Any) -> None:
    shop.fire("order_refunded", order, **values)
    shop.settle()


def dollars(amount: str) -> dict[str, Any]:
    return {"amount": Decimal(amount), "currency": "USD"}


def test_a_line_that_was_refunded_in_full_is_taken_back_alone(shop: Shop) -> None:
    order = two_sold(shop)
    refunded(shop, order, line_ids=(order.lines[0].id,))

    assert statuses(shop, order) == ["CANCELLED", "ACTIVE"]


def test_what_is_taken_back_is_not_credited_again(shop: Shop) -> None:
    order = two_sold(shop)
    refunded(shop, order, line_ids=(order.lines[0].id,))

    assert (shop.tally().usable, shop.tally().credits, shop.tally().refunds) == (1, 0, 0)


def test_a_refund_that_names_no_line_is_a_question_to_staff(shop: Shop) -> None:
    order = two_sold(shop)
    refunded(shop, order)

    assert statuses(shop, order) == ["ACTIVE", "ACTIVE"]
    assert [problem.kind for problem in shop.problems()] == ["REFUND_UNCLEAR"]


def test_the_question_is_asked_once_and_then_appended_to(shop: Shop) -> None:
    order = two_sold(shop)
    refunded(shop, order, refunded=dollars("10.00"))
    refunded(shop, order, refunded=dollars("20.00"))

    (problem,) = shop.problems()
    assert (problem.occurrences, "20.00 USD" in problem.message) == (2, True)


def test_the_echo_of_our_own_refund_is_no_question(shop: Shop) -> None:
    order = two_sold(shop)
    first = shop.asset_of(order)
    assert first is not None
    shop.cancel(first)
    refunded(shop, order, refunded=dollars("350.00"))

    assert (shop.problems(), statuses(shop, order)) == ([], ["CANCELLED", "ACTIVE"])


def test_a_refund_of_an_order_without_standing_licences_concerns_nobody(shop: Shop) -> None:
    asset = shop.cancel(shop.buy(line()))
    refunded(shop, shop.host.orders[asset.order_id])

    assert shop.problems() == []


def test_our_credit_and_the_platforms_refund_of_the_same_line_give_one_credit(shop: Shop) -> None:
    order = two_sold(shop)
    first = shop.asset_of(order)
    assert first is not None
    shop.cancel(first)
    refunded(shop, order, line_ids=(order.lines[0].id,))

    assert shop.tally().credits == 1
