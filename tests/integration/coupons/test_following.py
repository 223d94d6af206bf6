"""What becomes of coupons at BitTitan is found out, and put on the record once."""

from dataclasses import replace
from typing import Any

import pytest

from bittitan_plugin.bittitan.sandbox import SandboxServer
from bittitan_plugin.domain.absence import VANISHED_AT_ONCE
from bittitan_plugin.domain.accounts import AccountStatus
from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.errors import Rejected, Unavailable
from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.domain.problems import ProblemKind
from bittitan_plugin.domain.requests import RequestState
from bittitan_plugin.services.cancelling import requests as cancellation_requests
from bittitan_plugin.services.coupons import coupon_status
from bittitan_plugin.services.coupons import expiry_reminders as watching
from bittitan_plugin.services.ports import Tenant
from tests.fakes.rows import asset_unreadable
from tests.integration.coupons.following import Calendar
from tests.integration.reconciliation.comparing import reconcile
from tests.world import SOLD, Shop


def test_a_redeemed_coupon_is_missed_in_the_list_and_found_redeemed(calendar: Calendar) -> None:
    asset = calendar.sold()
    calendar.redeem(asset)
    calendar.follow()

    assert calendar.status(asset) == "REDEEMED"


def test_a_coupon_past_its_expiry_is_found_expired(calendar: Calendar) -> None:
    asset = calendar.sold()
    calendar.follow()
    calendar.time_passes(days=366)
    calendar.follow()

    assert calendar.status(asset) == "EXPIRED"


def test_an_unused_coupon_stays_available(calendar: Calendar) -> None:
    asset = calendar.sold()
    calendar.follow()

    assert calendar.shop.asset(asset.id) == asset


def test_a_coupon_cancelled_at_the_vendor_is_heard_of(calendar: Calendar) -> None:
    asset = calendar.sold()
    calendar.follow()
    calendar.time_passes(minutes=10)
    calendar.shop.sandbox.sandbox.cancel(asset.coupon_id or "")
    calendar.follow()

    assert calendar.status(asset) == "CANCELLED"


def test_a_settled_fate_keeps_the_code(calendar: Calendar) -> None:
    asset = calendar.sold()
    calendar.redeem(asset)
    calendar.follow()

    assert calendar.shop.asset(asset.id).coupon_code == asset.coupon_code


def test_the_history_says_that_bittitan_told_it(calendar: Calendar) -> None:
    asset = calendar.sold()
    calendar.redeem(asset)
    calendar.follow()

    with calendar.shop.tenant.reading() as work:
        entry = work.assets.history([asset.id])[asset.id][-1]
    assert (entry.actor.kind, entry.change.before, entry.change.after) == (
        "VENDOR",
        "AVAILABLE",
        "REDEEMED",
    )


def test_following_again_records_nothing_more(calendar: Calendar) -> None:
    asset = calendar.sold()
    calendar.redeem(asset)
    calendar.follow()
    calendar.time_passes(hours=2)

    assert calendar.follow().changed == 0
    assert calendar.shop.history(asset, "couponStatus") == ["UNKNOWN", "AVAILABLE", "REDEEMED"]


def test_a_redeemed_coupon_does_not_turn_expired_later(calendar: Calendar) -> None:
    asset = calendar.sold()
    calendar.redeem(asset)
    calendar.follow()
    calendar.time_passes(days=400)
    coupon_status.follow_asset(calendar.shop.tenant, asset.id)

    assert calendar.status(asset) == "REDEEMED"


def test_a_cancelled_asset_is_settled(calendar: Calendar) -> None:
    asset = calendar.shop.cancel(calendar.sold())
    calendar.time_passes(days=400)
    calendar.follow()

    assert calendar.shop.asset(asset.id) == asset


def test_between_two_whole_readings_only_changes_are_read(calendar: Calendar) -> None:
    calendar.sold()
    swept = [calendar.follow().swept]
    calendar.time_passes(minutes=5)
    swept.append(calendar.follow().swept)
    calendar.time_passes(hours=1)
    swept.append(calendar.follow().swept)

    assert swept == [True, False, True]


