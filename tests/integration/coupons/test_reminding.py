"""Buyers are reminded 30 and 7 days before an unused code expires: once each, and never wrongly."""

from collections import deque
from datetime import timedelta

import pytest

from bittitan_plugin.domain.errors import Rejected, Unavailable
from tests.fakes.rows import asset_mended, asset_unreadable
from tests.integration.coupons.following import Calendar
from tests.world import Shop

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("days", [30, 7])
def test_a_reminder_is_due_on_its_day(calendar: Calendar, days: int) -> None:
    calendar.before_expiry(calendar.sold(), days=days)

    assert calendar.remind() == [days]


def test_a_second_earlier_none_is_due(calendar: Calendar) -> None:
    calendar.before_expiry(calendar.sold(), days=30, late=-SECOND)

    assert calendar.remind() == []


def test_each_is_sent_once(calendar: Calendar) -> None:
    asset = calendar.sold()
    calendar.before_expiry(asset, days=30)
    calendar.remind()
    calendar.before_expiry(asset, days=29)
    calendar.remind()
    calendar.before_expiry(asset, days=7)
    calendar.remind()
    calendar.before_expiry(asset, days=6)

    assert calendar.remind() == [30, 7]


def test_of_two_that_are_due_only_the_nearer_is_sent(calendar: Calendar) -> None:
    calendar.before_expiry(calendar.sold(), days=6)
    calendar.remind()

    assert calendar.remind() == [6]


def test_it_goes_to_the_orders_recipient_with_the_code(calendar: Calendar) -> None:
    asset = calendar.sold()
    calendar.before_expiry(asset, days=30)
    calendar.remind()

    (sent,) = [m for m in calendar.shop.mail if m.template == "coupon_expiring"]
    (coupon,) = calendar.shop.sandbox.sandbox.ledger()
    assert (sent.to, sent.values["coupon_code"]) == (asset.recipient_email, coupon.code)


def test_a_code_used_a_minute_ago_is_not_brought_to_mind(calendar: Calendar) -> None:
    asset = calendar.sold()
    calendar.before_expiry(asset, days=30)
    calendar.redeem(asset)

    assert calendar.remind() == []
    assert calendar.status(asset) == "REDEEMED"


def test_a_cancelled_sale_is_not_brought_to_mind(calendar: Calendar) -> None:
    asset = calendar.sold()
    calendar.shop.cancel(asset)
    calendar.before_expiry(asset, days=7)

    assert calendar.remind() == []


def test_a_mail_server_that_is_away_is_tried_again(shop: Shop) -> None:
    calendar = Calendar(shop)  # with the engine
    calendar.before_expiry(calendar.sold(), days=7)
    calendar.shop.world.mailer.failures = deque([Unavailable("busy"), Unavailable("busy")])

    assert calendar.remind() == [7]


def test_a_switched_off_plugin_catches_up_with_the_nearer_one(calendar: Calendar) -> None:
    asset = calendar.sold()
    calendar.shop.configure(active=False)
    calendar.before_expiry(asset, days=30)
    assert calendar.remind() == []
    calendar.shop.configure(active=True)
    calendar.before_expiry(asset, days=5)

    assert calendar.remind() == [5]


def test_many_are_reminded_piece_by_piece(
    calendar: Calendar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bittitan_plugin.services.coupons.expiry_reminders.BATCH", 2)
    assets = [calendar.sold() for _ in range(5)]
    calendar.before_expiry(max(assets, key=lambda a: str(a.coupon_expires_at)), days=7)

    assert len(calendar.remind()) == 5


def test_an_asset_that_cannot_be_read_keeps_no_buyer_from_being_reminded(
    calendar: Calendar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bittitan_plugin.services.coupons.expiry_reminders.BATCH", 2)
    assets = [calendar.sold() for _ in range(5)]
    bad = min(assets, key=lambda asset: asset.id)
    asset_unreadable(calendar.shop.tenant, bad.id)
    calendar.before_expiry(assets[0], days=7)
    assert len(calendar.remind()) == 4

    asset_mended(calendar.shop.tenant, bad.id)
    assert len(calendar.remind()) == 5


def test_a_reminder_that_no_address_takes_is_a_problem_and_keeps_no_other_from_going_out(
    calendar: Calendar,
) -> None:
    first, _ = calendar.sold(), calendar.sold()
    calendar.before_expiry(first, days=7)
    calendar.shop.world.mailer.failures = deque([Rejected("550", "no such mailbox")])

    assert len(calendar.remind()) == 1
    (problem,) = calendar.shop.problems()
    assert (problem.kind, problem.action) == ("FOLLOW_UP_FAILED", "RESUME")
