"""The platform's orders against our assets: what was missed shows, and is mended on demand."""

from dataclasses import replace

from bittitan_plugin.domain.assets import AssetStatus
from bittitan_plugin.domain.orders import OrderStatus, UnreadableOrder
from bittitan_plugin.domain.problems import ProblemKind
from tests.fakes.host import line
from tests.integration.reconciliation.comparing import changed, found, missed, reconcile
from tests.world import MAILBOX, SOLD, Shop, Tally


def test_an_order_nobody_told_of_is_found(shop: Shop) -> None:
    order = missed(shop)
    run = reconcile(shop)
    assert found(run) == {"MISSED_ORDER": 1}
    assert run.report["differences"][0]["order_id"] == order.id


def test_a_report_changes_nothing(shop: Shop) -> None:
    missed(shop)
    reconcile(shop)
    assert shop.tally() == Tally()


def test_applying_provisions_the_missed_order_once(shop: Shop) -> None:
    missed(shop)
    first, second = reconcile(shop, apply=True), reconcile(shop, apply=True)
    assert (changed(first), found(second)) == ({"MISSED_ORDER": 1}, {})
    assert shop.tally() == SOLD


def test_what_was_paid_while_the_plugin_was_off_shows_when_it_is_on_again(shop: Shop) -> None:
    shop.configure(active=False)
    order = shop.host.place(line())
    shop.fire("order_fully_paid", order)
    shop.configure()
    assert found(reconcile(shop, apply=True)) == {"MISSED_ORDER": 1}
    assert shop.tally() == SOLD


def test_each_line_without_an_asset_is_a_difference_of_its_own(shop: Shop) -> None:
    order = missed(shop, line(), line(quantity=3))
    shop.fire("order_fully_paid", replace(order, lines=order.lines[:1]))
    shop.settle()
    run = reconcile(shop)
    assert [each["order_line_id"] for each in run.report["differences"]] == [order.lines[1].id]


def test_unpaid_orders_and_other_articles_are_none(shop: Shop) -> None:
    missed(shop, paid=False)
    missed(shop, line("variant-mug", product_type="mug"))
    run = reconcile(shop)
    assert (found(run), run.report["orders"]) == ({}, 2)


def test_an_order_of_this_minute_is_still_on_its_way(shop: Shop) -> None:
    order = missed(shop)
    shop.host.change(order, created_at=shop.world.clock.now.replace(hour=10, minute=29))
    assert found(reconcile(shop)) == {}


def test_a_cancellation_nobody_told_of_is_made_good_without_a_credit(shop: Shop) -> None:
    asset = shop.buy(line())
    shop.host.change(shop.host.orders[asset.order_id], status=OrderStatus.CANCELLED)
    seen = reconcile(shop)
    applied = reconcile(shop, apply=True)
    assert found(seen) == changed(applied) == {"MISSED_CANCELLATION": 1}
    assert shop.asset(asset.id).status is AssetStatus.CANCELLED
    assert (shop.tally().usable, shop.tally().credits) == (0, 0)


def test_an_order_that_breaks_a_rule_is_found_and_not_counted_as_mended(shop: Shop) -> None:
    missed(shop, line(), line(currency="EUR"))
    run = reconcile(shop, apply=True)
    assert (found(run), changed(run)) == ({"MISSED_ORDER": 2}, {})


def test_more_orders_than_one_page_are_read_to_the_end(shop: Shop) -> None:
    for _ in range(230):
        missed(shop)
    run = reconcile(shop)
    assert (run.report["orders"], found(run)) == (230, {"MISSED_ORDER": 230})
    assert len(run.report["differences"]) == 100


def test_an_order_of_ours_that_cannot_be_read_is_named_with_what_to_do(shop: Shop) -> None:
    why = "Order 7, line 2 (Mailbox): 'US' is not a currency."
    shop.host.unreadable.append(
        UnreadableOrder(id="order-7", number="7", why=why, variant_ids=frozenset({MAILBOX}))
    )
    run = reconcile(shop)

    assert (found(run), run.report["not_compared"]) == ({}, 1)
    assert run.report["left_out"] == [f"{why} Mend it at the platform, then reconcile again."]
    (problem,) = shop.problems()
    assert problem.kind is ProblemKind.DIFFERENCES_FOUND
    assert "1 could not be compared" in problem.message

    shop.host.unreadable.clear()
    reconcile(shop)
    assert shop.problems() == []


def test_an_order_with_an_asset_that_cannot_be_read_is_named_whatever_its_lines_sell(
    shop: Shop,
) -> None:
    asset = shop.buy(line())
    order = shop.host.orders.pop(asset.order_id)
    shop.host.unreadable.append(UnreadableOrder(id=order.id, number="1", why="its lines: none."))
    run = reconcile(shop)

    (said,) = run.report["left_out"]
    assert said.startswith("Order 1 cannot be read: its lines: none.")


def test_what_else_the_platform_sells_and_nobody_can_read_is_not_ours_to_judge(
    shop: Shop,
) -> None:
    shop.host.unreadable.append(
        UnreadableOrder(id="order-7", number="7", why="x", variant_ids=frozenset({"a chair"}))
    )
    run = reconcile(shop)
    assert (run.report["left_out"], run.report["not_compared"]) == ([], 0)