def test_within_the_hour_a_redemption_is_noticed(calendar: Calendar) -> None:
    asset = calendar.sold()
    calendar.follow()
    calendar.time_passes(minutes=5)
    calendar.redeem(asset)
    for _ in range(12):
        calendar.time_passes(minutes=5)
        calendar.follow()

    assert calendar.status(asset) == "REDEEMED"


def test_a_coupon_the_list_left_out_is_looked_up_before_anything_is_concluded(
    calendar: Calendar, monkeypatch: pytest.MonkeyPatch
) -> None:
    asset = calendar.sold()
    vendor = type(calendar.shop.ports.vendors.of(_configuration(calendar)))
    monkeypatch.setattr(vendor, "changed_since", lambda _self, _instant: iter(()))

    assert calendar.follow().looked_up == 1
    assert calendar.status(asset) == "AVAILABLE"


def test_look_ups_are_bounded_and_go_on_where_they_stopped(
    calendar: Calendar, monkeypatch: pytest.MonkeyPatch
) -> None:
    assets = [calendar.sold() for _ in range(3)]
    monkeypatch.setattr(coupon_status, "MOST_LOOK_UPS", 2)
    calendar.time_passes(days=366)

    assert [calendar.follow().looked_up, calendar.follow().looked_up] == [2, 1]
    assert {calendar.status(asset) for asset in assets} == {"EXPIRED"}


def test_pages_are_recorded_as_they_come(
    calendar: Calendar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coupon_status, "PAGE", 1)
    assets = [calendar.sold() for _ in range(3)]
    for asset in assets:
        calendar.shop.sandbox.sandbox.cancel(asset.coupon_id or "")

    assert calendar.follow().changed == 3


def test_a_row_nobody_can_read_is_raised_after_the_others_were_heard(
    calendar: Calendar, monkeypatch: pytest.MonkeyPatch
) -> None:
    asset = calendar.sold()
    calendar.shop.sandbox.sandbox.cancel(asset.coupon_id or "")
    api = calendar.shop.ports.vendors.of(_configuration(calendar))
    whole = api.changed_since

    def broken(instant: object):  # type: ignore[no-untyped-def]
        yield from whole(instant)  # type: ignore[arg-type]
        raise Rejected("BROKEN_ANSWER", "row 7 is broken")

    monkeypatch.setattr(type(api), "changed_since", lambda _self, instant: broken(instant))

    with pytest.raises(Rejected):
        calendar.follow()
    assert calendar.status(asset) == "CANCELLED"


def test_a_coupon_nobody_can_read_keeps_no_other_from_being_looked_up(
    calendar: Calendar, monkeypatch: pytest.MonkeyPatch
) -> None:
    unreadable, other = sorted((calendar.sold(), calendar.sold()), key=lambda it: it.id)
    calendar.follow()
    calendar.time_passes(days=366)
    api = calendar.shop.ports.vendors.of(_configuration(calendar))
    read = api.coupon

    def coupon(_self: object, coupon_id: str):  # type: ignore[no-untyped-def]
        if coupon_id == unreadable.coupon_id:
            raise Rejected("BROKEN_ANSWER", "the answer is broken")
        return read(coupon_id)

    monkeypatch.setattr(type(api), "coupon", coupon)

    with pytest.raises(Rejected):
        calendar.follow()
    assert (calendar.status(unreadable), calendar.status(other)) == ("AVAILABLE", "EXPIRED")


def test_a_vendor_that_is_away_changes_nothing_and_is_asked_again(calendar: Calendar) -> None:
    asset = calendar.sold()
    calendar.redeem(asset)
    calendar.shop.sandbox.sandbox.faults.add("status", status=503)
    with pytest.raises(Unavailable):
        calendar.follow()
    assert calendar.status(asset) == "AVAILABLE"

    calendar.shop.sandbox.sandbox.faults.clear()
    calendar.follow()
    assert calendar.status(asset) == "REDEEMED"


