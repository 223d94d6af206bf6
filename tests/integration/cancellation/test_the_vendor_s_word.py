"""BitTitan decides whether a coupon can still be taken back; nothing is credited against it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bittitan_plugin.bittitan.sandbox import DEFAULT_PASSWORD
from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.problems import ProblemKind
from tests.fakes.host import line
from tests.world import CANCELLED, SOLD, STAFF, Shop


@pytest.fixture
def shop(shop_by_hand: Shop) -> Shop:
    return shop_by_hand


def redeem(shop: Shop, asset: Asset) -> None:
    """What the buyer does in BitTitan's portal."""
    assert asset.coupon_id is not None
    shop.sandbox.sandbox.redeem(asset.coupon_id)


def expire(shop: Shop, _asset: Asset) -> None:
    """Time passes at BitTitan, faster than here."""
    shop.sandbox.sandbox.clock.advance(timedelta(days=400))


@pytest.mark.parametrize(
    ("happened", "status"), [(redeem, "REDEEMED"), (expire, "EXPIRED")], ids=["redeemed", "expired"]
)
def test_a_coupon_that_is_gone_leaves_the_asset_active(
    shop: Shop, happened: Any, status: str
) -> None:
    asset = shop.buy(line())
    happened(shop, asset)

    after = shop.cancel(asset)

    assert (after.status, after.coupon_status) == ("ACTIVE", status)


@pytest.mark.parametrize("happened", [redeem, expire])
def test_a_coupon_that_is_gone_is_not_credited(shop: Shop, happened: Any) -> None:
    asset = shop.buy(line())
    happened(shop, asset)

    shop.cancel(asset)

    assert (shop.tally().credits, shop.tally().refunds, shop.tally().mail) == (0, 0, SOLD.mail)


@pytest.mark.parametrize(("days_left", "status"), [(1, "REDEEMED"), (-1, "EXPIRED")])
def test_a_coupon_no_longer_listed_is_judged_by_its_expiry(
    shop: Shop, days_left: int, status: str
) -> None:
    asset = shop.buy(line())
    expires_at = shop.world.clock.now + timedelta(days=days_left)
    with shop.tenant.writing() as work:
        work.assets.change(
            asset.id, lambda a: replace(a, coupon_expires_at=expires_at), STAFF, asset.purchase_date
        )
    shop.sandbox.sandbox.reset()

    after = shop.cancel(asset)

    assert (after.status, after.coupon_status) == ("ACTIVE", status)


@pytest.mark.parametrize(
    "fault", ["timeout_after_work", "drop_after_work", "drop_connection", "broken_json"]
)
def test_a_lost_answer_is_asked_for_again_and_credited_once(shop: Shop, fault: str) -> None:
    asset = shop.buy(line())
    shop.sandbox.sandbox.faults.add(fault, operation="cancel", times=1)

    shop.cancel(asset)

    assert shop.tally() == CANCELLED


def test_a_failed_asset_without_a_coupon_is_cancelled_and_credited(shop: Shop) -> None:
    shop.sandbox.sandbox.products.clear()
    asset = shop.buy(line())

    shop.cancel(asset)

    assert (shop.asset(asset.id).status, shop.tally().credits) == ("CANCELLED", 1)


def test_a_failed_asset_without_a_coupon_needs_no_cancelling_by_the_vendor(shop: Shop) -> None:
    shop.sandbox.sandbox.products.clear()
    asset = shop.buy(line())
    shop.sandbox.sandbox.faults.add("status", operation="cancel", status=500)

    assert shop.cancel(asset).status == "CANCELLED"


def test_the_problem_of_a_failed_asset_is_closed_by_its_cancellation(shop: Shop) -> None:
    shop.sandbox.sandbox.products.clear()

    shop.cancel(shop.buy(line()))

    assert shop.problems() == []


def test_the_orphaned_coupon_of_a_failed_asset_is_revoked(shop: Shop) -> None:
    shop.sandbox.sandbox.faults.add("drop_after_work", operation="issue", times=1)
    shop.sandbox.sandbox.faults.add("status", operation="find", status=403, times=2)
    asset = shop.buy(line())
    assert (asset.provisioning_status, shop.tally().usable) == ("FAILED", 1)

    shop.cancel(asset)

    assert (shop.tally().usable, shop.tally().credits) == (0, 1)


def test_a_vendor_that_cannot_be_asked_leaves_the_asset_active(shop: Shop) -> None:
    asset = shop.buy(line())
    shop.configure(api_password="wrong")

    assert shop.cancel(asset).status == "ACTIVE"


def test_a_vendor_that_cannot_be_asked_is_a_problem(shop: Shop) -> None:
    asset = shop.buy(line())
    shop.configure(api_password="wrong")
    shop.cancel(asset)

    assert [problem.kind for problem in shop.problems()] == [ProblemKind.CANCELLATION_STUCK]


@pytest.mark.parametrize("happened", [redeem, expire])
def test_a_cancellation_that_was_stuck_is_no_problem_once_bittitan_says_it_is_too_late(
    shop: Shop, happened: Any
) -> None:
    asset = shop.buy(line())
    shop.configure(api_password="wrong")
    shop.cancel(asset)
    shop.configure(api_password=DEFAULT_PASSWORD)
    happened(shop, asset)
    shop.cancel(asset)

    assert shop.problems() == []


def test_after_mending_the_cause_it_can_be_cancelled_again(shop: Shop) -> None:
    asset = shop.buy(line())
    shop.configure(api_password="wrong")
    shop.cancel(asset)
    shop.configure(api_password=DEFAULT_PASSWORD)

    shop.cancel(asset)

    assert (shop.tally(), shop.problems()) == (CANCELLED, [])
