"""One order's life under any schedule of its webhooks: lost, doubled, late and in any order.

Hypothesis chooses what is delivered when, how often, and what happens to the order in between; in
the end the poller looks, as it does every few minutes. Whatever was chosen, each line has one
coupon, and what was taken back was credited as often as it should be.
"""

from dataclasses import replace
from decimal import Decimal
from enum import StrEnum

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bittitan_plugin.domain.assets import AssetStatus
from bittitan_plugin.platforms.saleor.cursors import Cursors
from bittitan_plugin.platforms.saleor.intake import Intake
from bittitan_plugin.platforms.saleor.polling import OrderPoller
from bittitan_plugin.platforms.saleor.unreadable import UnreadableOrders
from tests.fakes.saleor.records import Order
from tests.integration.saleor.story.conftest import Market
from tests.integration.saleor.story.running import shop, world
from tests.wired import saleors_of

__all__ = ["shop", "world"]

#: Four times something is delivered. Drawn beforehand, and whatever waits then: how much that is
#: differs from run to run, and an order is never left in the middle of its life.
SCHEDULES = st.tuples(*[st.lists(st.integers(0, 999), max_size=12)] * 4)
QUANTITY, PRICE = 4, Decimal("13.50")


class Ending(StrEnum):
    """What becomes of the order after it was paid."""

    KEPT = "kept"
    CANCELLED_HERE = "cancelled here"
    CANCELLED_THERE = "cancelled at Saleor"
    REFUNDED_THERE = "refunded at Saleor"
    CANCELLED_HERE_THEN_REFUNDED_THERE = "cancelled here, then refunded at Saleor"


CANCELLED_HERE = {Ending.CANCELLED_HERE, Ending.CANCELLED_HERE_THEN_REFUNDED_THERE}
REFUNDED_THERE = {Ending.REFUNDED_THERE, Ending.CANCELLED_HERE_THEN_REFUNDED_THERE}


def deliver(market: Market, places: list[int]) -> None:
    """Some of what waits, each as often and in the order that was drawn; the rest is lost."""
    waiting = list(market.station.sender.waiting)
    market.station.sender.waiting.clear()
    for place in places:
        if waiting:
            event = replace(waiting[place % len(waiting)], statuses=[])
            assert market.station.sender.deliver(event) == 200
    market.shop.settle()


def look(market: Market) -> None:
    """The poller looks at what changed, in a process that has just started."""
    application, clock = market.station.application, market.station.clock
    apps, cursors = saleors_of(application).apps, Cursors(application.engine)
    unreadable = UnreadableOrders(application.ports.store, clock)
    poller = OrderPoller(apps, cursors, unreadable, Intake(market.shop.world.plugins), clock)
    poller.poll(market.station.installed)
    market.shop.settle()


def end(market: Market, order: Order, ending: Ending) -> None:
    if ending in CANCELLED_HERE:
        for asset in market.assets(order):
            market.shop.cancel(asset, "Changed their mind")
    if ending is Ending.CANCELLED_THERE:
        market.saleor.cancel(order)
    elif ending in REFUNDED_THERE and order.charged > 0:
        market.saleor.refund(order, order.charged)


@pytest.mark.usefixtures("hurried")
@settings(
    # Each example takes a second or more: one that fails is printed as it was found.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    max_examples=3,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(schedule=SCHEDULES, ending=st.sampled_from(Ending), lines=st.integers(1, 2))
def test_any_schedule_of_one_orders_webhooks_ends_in_one_coupon_a_line_and_the_right_credits(
    market: Market, schedule: tuple[list[int], ...], ending: Ending, lines: int
) -> None:
    market.saleor.now = market.station.clock  # type: ignore[method-assign]
    issued_before = len(market.shop.sandbox.sandbox.ledger())
    variant = market.saleor.variant_of("MW-MAILBOX").id
    order = market.saleor.place(*[(variant, QUANTITY, {})] * lines, customer=market.customer())
    deliver(market, schedule[0])
    market.saleor.pay(order)
    deliver(market, schedule[1])
    market.station.clock.advance(minutes=5)
    look(market)
    end(market, order, ending)
    deliver(market, schedule[2])
    market.station.clock.advance(minutes=5)
    look(market)
    deliver(market, schedule[3])
    assert len(market.shop.sandbox.sandbox.ledger()) - issued_before == lines
    check_assets(market, order, ending, lines)


def check_assets(market: Market, order: Order, ending: Ending, lines: int) -> None:
    assets = market.assets(order)
    credited, refunded = market.given_back(order)
    assert len(assets) == lines
    assert len({asset.coupon_id for asset in assets}) == lines
    if ending is Ending.KEPT:
        assert {asset.status for asset in assets} == {AssetStatus.ACTIVE}
        assert (credited, refunded) == (0, Decimal(0))
        return
    assert {asset.status for asset in assets} == {AssetStatus.CANCELLED}
    assert credited == (lines if ending in CANCELLED_HERE else 0)
    paid_back = 0 if ending is Ending.CANCELLED_THERE else QUANTITY * PRICE * lines
    assert refunded == paid_back
