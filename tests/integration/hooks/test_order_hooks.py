"""Each order hook, fired as a platform fires it, and what comes of it."""

import pytest

from bittitan_hooks import specs
from bittitan_plugin.domain.orders import Order, OrderStatus
from tests.fakes.host import line
from tests.tables import every
from tests.world import NOTHING, SOLD, Shop, order_value

ACCEPTED, IGNORED, REFUSED, _ = specs.OutcomeStatus


def bought(shop: Shop, *, lines: int = 1) -> Order:
    """An order that has been provisioned."""
    order = shop.host.place(*(line() for _ in range(lines)))
    shop.fire("order_fully_paid", order)
    shop.settle()
    return order


def asset_statuses(shop: Shop, order: Order) -> list[str]:
    with shop.tenant.reading() as work:
        found = {asset.order_line_id: asset for asset in work.assets.of_orders([order.id])}
    return [str(found[line.id].status) for line in order.lines]


def precheck(shop: Shop, order: Order) -> list[tuple[str, str | None]]:
    event = specs.OrderPrecheck(installation=shop.key, order=order_value(order))
    (refusals,) = shop.world.plugins.hook.order_precheck(event=event)
    return [(refusal.code, refusal.field) for refusal in refusals]


def test_hook_order_precheck(shop: Shop) -> None:
    assert precheck(shop, shop.host.place(line(), paid=False)) == []


@every(
    "lines, refused",
    [
        ([line(variant_id="variant-unknown")], [("NOT_FOUND", "lines[0].sku")]),
        ([line(currency="EUR")], [("INVALID", "lines[0].unit_price.currency")]),
        ([line("shirt", product_type="t-shirt")], []),
        (
            [line("shirt", product_type="t-shirt"), line(variant_id=None)],
            [("NOT_FOUND", "lines[1].sku")],
        ),
    ],
)
def test_before_payment_it_is_said_what_cannot_be_sold(
    shop: Shop, lines: list[specs.OrderLine], refused: list[tuple[str, str]]
) -> None:
    assert precheck(shop, shop.host.place(*lines, paid=False)) == refused


def test_before_payment_nothing_is_sold_while_the_plugin_is_switched_off(shop: Shop) -> None:
    shop.configure(active=False)
    assert precheck(shop, shop.host.place(line(), paid=False)) == [("PLUGIN_INACTIVE", None)]


def test_before_payment_nothing_is_changed(shop: Shop) -> None:
    precheck(shop, shop.host.place(line(variant_id="variant-unknown"), paid=False))
    assert (shop.tally(), shop.problems()) == (NOTHING, [])


def test_hook_order_created(shop: Shop) -> None:
    order = shop.host.place(line(), paid=True)
    assert shop.fire("order_created", order).status is ACCEPTED
    shop.settle()
    assert shop.tally() == SOLD


def test_an_order_that_is_not_paid_waits_when_it_is_created(shop: Shop) -> None:
    order = shop.host.place(line(), paid=False)
    assert shop.fire("order_created", order).status is IGNORED
    shop.settle()
    assert shop.tally() == NOTHING


def test_hook_order_confirmed(shop: Shop) -> None:
    shop.configure(provision_on="CONFIRMED")
    order = shop.host.place(line(), paid=False)
    assert shop.fire("order_confirmed", order).status is ACCEPTED
    shop.settle()
    assert shop.tally() == SOLD


def test_confirming_an_unpaid_order_is_not_enough_where_payment_is_waited_for(shop: Shop) -> None:
    order = shop.host.place(line(), paid=False)
    assert shop.fire("order_confirmed", order).status is IGNORED


def test_hook_order_paid(shop: Shop) -> None:
    order = shop.host.place(line(), paid=True)
    assert shop.fire("order_paid", order).status is ACCEPTED
    shop.settle()
    assert shop.tally() == SOLD


def test_a_payment_that_is_not_enough_is_ignored(shop: Shop) -> None:
    order = shop.host.place(line(), paid=False)
    assert shop.fire("order_paid", order).status is IGNORED


def test_hook_order_fully_paid(shop: Shop) -> None:
    ours, shirt = line(), line("shirt", product_type="t-shirt")
    order = shop.host.place(ours, shirt)
    outcome = shop.fire("order_fully_paid", order)
    assert (outcome.status, len(outcome.workflow_ids)) == (ACCEPTED, 1)
    assert outcome.ignored_line_ids == (shirt.id,)
    shop.settle()
    assert shop.tally() == SOLD


@pytest.mark.databases("sqlite", "postgresql")
@pytest.mark.parametrize("hook", ["order_confirmed", "order_fully_paid", "order_updated"])
def test_whichever_event_comes_again_after_the_sale_is_taken(shop: Shop, hook: str) -> None:
    order = bought(shop)
    assert shop.fire(hook, order).status is ACCEPTED