def test_the_durable_look_follows_and_happens_once_in_five_minutes(shop: Shop) -> None:
    calendar = Calendar(shop)  # with the engine
    asset = calendar.sold()
    calendar.redeem(asset)
    for _ in range(3):
        watching.watch_coupons(calendar.shop.tenant)
        calendar.shop.settle()

    assert calendar.status(asset) == "REDEEMED"
    with calendar.shop.tenant.reading() as work:
        cursor = work.coupons.cursor()
    assert cursor is not None
    assert cursor.read_at == calendar.shop.world.clock.now


def test_a_switched_off_plugin_asks_nobody(calendar: Calendar) -> None:
    asset = calendar.sold()
    calendar.redeem(asset)
    calendar.shop.configure(active=False)

    assert coupon_status.follow(calendar.shop.tenant) is None
    assert calendar.status(asset) == "AVAILABLE"


def test_following_spends_nothing(calendar: Calendar) -> None:
    calendar.sold()
    calendar.follow()

    assert calendar.shop.tally() == SOLD


def _configuration(calendar: Calendar):  # type: ignore[no-untyped-def]
    with calendar.shop.ports.store.looking_up() as installations:
        return installations.by_id(calendar.shop.id).configuration


def test_coupons_that_all_vanish_at_once_are_put_to_staff_and_not_called_redeemed(
    calendar: Calendar,
) -> None:
    assets = calendar.sold_and_redeemed(VANISHED_AT_ONCE)
    calendar.follow()

    assert {calendar.status(asset) for asset in assets} == {"AVAILABLE"}
    (problem,) = calendar.shop.problems()
    assert problem.kind is ProblemKind.COUPONS_VANISHED


def test_one_coupon_that_is_still_listed_shows_that_it_is_the_right_account(
    calendar: Calendar,
) -> None:
    still_listed = calendar.sold()
    assets = calendar.sold_and_redeemed(VANISHED_AT_ONCE)
    calendar.follow()

    assert {calendar.status(asset) for asset in assets} == {"REDEEMED"}
    assert (calendar.status(still_listed), calendar.shop.problems()) == ("AVAILABLE", [])


def test_settings_of_another_account_redeem_nothing_and_the_right_ones_close_the_question(
    calendar: Calendar,
) -> None:
    shop, assets = calendar.shop, [calendar.sold() for _ in range(VANISHED_AT_ONCE)]
    with SandboxServer() as other:
        shop.configure(api_url=other.url, same_account=False)
        calendar.follow()
        calendar.time_passes(minutes=10)
        calendar.follow()  # a short look, which asks nothing about them
        assert [each.kind for each in shop.problems()] == [ProblemKind.COUPONS_VANISHED]
    shop.configure(api_url=shop.sandbox.url)
    calendar.time_passes(hours=1)
    calendar.follow()

    assert shop.problems() == []
    assert {calendar.status(asset) for asset in assets} == {"AVAILABLE"}


def test_staff_who_know_the_account_to_be_right_record_the_redemptions_by_reconciling(
    calendar: Calendar,
) -> None:
    assets = calendar.sold_and_redeemed(VANISHED_AT_ONCE)
    calendar.follow()
    reconcile(calendar.shop, apply=True)
    calendar.time_passes(hours=1)
    calendar.follow()

    assert {calendar.status(asset) for asset in assets} == {"REDEEMED"}
    assert calendar.shop.problems() == []


def test_a_request_whose_coupon_turns_out_redeemed_is_refused_and_its_customer_told(
    calendar: Calendar,
) -> None:
    shop, asset = calendar.shop, calendar.sold()
    customer = Actor(ActorKind.CUSTOMER, asset.recipient_email)
    asked = cancellation_requests.create(shop.tenant, asset.id, customer, "too many")
    shop.settle()
    calendar.redeem(asset)
    calendar.follow()
    shop.settle()

    assert asked.request is not None
    with shop.tenant.reading() as work:
        request = work.requests.get(asked.request.id)
    assert (request.state, request.decided_by) == (RequestState.REFUSED, "BitTitan")
    told = [m.values["reason"] for m in shop.mail if m.template == "cancellation_refused"]
    assert told == [coupon_status.REDEEMED_REASON]


