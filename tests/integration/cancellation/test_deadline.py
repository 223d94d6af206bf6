"""The deadline is judged when a cancellation is decided; its last day counts."""

from datetime import UTC, datetime, timedelta

import pytest

from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.errors import ErrorCode
from bittitan_plugin.services.cancelling.cancellation import check
from bittitan_plugin.services.notifications import resend_welcome
from tests.fakes.host import line
from tests.integration.cancellation.asking import refusal_of
from tests.world import CANCELLED, SOLD, STAFF, Shop

pytestmark = pytest.mark.databases("sqlite", "postgresql")


#: A time zone, when the window of what is sold there ends, and a zone where it would end otherwise.
MOVES = {
    "to the west": ("Europe/Athens", datetime(2026, 3, 25, 22, tzinfo=UTC), "Pacific/Honolulu"),
    "to the east": ("Pacific/Honolulu", datetime(2026, 3, 25, 10, tzinfo=UTC), "Europe/Athens"),
}
EVERY_MOVE = pytest.mark.parametrize(("zone", "deadline", "later"), MOVES.values(), ids=MOVES)


@pytest.fixture
def shop(shop_by_hand: Shop) -> Shop:
    return shop_by_hand


def sold_and_moved(shop: Shop, zone: str, later: str) -> Asset:
    """Sold under one time zone; the shop's settings name another since."""
    shop.configure(time_zone=zone)
    asset = shop.buy(line())
    shop.configure(time_zone=later)
    return asset


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


@EVERY_MOVE
def test_another_time_zone_does_not_move_the_deadline_of_what_is_already_sold(
    shop: Shop, zone: str, deadline: datetime, later: str
) -> None:
    asset = sold_and_moved(shop, zone, later)

    terms = check(shop.tenant, asset)
    assert (terms.closes_at, str(terms.closes_at.tzinfo)) == (deadline, zone)
    shop.world.clock.now = deadline - timedelta(seconds=1)
    assert refusal_of(shop, asset.id) is None
    shop.settle()


@EVERY_MOVE
def test_at_the_deadline_of_the_sale_it_is_too_late_whatever_the_time_zone_is_now(
    shop: Shop, zone: str, deadline: datetime, later: str
) -> None:
    asset = sold_and_moved(shop, zone, later)
    shop.world.clock.now = deadline

    assert refusal_of(shop, asset.id) is ErrorCode.CANCELLATION_WINDOW_CLOSED


@EVERY_MOVE
def test_mail_names_the_same_deadline_after_another_time_zone_was_set(
    shop: Shop, zone: str, deadline: datetime, later: str
) -> None:
    asset = sold_and_moved(shop, zone, later)
    resend_welcome(shop.tenant, asset.id, STAFF)
    shop.settle()

    named = [mail.values["deadline"] for mail in shop.mail if mail.template == "welcome"]
    assert [(when, str(when.tzinfo)) for when in named] == [(deadline, zone)] * 2
