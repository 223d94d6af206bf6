"""What was delivered before is not delivered again: it is one counted problem, and staff decide."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from rich.console import Console

from bittitan_hooks.specs import OutcomeStatus
from bittitan_plugin.cli.held_orders import provision_order
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.orders import Order
from bittitan_plugin.domain.problems import ProblemAction, ProblemKind
from bittitan_plugin.services.problems import act, provision_held
from tests.fakes.host import line
from tests.integration.reconciliation.comparing import found, reconcile
from tests.tables import every
from tests.world import BEGINNING, NOTHING, SOLD, STAFF, Shop


@pytest.fixture
def shop(shop_by_hand: Shop) -> Shop:
    return shop_by_hand


def fulfilled(shop: Shop, order: Order) -> Order:
    return shop.host.change(order, lines=(replace(order.lines[0], fulfilled=True),))


def marked(shop: Shop, order: Order) -> Order:
    lines = (replace(order.lines[0], asset_id="5f0c7a4e-0000-4000-8000-000000000000"),)
    return shop.host.change(order, lines=lines)


def historic(shop: Shop, order: Order) -> Order:
    return shop.host.change(order, created_at=BEGINNING - timedelta(days=700))


BEFORE: dict[str, Callable[[Shop, Order], Order]] = {
    "fulfilled": fulfilled,
    "marked": marked,
    "historic": historic,
}


@every("how", BEFORE)
def test_what_seems_to_have_been_delivered_before_is_not_provisioned(shop: Shop, how: str) -> None:
    order = BEFORE[how](shop, shop.host.place(line()))

    outcome = shop.fire("order_fully_paid", order)
    shop.settle()

    assert (outcome.status, shop.tally()) == (OutcomeStatus.REFUSED, NOTHING)


@every("how", BEFORE)
def test_nor_where_only_the_platform_and_not_the_event_shows_it(shop: Shop, how: str) -> None:
    said = shop.host.place(line())
    BEFORE[how](shop, said)

    shop.fire("order_fully_paid", said)
    shop.settle()

    assert shop.tally() == NOTHING


def held(shop: Shop, count: int = 1) -> list[Order]:
    """Historic orders that events have told of."""
    orders = [historic(shop, shop.host.place(line())) for _ in range(count)]
    for order in orders:
        shop.fire("order_updated", order)
        shop.fire("order_updated", order)
    shop.settle()
    return orders


def test_all_of_them_are_one_counted_problem(shop: Shop) -> None:
    held(shop, 3)
    shop.fire("order_updated", fulfilled(shop, shop.host.place(line())))

    (problem,) = shop.problems()

    assert problem.kind is ProblemKind.DELIVERED_BEFORE
    assert "not provisioned: 4 (the first in order 1)" in problem.message
    assert "1 are delivered already; 3 are of orders from before" in problem.message
    assert problem.action is ProblemAction.PROVISION_HELD


def test_a_database_that_began_anew_says_so_when_it_finds_its_own_marks(shop: Shop) -> None:
    shop.fire("order_updated", marked(shop, shop.host.place(line())))

    (problem,) = shop.problems()

    assert "1 carry the id of a licence that this database does not know" in problem.message
    assert "A database that was lost and began anew" in problem.next_step


def test_the_button_provisions_them_after_all(shop: Shop) -> None:
    held(shop)
    (problem,) = shop.problems()

    act(shop.tenant, problem.id, STAFF)
    shop.settle()

    assert (shop.tally(), shop.problems()) == (SOLD, [])


def test_one_order_of_several_is_provisioned_after_all(shop: Shop) -> None:
    first, _second = held(shop, 2)

    assert provision_order(shop.ports, shop.key, first.number, Console(quiet=True)) == 0
    shop.settle()

    (problem,) = shop.problems()
    assert (shop.tally(), "not provisioned: 1 " in problem.message) == (SOLD, True)


def test_an_order_of_which_nothing_is_held_is_not_found(shop: Shop) -> None:
    with pytest.raises(Refusal) as refused:
        provision_held(shop.tenant, STAFF, "77")
    assert refused.value.code is ErrorCode.NOT_FOUND
    assert provision_order(shop.ports, shop.key, "77", Console(quiet=True)) == 1


def test_what_we_delivered_ourselves_is_nothing_of_the_kind(shop: Shop) -> None:
    order = shop.host.place(line())
    shop.fire("order_fully_paid", order)
    shop.settle()

    assert shop.fire("order_updated", fulfilled(shop, order)).status is OutcomeStatus.ACCEPTED
    shop.settle()
    assert (shop.tally(), shop.problems()) == (SOLD, [])


def test_reconciling_leaves_it_to_staff(shop: Shop) -> None:
    held(shop)

    assert found(reconcile(shop, apply=True)) == {}
    assert shop.tally() == NOTHING


def test_an_order_stays_new_when_the_plugin_is_switched_off_and_on_again(shop: Shop) -> None:
    order = shop.host.place(line())
    shop.configure(active=False)
    shop.world.clock.advance(days=1)
    shop.configure(active=True)

    shop.fire("order_updated", order)
    shop.settle()

    assert shop.tally() == SOLD