def test_a_line_of_ours_without_a_product_is_refused_and_staff_are_told(shop: Shop) -> None:
    outcome = shop.fire("order_fully_paid", shop.host.place(line(variant_id="variant-unknown")))
    assert (outcome.status, outcome.refusals[0].field) == (REFUSED, "lines[0].sku")
    assert [problem.kind for problem in shop.problems()] == ["ORDER_REFUSED"]


def test_all_lines_of_a_new_customers_order_are_provisioned_side_by_side(shop: Shop) -> None:
    order = shop.host.place(*(line() for _ in range(6)))
    shop.fire("order_fully_paid", order)
    shop.settle()
    with shop.tenant.reading() as work:
        assets = work.assets.of_orders([order.id])
    assert [asset.has_coupon for asset in assets] == [True] * 6
    assert len({asset.account_id for asset in assets}) == 1


def test_hook_order_updated(shop: Shop) -> None:
    order = shop.host.place(line(), paid=False)
    shop.fire("order_created", order)
    paid = shop.host.change(order, fully_paid=True)
    assert shop.fire("order_updated", paid).status is ACCEPTED
    shop.settle()
    assert shop.tally() == SOLD


def test_hook_order_cancelled(shop: Shop) -> None:
    order = bought(shop)
    cancelled = shop.host.change(order, status=OrderStatus.CANCELLED)
    assert shop.fire("order_cancelled", cancelled).status is ACCEPTED
    shop.settle()
    assert asset_statuses(shop, order) == ["CANCELLED"]
    assert (shop.tally().usable, shop.tally().credits) == (0, 0)


def test_an_order_without_our_assets_can_be_cancelled_without_us(shop: Shop) -> None:
    order = shop.host.place(line("shirt", product_type="t-shirt"))
    assert shop.fire("order_cancelled", order).status is IGNORED


def test_hook_order_refunded(shop: Shop) -> None:
    order = bought(shop)
    assert shop.fire("order_refunded", order).status is ACCEPTED
    shop.settle()
    assert asset_statuses(shop, order) == ["ACTIVE"]
    assert len(shop.problems()) == 1


def test_hook_order_fully_refunded(shop: Shop) -> None:
    order = bought(shop)
    assert shop.fire("order_fully_refunded", order).status is ACCEPTED
    shop.settle()
    assert asset_statuses(shop, order) == ["CANCELLED"]
    assert (shop.tally().credits, shop.tally().refunds) == (0, 0)


def test_hook_order_fulfilled(shop: Shop) -> None:
    order = bought(shop)
    before = shop.tally()
    assert shop.fire("order_fulfilled", order).status is IGNORED
    shop.settle()
    assert shop.tally() == before


def test_hook_fulfillment_canceled(shop: Shop) -> None:
    order = bought(shop, lines=2)
    second = order.lines[1].id
    assert shop.fire("fulfillment_canceled", order, line_ids=[second]).status is ACCEPTED
    shop.settle()
    assert asset_statuses(shop, order) == ["ACTIVE", "CANCELLED"]


def test_without_naming_lines_all_deliveries_are_taken_back(shop: Shop) -> None:
    order = bought(shop, lines=2)
    shop.fire("fulfillment_canceled", order)
    shop.settle()
    assert asset_statuses(shop, order) == ["CANCELLED", "CANCELLED"]


EVENTS = (
    "order_created", "order_confirmed", "order_paid", "order_fully_paid", "order_updated",
    "order_cancelled", "order_refunded", "order_fully_refunded", "order_fulfilled",
    "fulfillment_canceled",
)  # fmt: skip


def test_while_the_plugin_is_switched_off_every_order_event_is_ignored(shop: Shop) -> None:
    order = bought(shop)
    shop.configure(active=False)
    statuses = {hook: shop.fire(hook, order).status for hook in EVENTS}
    shop.settle()
    assert statuses == dict.fromkeys(EVENTS, IGNORED)
    assert asset_statuses(shop, order) == ["ACTIVE"]


def test_any_order_event_that_comes_again_changes_nothing(shop: Shop) -> None:
    order, tallies = bought(shop), {}
    for hook in EVENTS[:5]:
        shop.world.clock.advance(minutes=5)
        shop.fire(hook, order)
        shop.settle()
        tallies[hook] = shop.tally()
    assert tallies == dict.fromkeys(EVENTS[:5], SOLD)


def test_an_event_for_an_installation_nobody_knows_is_ignored(shop: Shop) -> None:
    order = shop.host.place(line())
    event = specs.OrderFullyPaid(installation="nobody", order=order_value(order))
    (outcome,) = shop.world.plugins.hook.order_fully_paid(event=event)
    assert outcome.status is IGNORED
