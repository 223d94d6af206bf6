"""An upgrade strands nothing: today's code finishes what an earlier release began, once."""

from collections import Counter
from collections.abc import Callable, Iterable

from bittitan_plugin.domain.assets import Asset, AssetStatus, ProvisioningStatus
from bittitan_plugin.domain.coupons import CouponStatus
from bittitan_plugin.platforms.registry import platform_tables
from bittitan_plugin.store import migrations
from tests.fixtures.make_release import STORY
from tests.integration.upgrade.conftest import Upgraded

CANCELLED = {2, 3, 4}
WITHDRAWN = {5}
STANDING = set(STORY) - CANCELLED - WITHDRAWN


def expect_of_each(
    upgraded: Upgraded, orders: Iterable[int], look: Callable[[Asset], object], expected: object
) -> None:
    """Every one of these orders looks so; who does not is named as the story has it."""
    assets = {STORY[quantity]: upgraded.asset(quantity) for quantity in orders}
    seen = {of: "no asset" if asset is None else look(asset) for of, asset in assets.items()}
    wrong = [f"{of}: {found}" for of, found in seen.items() if found != expected]
    assert wrong == [], "\n".join([f"expected {expected}", *wrong])


def test_the_tables_are_those_the_code_describes(upgraded: Upgraded) -> None:
    migrations.check(upgraded.shop.application.engine, platform_tables())
    assert migrations.version_fault(upgraded.shop.application.engine) == ""


def test_no_workflow_is_left_or_has_broken(upgraded: Upgraded) -> None:
    assert (set(upgraded.workflows()), upgraded.waiting()) == ({"SUCCESS"}, [])


def test_every_sale_has_one_coupon_at_the_vendor(upgraded: Upgraded) -> None:
    def look(asset: Asset) -> object:
        coupons = upgraded.coupons(asset)
        return len(coupons), asset.coupon_id in {coupon.id for coupon in coupons}

    expect_of_each(upgraded, STORY, look, (1, True))


def test_what_was_sold_stands_with_a_usable_coupon(upgraded: Upgraded) -> None:
    def look(asset: Asset) -> object:
        return asset.status, asset.provisioning_status, upgraded.fates(asset)

    expected = (AssetStatus.ACTIVE, ProvisioningStatus.SYNCHRONIZED, [CouponStatus.AVAILABLE])
    expect_of_each(upgraded, STANDING, look, expected)


def test_its_buyer_has_been_welcomed_and_nothing_else(upgraded: Upgraded) -> None:
    expect_of_each(upgraded, STANDING, upgraded.mail_of, Counter(welcome=1))


def test_its_money_stays(upgraded: Upgraded) -> None:
    expect_of_each(upgraded, STANDING, upgraded.money_back, (0, 0))


def test_what_was_being_cancelled_is_revoked_and_credited_once(upgraded: Upgraded) -> None:
    def look(asset: Asset) -> object:
        back = upgraded.money_back(asset)
        return asset.status, upgraded.fates(asset), back, upgraded.mail_of(asset)

    mail = Counter(welcome=1, cancelled=1)
    expected = (AssetStatus.CANCELLED, [CouponStatus.CANCELLED], (1, 1), mail)
    expect_of_each(upgraded, CANCELLED, look, expected)


def test_what_the_platform_took_back_is_revoked_and_not_credited_by_us(upgraded: Upgraded) -> None:
    def look(asset: Asset) -> object:
        back = upgraded.money_back(asset)
        return asset.status, upgraded.fates(asset), asset.credit_invoice, back

    # The platform's own credit for its own cancellation; as at Saleor, the money is staff's.
    expected = (AssetStatus.CANCELLED, [CouponStatus.CANCELLED], None, (1, 0))
    expect_of_each(upgraded, WITHDRAWN, look, expected)


def test_nobody_is_welcomed_again(upgraded: Upgraded) -> None:
    again = set(upgraded.mail_before) & set(upgraded.mail_after)
    assert {key for key in again if key.startswith("welcome")} == set()


def test_a_request_that_waits_is_told_to_both_sides(upgraded: Upgraded) -> None:
    news = [key for key in upgraded.mail_after if key.startswith("request-")]
    assert sorted(key.rpartition("-")[2] for key in news) == ["customer", "staff"]


def test_the_problem_whose_cause_is_gone_is_closed(upgraded: Upgraded) -> None:
    assert upgraded.problems() == []


def test_codes_that_were_sealed_before_can_be_read(upgraded: Upgraded) -> None:
    def look(asset: Asset) -> object:
        code, cipher = asset.coupon_code, upgraded.shop.application.ports.cipher
        issued = [coupon.code for coupon in upgraded.coupons(asset)]
        return code is not None and [cipher.open(code)] == issued

    expect_of_each(upgraded, STORY, look, True)
