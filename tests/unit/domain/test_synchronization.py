"""What synchronizing is said to have done."""

from dataclasses import replace

from bittitan_plugin.domain.assets import Asset, AssetStatus
from bittitan_plugin.domain.coupons import CouponStatus
from bittitan_plugin.domain.errors import ErrorCode
from bittitan_plugin.domain.synchronization import SynchronizationOutcome as Outcome
from bittitan_plugin.domain.synchronization import outcome
from tests.fakes.values import new_asset, sold_asset
from tests.tables import every

FRESH, SOLD = new_asset(), sold_asset()


@every(
    "before, after, did",
    [
        (FRESH, replace(SOLD, coupon_adopted=True), Outcome.ADOPTED),
        (FRESH, SOLD, Outcome.ISSUED),
        (SOLD, SOLD, Outcome.UNCHANGED),
        (SOLD, replace(SOLD, coupon_status=CouponStatus.REDEEMED), Outcome.UPDATED),
        (replace(SOLD, status=AssetStatus.CANCELLING), SOLD, Outcome.UPDATED),
        (FRESH, FRESH.failed(ErrorCode.VENDOR_REJECTED, "no"), Outcome.REFUSED),
        (FRESH, FRESH.delayed(ErrorCode.ACCOUNT_NOT_SYNCHRONIZED, "no"), Outcome.REFUSED),
        (FRESH, FRESH.delayed(ErrorCode.VENDOR_UNAVAILABLE, "away"), None),
        (FRESH, FRESH, None),
    ],
)
def test_it_says_what_it_did(before: Asset, after: Asset, did: Outcome | None) -> None:
    assert outcome(before, after) is did
