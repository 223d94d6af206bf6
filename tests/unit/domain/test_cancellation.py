"""May an asset be cancelled: every refusal, the amount, and whether staff are needed."""

from datetime import datetime, timedelta

import pytest

from bittitan_plugin.domain.assets import Asset, AssetStatus, ProvisioningStatus
from bittitan_plugin.domain.cancellation import CancellationTerms, check, demand
from bittitan_plugin.domain.coupons import CouponStatus
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.money import Money
from tests.fakes.values import NOON, new_asset, sold_asset
from tests.tables import every

MUCH_LATER = NOON + timedelta(days=20)


def terms(asset: Asset, now: datetime = NOON, **options: object) -> CancellationTerms:
    return check(asset, now, **options)  # type: ignore[arg-type]


def test_an_unused_coupon_within_the_window_can_be_given_back_for_all_its_money() -> None:
    answer = terms(sold_asset(quantity=25, total=Money.of("349.99", "USD")))
    assert (answer.allowed, answer.code, answer.refund) == (True, None, Money.of("349.99", "USD"))


def test_the_permission_says_until_when_and_how_much() -> None:
    assert terms(sold_asset()).message == (
        "Can be cancelled before 2026-03-26 00:00 (UTC) for a full credit of 350.00 USD."
    )


REFUSALS: dict[ErrorCode, Asset] = {
    ErrorCode.ALREADY_CANCELLED: sold_asset(status=AssetStatus.CANCELLED),
    ErrorCode.CANCELLATION_PENDING: sold_asset(status=AssetStatus.CANCELLING),
    ErrorCode.COUPON_REDEEMED: sold_asset(coupon_status=CouponStatus.REDEEMED),
    ErrorCode.COUPON_EXPIRED: sold_asset(coupon_status=CouponStatus.EXPIRED),
    ErrorCode.CANCELLATION_WINDOW_CLOSED: sold_asset(purchase_date=NOON - timedelta(days=16)),
    ErrorCode.NOT_PROVISIONED: new_asset(),
}


@every("code", REFUSALS)
def test_each_refusal_has_its_code(code: ErrorCode) -> None:
    answer = terms(REFUSALS[code])
    assert (answer.allowed, answer.code) == (False, code)


@every("code", REFUSALS)
def test_a_refusal_still_says_the_deadline_and_the_amount(code: ErrorCode) -> None:
    answer = terms(REFUSALS[code])
    assert (answer.refund, answer.closes_at.hour) == (Money.of("350", "USD"), 0)


@pytest.mark.parametrize(
    "status", [CouponStatus.AVAILABLE, CouponStatus.UNKNOWN, CouponStatus.CANCELLED]
)
def test_a_coupon_that_is_neither_used_nor_expired_does_not_stand_in_the_way(
    status: CouponStatus,
) -> None:
    assert terms(sold_asset(coupon_status=status)).allowed


def test_a_redemption_that_bittitan_never_told_may_be_tried_and_says_what_is_known() -> None:
    answer = terms(sold_asset(coupon_status=CouponStatus.REDEEMED, coupon_inferred_at=NOON))
    assert answer.allowed
    assert "BitTitan no longer lists the coupon code" in answer.message


def test_a_failed_asset_without_a_coupon_can_be_cancelled() -> None:
    assert terms(new_asset(provisioning_status=ProvisioningStatus.FAILED)).allowed


@pytest.mark.parametrize("code", [ErrorCode.ALREADY_CANCELLED, ErrorCode.COUPON_REDEEMED])
def test_what_can_never_be_cancelled_again_says_so_rather_than_that_it_is_late(
    code: ErrorCode,
) -> None:
    assert terms(REFUSALS[code], MUCH_LATER).code is code


def test_the_window_is_the_one_agreed_at_purchase() -> None:
    bought = NOON - timedelta(days=10)
    agreed = sold_asset(purchase_date=bought, refund_window_days=7)
    assert terms(agreed).code is ErrorCode.CANCELLATION_WINDOW_CLOSED


@every(
    "automatic, limit, executes",
    [
        (False, None, False),
        (False, Money.of("1000", "USD"), False),
        (True, None, True),
        (True, Money.of("350.00", "USD"), True),
        (True, Money.of("349.9999", "USD"), False),
        (True, Money.of("0", "USD"), False),
        (True, Money.of("1000", "EUR"), False),
    ],
)
def test_a_customers_cancellation_needs_no_staff_up_to_the_limit_in_its_own_currency(
    automatic: bool, limit: Money | None, executes: bool
) -> None:
    answer = terms(sold_asset(), automatic=automatic, automatic_limit=limit)
    assert answer.automatic is executes


def test_demanding_what_is_allowed_passes() -> None:
    demand(terms(sold_asset()))


@every("code", REFUSALS)
def test_demanding_what_is_not_allowed_raises_that_very_refusal(code: ErrorCode) -> None:
    answer = terms(REFUSALS[code])
    with pytest.raises(Refusal) as refused:
        demand(answer)
    assert (refused.value.code, refused.value.message) == (code, answer.message)
