"""*Try now*: staff need not wait for the next attempt."""

from uuid import uuid4

import pytest

from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.services.next_attempts import try_now, try_work_now
from tests.by_hand import ShopByHand
from tests.fakes.host import line
from tests.world import BEGINNING, SOLD


@pytest.fixture
def shop(shop_by_hand: ShopByHand) -> ShopByHand:
    return shop_by_hand


@pytest.fixture
def waiting(shop: ShopByHand) -> Asset:
    """An asset whose coupon BitTitan could not make at the first attempt."""
    shop.sandbox.sandbox.faults.add("status", operation="issue", times=1)
    order = shop.host.place(line())
    shop.fire("order_fully_paid", order)
    shop.do_handed_in()
    asset = shop.asset_of(order)
    assert asset is not None
    (retry,) = shop.waiting()
    assert (retry.asset_id, retry.next_attempt_at > BEGINNING) == (asset.id, True)
    return asset


def refused(attempt: object) -> ErrorCode:
    assert callable(attempt)
    with pytest.raises(Refusal) as refusal:
        attempt()
    return refusal.value.code


def test_what_waits_about_an_asset_is_tried_at_once(shop: ShopByHand, waiting: Asset) -> None:
    try_now(shop.tenant, waiting.id)
    shop.settle()
    assert (shop.tally(), shop.hands.moment) == (SOLD, BEGINNING)


@pytest.mark.usefixtures("waiting")
def test_work_is_tried_at_once_by_its_id(shop: ShopByHand) -> None:
    (retry,) = shop.waiting()
    try_work_now(shop.tenant, retry.id)
    shop.settle()
    assert (shop.tally(), shop.hands.moment) == (SOLD, BEGINNING)


def test_asking_twice_tries_once(shop: ShopByHand, waiting: Asset) -> None:
    for _ in range(2):
        try_now(shop.tenant, waiting.id)
    assert len(shop.waiting()) == 1


def test_what_is_under_way_is_left_alone(shop: ShopByHand, waiting: Asset) -> None:
    (retry,) = shop.waiting()
    with shop.tenant.writing() as work:
        work.retries.take_due([retry.id], retry.next_attempt_at)
    try_now(shop.tenant, waiting.id)
    (after,) = shop.waiting()
    assert (after.is_handed_in, after.next_attempt_at) == (True, retry.next_attempt_at)


def test_where_nothing_waits_that_is_said(shop: ShopByHand) -> None:
    sold = shop.buy(line())
    assert refused(lambda: try_now(shop.tenant, sold.id)) is ErrorCode.NOTHING_WAITS
    assert refused(lambda: try_work_now(shop.tenant, "done")) is ErrorCode.NOTHING_WAITS
    assert refused(lambda: try_now(shop.tenant, uuid4())) is ErrorCode.NOT_FOUND


def test_while_the_plugin_is_off_nothing_is_tried_earlier(shop: ShopByHand, waiting: Asset) -> None:
    shop.configure(active=False)
    (retry,) = shop.waiting()
    assert refused(lambda: try_now(shop.tenant, waiting.id)) is ErrorCode.PLUGIN_INACTIVE
    assert refused(lambda: try_work_now(shop.tenant, retry.id)) is ErrorCode.PLUGIN_INACTIVE
    assert shop.waiting() == [retry]
