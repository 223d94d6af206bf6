"""Absent is not redeemed: only the account that sold a coupon can say so by not listing it."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bittitan_plugin.bittitan.sandbox import SandboxServer
from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.errors import Refusal, Unavailable
from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.domain.problems import ProblemKind
from bittitan_plugin.ports.vendor import CouponVendor
from bittitan_plugin.services import problems
from bittitan_plugin.services.coupons import coupon_status
from bittitan_plugin.services.coupons import expiry_reminders as watching
from tests.fakes.host import line
from tests.integration.coupons.following import Calendar
from tests.integration.reconciliation.comparing import found, reconcile

STAFF = Actor(ActorKind.STAFF, "staff@example.com")


@pytest.fixture
def other() -> Iterator[SandboxServer]:
    """Another BitTitan account."""
    with SandboxServer() as server:
        yield server


def points_at(calendar: Calendar, server: SandboxServer) -> None:
    """The settings name the account behind that server."""
    server.sandbox.clock.set(calendar.shop.world.clock.now)
    calendar.shop.configure(api_url=server.url, same_account=False)


def kinds(calendar: Calendar) -> list[ProblemKind]:
    return [problem.kind for problem in calendar.shop.problems()]


def vendor_of(calendar: Calendar) -> CouponVendor:
    with calendar.shop.ports.store.looking_up() as installations:
        configuration = installations.by_id(calendar.shop.id).configuration
    return calendar.shop.ports.vendors.of(configuration)


def unlisted(calendar: Calendar, patch: pytest.MonkeyPatch) -> None:
    """BitTitan leaves its coupons out of every answer."""
    vendor = type(vendor_of(calendar))
    patch.setattr(vendor, "changed_since", lambda _self, _instant: iter(()))
    patch.setattr(vendor, "coupon", lambda _self, _coupon_id: None)


def held_to_be_redeemed(calendar: Calendar) -> Asset:
    """An unused coupon that BitTitan did not list when it was asked, and lists again."""
    asset = calendar.sold()
    with pytest.MonkeyPatch.context() as patch:
        unlisted(calendar, patch)
        calendar.follow()
    assert calendar.status(asset) == "REDEEMED"
    calendar.time_passes(hours=1)
    return asset


def test_another_account_calls_not_even_one_coupon_redeemed(
    calendar: Calendar, other: SandboxServer
) -> None:
    asset = calendar.sold()
    calendar.follow()
    points_at(calendar, other)
    calendar.time_passes(hours=1)
    calendar.follow()

    assert calendar.status(asset) == "AVAILABLE"
    assert kinds(calendar) == [ProblemKind.COUPONS_VANISHED]


def test_a_single_look_up_before_the_first_reading_of_another_account_concludes_nothing(
    calendar: Calendar, other: SandboxServer
) -> None:
    asset = calendar.sold()
    points_at(calendar, other)
    coupon_status.follow_asset(calendar.shop.tenant, asset.id)

    assert calendar.status(asset) == "AVAILABLE"


def taken_for_the_same(calendar: Calendar, server: SandboxServer) -> None:
    """Staff are mistaken: they say that the account behind that server is the one until now."""
    server.sandbox.clock.set(calendar.shop.world.clock.now)
    calendar.shop.configure(api_url=server.url, same_account=True)


@pytest.mark.parametrize("number", [2, 6])
def test_what_was_sold_since_the_settings_name_an_account_vouches_for_nothing(
    calendar: Calendar, other: SandboxServer, number: int
) -> None:
    assets = [calendar.sold() for _ in range(number)]
    calendar.follow()
    taken_for_the_same(calendar, other)
    calendar.time_passes(minutes=5)
    calendar.shop.buy(line(), customer="new")
    calendar.time_passes(minutes=5)
    calendar.follow()

    assert {calendar.status(asset) for asset in assets} == {"AVAILABLE"}
    assert kinds(calendar) == [ProblemKind.COUPONS_VANISHED]


def test_no_look_up_concludes_anything_until_the_whole_list_of_a_named_account_was_read(
    calendar: Calendar, other: SandboxServer
) -> None:
    asset = calendar.sold()
    calendar.follow()
    taken_for_the_same(calendar, other)
    coupon_status.follow_asset(calendar.shop.tenant, asset.id)

    assert calendar.status(asset) == "AVAILABLE"


def test_whoever_ordered_before_is_made_known_to_another_account_by_the_next_order(
    calendar: Calendar, other: SandboxServer
) -> None:
    calendar.sold()
    points_at(calendar, other)

    assert calendar.sold().has_coupon


def test_another_account_is_asked_for_none_of_the_coupons_one_by_one(
    calendar: Calendar, other: SandboxServer
) -> None:
    calendar.sold()
    points_at(calendar, other)

    assert calendar.follow().looked_up == 0


def test_not_even_staff_record_redemptions_of_coupons_from_another_account(
    calendar: Calendar, other: SandboxServer
) -> None:
    asset = calendar.sold()
    points_at(calendar, other)
    run = reconcile(calendar.shop, apply=True)

    assert calendar.status(asset) == "AVAILABLE"
    assert ["known under another BitTitan account" in each for each in run.report["left_out"]] == [
        True
    ]


def test_few_that_vanish_are_left_where_the_account_knows_none_of_their_buyers(
    calendar: Calendar,
) -> None:
    assets = [calendar.sold() for _ in range(2)]
    calendar.follow()
    calendar.shop.sandbox.sandbox.reset()
    calendar.time_passes(hours=1)
    calendar.follow()

    assert {calendar.status(asset) for asset in assets} == {"AVAILABLE"}
    assert kinds(calendar) == [ProblemKind.COUPONS_VANISHED]


def test_dismissing_the_problem_ends_no_doubt(calendar: Calendar) -> None:
    assets = [calendar.sold() for _ in range(5)]
    calendar.follow()
    for asset in assets:
        calendar.redeem(asset)  # by whoever knows their buyers
    calendar.time_passes(hours=1)
    calendar.follow()
    (problem,) = calendar.shop.problems()
    problems.dismiss(calendar.shop.tenant, problem.id, STAFF)
    coupon_status.follow_asset(calendar.shop.tenant, assets[0].id)
    calendar.time_passes(minutes=5)
    calendar.follow()

    assert {calendar.status(asset) for asset in assets} == {"AVAILABLE"}


def test_back_at_the_right_account_all_is_as_it_was(
    calendar: Calendar, other: SandboxServer
) -> None:
    used, unused = calendar.sold(), calendar.sold()
    calendar.follow()
    points_at(calendar, other)
    calendar.time_passes(hours=1)
    calendar.follow()
    points_at(calendar, calendar.shop.sandbox)
    calendar.redeem(used)
    calendar.follow()  # the whole list at once, because another account's was read in between

    assert (calendar.status(used), calendar.status(unused)) == ("REDEEMED", "AVAILABLE")
    assert calendar.shop.problems() == []


def test_reminders_wait_for_the_right_account_and_are_not_lost(
    calendar: Calendar, other: SandboxServer
) -> None:
    asset = calendar.sold()
    calendar.follow()
    points_at(calendar, other)
    calendar.before_expiry(asset, days=30)
    assert calendar.remind() == []
    points_at(calendar, calendar.shop.sandbox)

    assert calendar.remind() == [30]


def test_a_reminder_under_way_waits_where_nobody_can_say_if_the_code_is_unused(
    calendar: Calendar, other: SandboxServer
) -> None:
    asset = calendar.sold()
    calendar.before_expiry(asset, days=30)
    points_at(calendar, other)
    with pytest.raises(Unavailable):
        watching.remind(calendar.shop.tenant, asset.id, 30)

    assert calendar.told() == []


def test_a_coupon_of_another_account_is_not_cancelled_under_its_id_alone(
    calendar: Calendar, other: SandboxServer
) -> None:
    asset = calendar.sold()
    points_at(calendar, other)
    after = calendar.shop.cancel(asset)

    assert (after.status, after.coupon_status) == ("ACTIVE", "AVAILABLE")
    (problem,) = calendar.shop.problems()
    assert problem.kind is ProblemKind.CANCELLATION_STUCK
    assert problem.message.startswith("BitTitan was not asked to cancel the coupon: ")
    assert "another BitTitan account" in problem.message


def test_a_redemption_that_nobody_told_is_marked_as_inferred(calendar: Calendar) -> None:
    asset = calendar.sold()
    calendar.redeem(asset)
    calendar.follow()

    assert calendar.shop.asset(asset.id).coupon_status_inferred
    assert calendar.shop.history(asset, "couponStatusInferred") == ["yes"]


def test_a_coupon_held_to_be_redeemed_is_available_again_as_soon_as_it_is_listed(
    calendar: Calendar,
) -> None:
    asset = held_to_be_redeemed(calendar)
    calendar.follow()

    after = calendar.shop.asset(asset.id)
    assert (after.coupon_status, after.coupon_status_inferred) == ("AVAILABLE", False)


def test_a_single_look_up_corrects_it_too(calendar: Calendar) -> None:
    asset = held_to_be_redeemed(calendar)
    after = coupon_status.follow_asset(calendar.shop.tenant, asset.id)

    assert (after.coupon_status, after.coupon_status_inferred) == ("AVAILABLE", False)


def test_reconciling_corrects_it_too(calendar: Calendar) -> None:
    asset = held_to_be_redeemed(calendar)
    run = reconcile(calendar.shop, apply=True)

    assert found(run) == {"COUPON_AVAILABLE": 1}
    assert calendar.status(asset) == "AVAILABLE"


def test_what_bittitan_told_is_not_reopened_by_a_list(calendar: Calendar) -> None:
    asset = held_to_be_redeemed(calendar)
    shop = calendar.shop
    with shop.tenant.writing() as work:
        work.assets.change(
            asset.id, lambda a: replace(a, coupon_inferred_at=None), STAFF, shop.ports.clock()
        )
    calendar.follow()

    assert calendar.status(asset) == "REDEEMED"


def test_a_coupon_held_to_be_redeemed_is_cancelled_where_bittitan_says_that_it_is_not(
    calendar: Calendar,
) -> None:
    after = calendar.shop.cancel(held_to_be_redeemed(calendar))

    assert (after.status, after.coupon_status, after.coupon_status_inferred) == (
        "CANCELLED",
        "CANCELLED",
        False,
    )


def test_where_bittitan_says_that_it_is_redeemed_that_is_certain_from_then_on(
    calendar: Calendar,
) -> None:
    asset = calendar.sold()
    calendar.redeem(asset)
    calendar.follow()
    after = calendar.shop.cancel(asset)

    assert (after.status, after.coupon_status, after.coupon_status_inferred) == (
        "ACTIVE",
        "REDEEMED",
        False,
    )
    with pytest.raises(Refusal):
        calendar.shop.cancel(asset)


def test_what_comes_of_a_sale_says_which_account_it_is_from(calendar: Calendar) -> None:
    asset = calendar.sold()

    assert asset.coupon_account is not None
    assert asset.coupon_listed_since == calendar.shop.world.clock.now
