"""The asset's life: each transition, and what it must never do."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bittitan_plugin.domain.assets import Asset, AssetStatus, ProvisioningError, ProvisioningStatus
from bittitan_plugin.domain.coupons import CouponStatus, Sealed
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from tests.fakes.values import NOON, new_asset, sold_asset

PENDING, SYNCHRONIZED, FAILED = ProvisioningStatus
NEXT_YEAR = NOON + timedelta(days=365)


def provisioned(asset: Asset, coupon_id: str = "coupon-1") -> Asset:
    return asset.provisioned(coupon_id, Sealed("sealed"), CouponStatus.AVAILABLE, NEXT_YEAR)


def test_a_new_asset_is_pending_and_active() -> None:
    asset = new_asset()
    assert (asset.provisioning_status, asset.status) == (PENDING, AssetStatus.ACTIVE)


def test_its_reference_depends_on_nothing_but_its_identity() -> None:
    asset = new_asset()
    assert provisioned(asset).cancelled(NOON).reference == asset.reference


def test_the_first_request_is_remembered_and_later_ones_change_nothing() -> None:
    asked = new_asset().requested(NOON)
    assert asked.requested(NOON + timedelta(hours=1)).requested_at == NOON


def test_a_coupon_makes_it_synchronized() -> None:
    asset = provisioned(new_asset())
    assert (asset.coupon_id, asset.provisioning_status) == ("coupon-1", SYNCHRONIZED)


def test_a_coupon_takes_an_earlier_error_away() -> None:
    failed = new_asset().failed(ErrorCode.VENDOR_REJECTED, "unknown article")
    assert provisioned(failed).provisioning_error is None


def test_the_same_coupon_may_be_recorded_again() -> None:
    asset = provisioned(new_asset())
    assert provisioned(asset) == asset


def test_a_second_coupon_for_the_same_order_line_is_refused() -> None:
    with pytest.raises(Refusal, match="a second one for the same order line") as refused:
        provisioned(sold_asset(coupon_id="coupon-1"), "coupon-2")
    assert refused.value.code is ErrorCode.UNIQUE


def test_a_delay_is_said_while_it_stays_pending() -> None:
    asset = new_asset().delayed(ErrorCode.VENDOR_UNAVAILABLE, "no answer")
    assert asset.provisioning_error == ProvisioningError(
        code=ErrorCode.VENDOR_UNAVAILABLE, message="no answer"
    )
    assert asset.provisioning_status is PENDING


def test_a_failure_says_why() -> None:
    asset = new_asset().failed(ErrorCode.VENDOR_REJECTED, "unknown article")
    assert asset.provisioning_error == ProvisioningError(
        code=ErrorCode.VENDOR_REJECTED, message="unknown article"
    )
    assert asset.provisioning_status is FAILED


@pytest.mark.parametrize("say", [Asset.delayed, Asset.failed])
def test_an_asset_that_has_its_coupon_neither_waits_nor_fails(
    say: Callable[[Asset, ErrorCode, str], Asset],
) -> None:
    asset = sold_asset()
    assert say(asset, ErrorCode.VENDOR_UNAVAILABLE, "too late") is asset


def test_a_failed_asset_can_be_tried_again() -> None:
    failed = new_asset().failed(ErrorCode.VENDOR_REJECTED, "unknown article")
    assert failed.retried().provisioning_status is PENDING


def test_trying_a_waiting_asset_again_forgets_why_it_waited() -> None:
    waiting = new_asset().delayed(ErrorCode.ACCOUNT_NOT_SYNCHRONIZED, "unknown account")
    assert waiting.retried() == replace(waiting, provisioning_error=None)


def test_an_asset_that_has_its_coupon_is_not_tried_again() -> None:
    asset = sold_asset()
    assert asset.retried() is asset


def test_a_cancelled_asset_says_when_and_that_its_coupon_is_gone() -> None:
    asset = sold_asset().cancelling().cancelled(NOON)
    assert (asset.status, asset.cancelled_at, asset.coupon_status) == (
        AssetStatus.CANCELLED,
        NOON,
        CouponStatus.CANCELLED,
    )


def test_cancelling_an_asset_without_a_coupon_invents_none() -> None:
    assert new_asset().cancelled(NOON).coupon_status is CouponStatus.UNKNOWN


def test_a_cancellation_recorded_twice_keeps_its_first_date() -> None:
    cancelled = sold_asset().cancelled(NOON)
    assert cancelled.cancelled(NOON + timedelta(hours=1)) is cancelled


def test_the_sale_stands_when_the_vendor_will_not_cancel() -> None:
    asset = sold_asset().cancelling().cancellation_refused(CouponStatus.REDEEMED)
    assert (asset.status, asset.coupon_status) == (AssetStatus.ACTIVE, CouponStatus.REDEEMED)


def test_a_late_refusal_does_not_bring_a_cancelled_asset_back() -> None:
    cancelled = sold_asset().cancelled(NOON)
    assert cancelled.cancellation_refused(CouponStatus.REDEEMED) is cancelled
