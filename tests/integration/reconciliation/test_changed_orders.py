"""Orders that were changed after they were served: compared, and put to staff in words."""

from dataclasses import replace

import pytest

from bittitan_plugin.domain.installations import Installation
from bittitan_plugin.domain.orders import Order, OrderStatus, ProvisionOn, is_due
from bittitan_plugin.domain.problems import ProblemKind
from bittitan_plugin.services.ports import Ports
from bittitan_plugin.services.reconciling import orders as reconciliation_orders
from bittitan_plugin.services.selling import ordering
from tests.fakes.host import line
from tests.integration.reconciliation.comparing import found, missed, reconcile
from tests.world import SOLD, Shop


@pytest.fixture
def shop(shop_by_hand: Shop) -> Shop:
    return shop_by_hand


def said(shop: Shop) -> list[str]:
    """What the report of a reconciliation says, order by order."""
    return [each["message"] for each in reconcile(shop).report["differences"]]


@pytest.mark.parametrize(
    ("now", "advice"),
    [(8, "place a new order for the other 3"), (2, "cancel the asset and place a new order for 2")],
)
def test_a_line_with_another_quantity_than_was_sold_is_found(
    shop: Shop, now: int, advice: str
) -> None:
    asset = shop.buy(line(quantity=5))
    order = shop.host.orders[asset.order_id]
    shop.host.change(order, lines=(replace(order.lines[0], quantity=now),))

    (message,) = said(shop)
    assert f"asks for {now} licences, 5 were sold" in message
    assert advice in message


def test_a_line_that_was_made_anew_leaves_no_asset_unnoticed(shop: Shop) -> None:
    asset = shop.buy(line(quantity=5))
    order = shop.host.orders[asset.order_id]
    shop.host.change(order, lines=(replace(order.lines[0], id="anew", quantity=8),))
    run = reconcile(shop)

    assert found(run) == {"LINE_VANISHED": 1, "MISSED_ORDER": 1}
    assert run.report["differences"][0]["asset_id"] == str(asset.id)


def test_an_order_that_was_cancelled_and_is_due_again_is_found(shop: Shop) -> None:
    asset = shop.buy(line())
    order = shop.host.orders[asset.order_id]
    shop.host.change(order, status=OrderStatus.CANCELLED)
    shop.fire("order_cancelled", shop.host.orders[order.id])
    shop.settle()
    assert shop.asset(asset.id).status == "CANCELLED"
    shop.host.change(order, status=OrderStatus.CONFIRMED)

    (message,) = said(shop)
    assert "nothing will be provisioned. Place a new order" in message


def test_a_cancellation_of_ours_is_no_difference_however_the_order_stands(shop: Shop) -> None:
    shop.cancel(shop.buy(line()))

    assert found(reconcile(shop)) == {}


def test_applying_puts_it_to_staff_and_changes_no_licence(shop: Shop) -> None:
    asset = shop.buy(line(quantity=5))
    order = shop.host.orders[asset.order_id]
    shop.host.change(order, lines=(replace(order.lines[0], quantity=8),))
    reconcile(shop, apply=True)

    (problem,) = shop.problems()
    assert (problem.kind, problem.order_id) == (ProblemKind.ORDER_CHANGED, order.id)
    assert shop.tally() == SOLD


def test_it_closes_when_the_order_is_put_back(shop: Shop) -> None:
    asset = shop.buy(line(quantity=5))
    order = shop.host.orders[asset.order_id]
    shop.host.change(order, lines=(replace(order.lines[0], quantity=8),))
    reconcile(shop, apply=True)
    shop.host.change(order, lines=order.lines)
    reconcile(shop)

    assert shop.problems() == []


def test_an_order_that_cannot_be_compared_is_named_and_stops_no_other(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, whole = missed(shop), missed(shop)

    def unforeseen(order: Order, on: ProvisionOn) -> bool:
        if order == broken:
            raise ZeroDivisionError
        return is_due(order, on)

    monkeypatch.setattr(reconciliation_orders, "is_due", unforeseen)
    run = reconcile(shop)

    assert [each["order_id"] for each in run.report["differences"]] == [whole.id]
    assert any(
        f"Order {broken.number} could not be compared" in each for each in run.report["left_out"]
    )


def test_a_remedy_that_fails_is_named_and_the_others_are_done(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, whole = missed(shop), missed(shop)
    accept = ordering.accept

    def unforeseen(ports: Ports, installation: Installation, order: Order) -> ordering.Acceptance:
        if order.id == broken.id:
            raise ZeroDivisionError
        return accept(ports, installation, order)

    monkeypatch.setattr(reconciliation_orders, "accept", unforeseen)
    run = reconcile(shop, apply=True)

    assert shop.asset_of(whole) is not None
    (left_out,) = run.report["left_out"]
    assert f"Order {broken.number} is due" in left_out
