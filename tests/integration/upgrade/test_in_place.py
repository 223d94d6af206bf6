"""An upgrade strands nothing: today's code finishes what an earlier release began, once."""

from collections import Counter

import pytest

from bittitan_plugin.domain.assets import AssetStatus, ProvisioningStatus
from bittitan_plugin.domain.coupons import CouponStatus
from bittitan_plugin.store import migrations
from tests.fixtures.make_release import STORY
from tests.integration.upgrade.conftest import Upgraded

CANCELLED = {2, 3, 4}
WITHDRAWN = {5}
STANDING = set(STORY) - CANCELLED - WITHDRAWN


def test_the_tables_are_those_the_code_describes(upgraded: Upgraded) -> None:
    migrations.check(upgraded.shop.application.engine)
    assert migrations.is_current(upgraded.shop.application.engine)


def test_no_workflow_is_left_or_has_broken(upgraded: Upgraded) -> None:
    assert set(upgraded.workflows()) == {"SUCCESS"}


@pytest.mark.parametrize("quantity", STORY, ids=STORY.values())
def test_every_sale_has_one_coupon_at_the_vendor(upgraded: Upgraded, quantity: int) -> None:
    asset = upgraded.asset(quantity)
    (coupon,) = upgraded.coupons(asset)
    assert asset.coupon_id == coupon.id


@pytest.mark.parametrize("quantity", sorted(STANDING), ids=lambda number: STORY[number])
def test_what_was_sold_stands_with_a_usable_coupon(upgraded: Upgraded, quantity: int) -> None:
    asset = upgraded.asset(quantity)
    (coupon,) = upgraded.coupons(asset)
    assert (asset.status, asset.provisioning_status, coupon.status) == (
        AssetStatus.ACTIVE,
        ProvisioningStatus.SYNCHRONIZED,
        CouponStatus.AVAILABLE,
    )


@pytest.mark.parametrize("quantity", sorted(STANDING), ids=lambda number: STORY[number])
def test_its_buyer_has_been_welcomed_and_nothing_else(upgraded: Upgraded, quantity: int) -> None:
    assert upgraded.mail_of(upgraded.asset(quantity)) == Counter(welcome=1)


@pytest.mark.parametrize("quantity", sorted(STANDING), ids=lambda number: STORY[number])
def test_its_money_stays(upgraded: Upgraded, quantity: int) -> None:
    assert upgraded.money_back(quantity) == (0, 0)


@pytest.mark.parametrize("quantity", sorted(CANCELLED), ids=lambda number: STORY[number])
def test_what_was_being_cancelled_is_revoked_and_credited_once(
    upgraded: Upgraded, quantity: int
) -> None:
    asset = upgraded.asset(quantity)
    (coupon,) = upgraded.coupons(asset)
    assert (asset.status, coupon.status) == (AssetStatus.CANCELLED, CouponStatus.CANCELLED)
    assert upgraded.money_back(quantity) == (1, 1)
    assert upgraded.mail_of(asset) == Counter(welcome=1, cancelled=1)


def test_what_the_platform_took_back_is_revoked_and_not_credited_by_us(upgraded: Upgraded) -> None:
    (quantity,) = WITHDRAWN
    asset = upgraded.asset(quantity)
    (coupon,) = upgraded.coupons(asset)
    assert (asset.status, coupon.status) == (AssetStatus.CANCELLED, CouponStatus.CANCELLED)
    assert asset.credit_invoice is None
    # The platform's own credit for its own cancellation; as at Saleor, the money is staff's.
    assert upgraded.money_back(quantity) == (1, 0)


def test_nobody_is_welcomed_again(upgraded: Upgraded) -> None:
    again = set(upgraded.mail_before) & set(upgraded.mail_after)
    assert {key for key in again if key.startswith("welcome")} == set()


def test_a_request_that_waits_is_told_to_both_sides(upgraded: Upgraded) -> None:
    news = [key for key in upgraded.mail_after if key.startswith("request-")]
    assert sorted(key.rpartition("-")[2] for key in news) == ["customer", "staff"]


def test_the_problem_whose_cause_is_gone_is_closed(upgraded: Upgraded) -> None:
    assert upgraded.problems() == []


@pytest.mark.parametrize("quantity", STORY, ids=STORY.values())
def test_codes_that_were_sealed_before_can_be_read(upgraded: Upgraded, quantity: int) -> None:
    asset = upgraded.asset(quantity)
    (coupon,) = upgraded.coupons(asset)
    assert asset.coupon_code is not None
    assert upgraded.shop.application.ports.cipher.open(asset.coupon_code) == coupon.code
