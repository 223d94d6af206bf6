"""What is known of a coupon that BitTitan no longer lists, and how a code is shown."""

from datetime import datetime, timedelta

import pytest

from bittitan_plugin.domain.coupons import Coupon, CouponStatus, inferred_status, masked
from tests.fakes.values import NOON


@pytest.mark.parametrize(
    ("now", "status"),
    [
        (NOON - timedelta(microseconds=1), CouponStatus.REDEEMED),
        (NOON, CouponStatus.EXPIRED),
        (NOON + timedelta(days=400), CouponStatus.EXPIRED),
    ],
)
def test_an_absent_coupon_was_redeemed_before_its_expiry_and_is_expired_after_it(
    now: datetime, status: CouponStatus
) -> None:
    assert inferred_status(NOON, now) is status


def test_a_coupons_repr_does_not_hold_its_code() -> None:
    coupon = Coupon(
        id="coupon-1",
        reference="asset-1",
        partner_id="partner-1",
        sku="MW-MAILBOX",
        expire_days=365,
        validity_days=365,
        code="AAAA-BBBB-CCCC",
        quantity=1,
        status=CouponStatus.AVAILABLE,
        expires_at=NOON,
    )
    assert "BBBB" not in repr(coupon)


@pytest.mark.parametrize(
    ("code", "shown"),
    [("AAAA-BBBB-CCCC", "…CCCC"), ("123456789", "…6789"), ("12345678", "…"), ("", "…")],
)
def test_a_code_is_shown_as_its_last_four_characters_unless_it_is_short(
    code: str, shown: str
) -> None:
    assert masked(code) == shown
