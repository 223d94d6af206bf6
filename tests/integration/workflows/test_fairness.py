"""An installation whose platform hangs leaves room for the others."""

from threading import Event
from uuid import uuid4

import pytest

from bittitan_plugin.workflows.engine import runtime
from bittitan_plugin.workflows.engine.queue import fair_share
from tests.fakes.host import FakePlatform, line
from tests.integration.workflows.at_work import sell
from tests.world import Shop, sells_both

pytestmark = pytest.mark.databases("sqlite", "postgresql")


def another(shop: Shop) -> Shop:
    """One more installation of the same plugin, at the same vendor."""
    host, key = FakePlatform(), f"shop-{uuid4().hex[:8]}"
    id_ = shop.world.application.attach(key, host)
    return sells_both(Shop(shop.world, shop.sandbox, key, id_, host))


def test_an_installation_whose_platform_hangs_leaves_room_for_another(
    shop: Shop, go_on: Event
) -> None:
    places = shop.world.application.settings.worker_concurrency
    other = another(shop)
    sales = {sell(shop) for _ in range(2 * places)}
    shop.until(lambda: len(sales & runtime.current().at_work()) == fair_share(places))
    order = other.host.place(line())
    other.fire("order_fully_paid", order)
    shop.until(lambda: len(other.host.deliveries) == 1)
    hanging = len(sales & runtime.current().at_work())
    go_on.set()
    shop.settle()
    assert (hanging, len(shop.host.deliveries)) == (fair_share(places), len(sales))
