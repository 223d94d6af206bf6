"""What an order event is answered when the order has its assets already: what is true of them."""

from dataclasses import replace

import pytest

from bittitan_hooks import specs
from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.orders import OrderStatus
from bittitan_plugin.domain.problems import ProblemKind
from tests.fakes.host import line
from tests.world import SOLD, Shop

ACCEPTED, IGNORED, REFUSED, _ = specs.OutcomeStatus


@pytest.fixture
def shop(shop_by_hand: Shop) -> Shop:
    return shop_by_hand


def again(shop: Shop, asset: Asset) -> specs.Outcome:
    return shop.fire("order_updated", shop.host.orders[asset.order_id])


def changed_lines(shop: Shop, asset: Asset, *, quantity: int) -> None:
    order = shop.host.orders[asset.order_id]
    shop.host.change(order, lines=(replace(order.lines[0], quantity=quantity),))


def test_a_repeated_event_finds_the_licences_there(shop: Shop) -> None:
    asset = shop.buy(line())
    outcome = again(shop, asset)

    assert (outcome.status, outcome.workflow_ids) == (ACCEPTED, ())
    assert outcome.message == f"Order {asset.order_number} has its licences already."


def test_more_licences_on_a_sold_line_are_refused_at_the_event_and_put_to_staff(shop: Shop) -> None:
    asset = shop.buy(line(quantity=5))
    changed_lines(shop, asset, quantity=8)
    outcome = again(shop, asset)

    assert (outcome.status, outcome.refusals[0].field) == (REFUSED, "lines[0]")
    assert "asks for 8 licences, 5 were sold" in outcome.message
    assert [each.kind for each in shop.problems()] == [ProblemKind.ORDER_CHANGED]
    assert shop.tally() == SOLD


def test_it_is_over_at_the_event_that_finds_the_order_put_back(shop: Shop) -> None:
    asset = shop.buy(line(quantity=5))
    changed_lines(shop, asset, quantity=8)
    again(shop, asset)
    changed_lines(shop, asset, quantity=5)

    assert again(shop, asset).status is ACCEPTED
    assert shop.problems() == []


def test_a_line_made_anew_is_provisioned_and_the_vanished_one_put_to_staff(shop: Shop) -> None:
    asset = shop.buy(line(quantity=5))
    order = shop.host.orders[asset.order_id]
    shop.host.change(order, lines=(replace(order.lines[0], id="anew", quantity=8),))
    outcome = again(shop, asset)

    assert (outcome.status, len(outcome.workflow_ids)) == (ACCEPTED, 1)
    assert outcome.refusals[0].field == "lines"
    assert [each.asset_id for each in shop.problems()] == [asset.id]


def test_a_payment_told_late_of_an_order_that_the_platform_took_back_raises_nothing(
    shop: Shop,
) -> None:
    asset = shop.buy(line())
    order = shop.host.orders[asset.order_id]
    shop.host.change(order, status=OrderStatus.CANCELLED)
    shop.fire("order_cancelled", shop.host.orders[order.id])
    shop.settle()
    outcome = shop.fire("order_fully_paid", order)  # as the order was before
    shop.settle()

    assert (outcome.status, shop.problems()) == (IGNORED, [])
    assert shop.asset(asset.id).status == "CANCELLED"


def test_of_licences_that_staff_cancelled_nothing_more_is_said_to_come(shop: Shop) -> None:
    asset = shop.buy(line())
    shop.cancel(asset)
    outcome = again(shop, asset)

    assert (outcome.status, outcome.workflow_ids) == (IGNORED, ())
    assert "were cancelled and are not provisioned again" in outcome.message
    assert shop.problems() == []


def test_a_failed_line_is_refused_with_its_reason_until_staff_have_mended_it(shop: Shop) -> None:
    shop.configure(api_password="wrong")
    asset = shop.buy(line())
    outcome = again(shop, asset)

    assert asset.provisioning_error is not None
    assert (outcome.status, outcome.refusals[0].field) == (REFUSED, "lines[0]")
    assert outcome.refusals[0].message == asset.provisioning_error.message


def test_what_waits_for_its_account_is_still_being_provisioned(shop: Shop) -> None:
    shop.configure(synchronize_automatically="false")
    asset = shop.buy(line())
    outcome = again(shop, asset)

    assert (outcome.status, len(outcome.workflow_ids)) == (ACCEPTED, 1)