def another_account(calendar: Calendar) -> list[Asset]:
    """The settings lead to an account that lists none of what was sold; a sweep has noticed."""
    assets = [calendar.sold() for _ in range(VANISHED_AT_ONCE)]
    calendar.follow()
    calendar.shop.sandbox.sandbox.reset()
    calendar.time_passes(hours=1)
    calendar.follow()
    return assets


def test_a_new_sale_at_the_wrong_account_ends_no_doubt(calendar: Calendar) -> None:
    assets = another_account(calendar)
    with calendar.shop.tenant.writing() as work:
        account = work.assets.get(assets[0].id).account_id
        work.accounts.change(
            account, lambda a: replace(a, partner_id=None, status=AccountStatus.UNSYNCHRONIZED)
        )
    calendar.time_passes(minutes=5)
    assert calendar.sold().has_coupon
    for _ in range(3):
        calendar.time_passes(hours=1)
        calendar.follow()

    assert {calendar.status(asset) for asset in assets} == {"AVAILABLE"}
    assert [each.kind for each in calendar.shop.problems()] == [ProblemKind.COUPONS_VANISHED]


def test_no_single_look_up_goes_round_the_doubt(calendar: Calendar) -> None:
    asset, reminded, *_ = another_account(calendar)
    coupon_status.follow_asset(calendar.shop.tenant, asset.id)
    calendar.before_expiry(reminded, days=7)
    calendar.remind()

    assert (calendar.status(asset), calendar.status(reminded)) == ("AVAILABLE", "AVAILABLE")


def test_a_cancellation_in_doubt_is_a_problem_and_calls_nothing_redeemed(
    calendar: Calendar,
) -> None:
    asset, *_ = another_account(calendar)
    after = calendar.shop.cancel(asset)

    assert (after.status, after.coupon_status) == ("ACTIVE", "AVAILABLE")
    assert ProblemKind.CANCELLATION_STUCK in [each.kind for each in calendar.shop.problems()]


def test_a_clock_that_was_ahead_and_is_put_right_hides_no_redemption(calendar: Calendar) -> None:
    calendar.time_passes(days=30)
    asset, other = calendar.sold(), calendar.sold()
    calendar.follow()
    calendar.time_passes(days=-30)
    calendar.redeem(asset)
    calendar.follow()

    assert (calendar.status(asset), calendar.status(other)) == ("REDEEMED", "AVAILABLE")


def test_an_asset_that_cannot_be_read_keeps_no_other_coupon_from_being_followed(
    calendar: Calendar,
) -> None:
    bad, good = calendar.sold(), calendar.sold()
    calendar.redeem(good)
    asset_unreadable(calendar.shop.tenant, bad.id)
    calendar.follow()

    assert calendar.status(good) == "REDEEMED"


def test_a_coupon_whose_news_cannot_be_recorded_keeps_no_other_waiting_and_is_named(
    calendar: Calendar, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = calendar.sold_and_redeemed(2)

    def learn(tenant: Tenant, asset: Asset, *rest: Any) -> int:
        if asset.id == bad.id:
            raise KeyError("what was not foreseen")
        return learnt(tenant, asset, *rest)

    learnt = coupon_status.learn
    monkeypatch.setattr(coupon_status, "learn", learn)
    calendar.follow()
    assert (calendar.status(bad), calendar.status(good)) == ("AVAILABLE", "REDEEMED")
    (problem,) = calendar.shop.problems()
    assert problem.asset_id == bad.id
    assert f"the coupon of order {bad.order_number} is set aside" in problem.message

    monkeypatch.undo()
    calendar.time_passes(hours=1)
    calendar.follow()
    assert (calendar.status(bad), calendar.shop.problems()) == ("REDEEMED", [])
