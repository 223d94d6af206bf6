"""The edges of a cancellation: the last second, states that forbid it, what happens in between."""

from datetime import UTC, datetime, timedelta

import pytest

from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.services.cancelling.cancellation import cancel
from bittitan_plugin.services.coupons.coupon_status import follow_asset
from tests.fakes.host import line
from tests.world import CANCELLED, STAFF, Shop


@pytest.fixture
def shop(shop_by_hand: Shop) -> Shop:
    return shop_by_hand


SECOND = timedelta(seconds=1)

#: Zone, when it was bought, and the first instant after day 15, both in UTC.
WINDOWS = {
    "Kiritimati, where it is still the 10th": (
        "Pacific/Kiritimati", "2026-03-10T09:30", "2026-03-25T10:00",
    ),
    "Kiritimati, where it is the 11th already": (
        "Pacific/Kiritimati", "2026-03-10T10:00", "2026-03-26T10:00",
    ),
    "Sao Paulo, where it is still the 9th": (
        "America/Sao_Paulo", "2026-03-10T02:59", "2026-03-25T03:00",
    ),
    "Athens, into summer time": ("Europe/Athens", "2026-03-20T10:00", "2026-04-04T21:00"),
    "Athens, out of summer time": ("Europe/Athens", "2026-10-20T10:00", "2026-11-04T22:00"),
}  # fmt: skip


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(("zone", "bought", "closes"), WINDOWS.values(), ids=WINDOWS)
def test_the_last_second_of_day_fifteen_counts(
    shop: Shop, zone: str, bought: str, closes: str
) -> None:
    shop.configure(time_zone=zone)
    shop.world.clock.now = utc(bought)
    asset = shop.buy(line())
    shop.world.clock.now = utc(closes) - SECOND

    assert shop.cancel(asset).status == "CANCELLED"


@pytest.mark.parametrize(("zone", "bought", "closes"), WINDOWS.values(), ids=WINDOWS)
def test_the_first_second_after_it_is_too_late(
    shop: Shop, zone: str, bought: str, closes: str
) -> None:
    shop.configure(time_zone=zone)
    shop.world.clock.now = utc(bought)
    asset = shop.buy(line())
    shop.world.clock.now = utc(closes)

    with pytest.raises(Refusal) as refused:
        shop.cancel(asset)
    assert refused.value.code is ErrorCode.CANCELLATION_WINDOW_CLOSED


def test_an_expired_coupon_cannot_be_cancelled(shop: Shop) -> None:
    shop.sandbox.sandbox.clock.set(shop.world.clock.now)
    asset = shop.buy(line())
    shop.world.clock.advance(days=366)
    shop.sandbox.sandbox.clock.set(shop.world.clock.now)
    assert follow_asset(shop.tenant, asset.id).coupon_status == "EXPIRED"

    with pytest.raises(Refusal) as refused:
        shop.cancel(asset)
    assert refused.value.code is ErrorCode.COUPON_EXPIRED


@pytest.mark.usefixtures("hurried")
def test_an_hour_of_errors_ends_in_one_cancellation(shop: Shop) -> None:
    asset = shop.buy(line())
    # Once a minute is what a cancellation is tried when the vendor stays away.
    shop.sandbox.sandbox.faults.add("status", operation="cancel", status=500, times=60)

    assert shop.cancel(asset).status == "CANCELLED"
    assert shop.tally() == CANCELLED


def test_redeemed_between_the_check_and_the_act_the_sale_stands(shop: Shop) -> None:
    asset = shop.buy(line())
    shop.sandbox.sandbox.faults.add("status", operation="cancel", status=503)
    cancel(shop.tenant, asset.id, STAFF, "")
    shop.sandbox.sandbox.redeem(asset.coupon_id or "")
    shop.sandbox.sandbox.faults.clear()
    shop.settle()

    assert (shop.asset(asset.id).status, shop.tally().credits) == ("ACTIVE", 0)
