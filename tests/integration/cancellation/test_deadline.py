"""The deadline is judged when a cancellation is decided; its last day counts."""

from datetime import timedelta

import pytest

from bittitan_plugin.domain.errors import ErrorCode
from tests.fakes.host import line
from tests.integration.cancellation.asking import refusal_of
from tests.world import CANCELLED, SOLD, Shop

pytestmark = pytest.mark.databases("sqlite", "postgresql")


@pytest.fixture
def shop(shop_by_hand: Shop) -> Shop:
    return shop_by_hand


def test_the_last_day_of_the_window_still_counts(shop: Shop) -> None:
    asset = shop.buy(line())
    shop.world.clock.now = asset.purchase_date.replace(hour=23, minute=59) + timedelta(days=15)

    assert refusal_of(shop, asset.id) is None
    shop.settle()


def test_after_the_window_it_is_refused(shop: Shop) -> None:
    asset = shop.buy(line())
    shop.world.clock.advance(days=16)

    assert refusal_of(shop, asset.id) is ErrorCode.CANCELLATION_WINDOW_CLOSED


def test_what_is_refused_changes_nothing(shop: Shop) -> None:
    asset = shop.buy(line())
    shop.world.clock.advance(days=16)

    refusal_of(shop, asset.id)
    shop.settle()

    assert (shop.tally(), shop.asset(asset.id)) == (SOLD, asset)


def test_a_cancellation_decided_in_time_executes_after_the_deadline(shop: Shop) -> None:
    asset = shop.buy(line())
    shop.sandbox.sandbox.faults.add("status", operation="cancel", status=503, times=2)
    refusal_of(shop, asset.id)
    shop.world.clock.advance(days=16)
    shop.settle()

    assert shop.tally() == CANCELLED
