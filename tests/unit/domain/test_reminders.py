"""When a reminder of a code's expiry is due."""

from datetime import UTC, datetime, timedelta

import pytest

from bittitan_plugin.domain.assets import AssetStatus
from bittitan_plugin.domain.coupons import CouponStatus
from bittitan_plugin.domain.reminders import due_reminder
from tests.fakes.values import new_asset, sold_asset
from tests.tables import every

EXPIRY = datetime(2027, 3, 10, tzinfo=UTC)


def at(days: float) -> datetime:
    return EXPIRY - timedelta(days=days)


@every(
    "days_left, sent, due",
    [
        (31, None, None),
        (30, None, 30),
        (8, None, 30),
        (8, 30, None),
        (7, 30, 7),
        (7, None, 7),
        (1, 7, None),
        (0.001, None, 7),
        (0, None, None),
        (-1, None, None),
    ],
)
def test_the_nearest_reminder_that_was_not_sent_is_due(
    days_left: float, sent: int | None, due: int | None
) -> None:
    assert due_reminder(sold_asset(expiry_reminder_days=sent), at(days_left)) == due


@every("status", [s for s in CouponStatus if s is not CouponStatus.AVAILABLE])
def test_only_a_usable_code_is_brought_to_mind(status: CouponStatus) -> None:
    assert due_reminder(sold_asset(coupon_status=status), at(7)) is None


@every("status", [AssetStatus.CANCELLING, AssetStatus.CANCELLED])
def test_no_sale_that_is_taken_back_is_brought_to_mind(status: AssetStatus) -> None:
    assert due_reminder(sold_asset(status=status), at(7)) is None


def test_an_asset_without_a_coupon_has_nothing_to_remind_of() -> None:
    assert due_reminder(new_asset(), at(7)) is None


@pytest.mark.parametrize(("expire_days", "due"), [(30, None), (31, 30), (8, 7), (7, None)])
def test_the_welcome_email_is_not_repeated_as_a_reminder(expire_days: int, due: int | None) -> None:
    bought = EXPIRY - timedelta(days=expire_days)
    asset = sold_asset(purchase_date=bought)
    moment = max(bought, at(due)) if due else bought + timedelta(hours=1)
    assert due_reminder(asset, moment) == due
