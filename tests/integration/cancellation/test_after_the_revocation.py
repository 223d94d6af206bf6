"""Once BitTitan has revoked: the credit, the refund and the e-mail are retried on their own."""

from collections import deque
from dataclasses import dataclass, field

import pytest

from bittitan_plugin.bittitan.sandbox import SandboxServer
from bittitan_plugin.domain.billing import Credit, InvoiceReference
from bittitan_plugin.domain.coupons import CouponStatus
from bittitan_plugin.domain.errors import Unavailable
from tests.fakes.host import FakePlatform, line
from tests.world import CANCELLED, Shop


@pytest.fixture
def shop(shop_by_hand: Shop) -> Shop:
    return shop_by_hand


@dataclass
class WatchfulHost(FakePlatform):
    """Notes how the vendor's coupons stand when it is asked for a credit."""

    vendor: SandboxServer = field(kw_only=True)
    seen: list[CouponStatus] = field(default_factory=list)

    def credit(self, credit: Credit) -> InvoiceReference | None:
        self.seen.extend(coupon.status for coupon in self.vendor.sandbox.ledger())
        return super().credit(credit)


def test_the_platform_credits_only_after_the_vendor_has_revoked(shop: Shop) -> None:
    host = WatchfulHost(vendor=shop.sandbox)
    shop.attach(host)

    shop.cancel(shop.buy(line()))

    assert host.seen == [CouponStatus.CANCELLED]


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("method", ["credit", "refund"])
def test_a_platform_that_fails_ten_times_credits_once(shop: Shop, method: str) -> None:
    asset = shop.buy(line())
    shop.host.failures[method] = deque([Unavailable("away")] * 10)

    shop.cancel(asset)

    assert shop.tally() == CANCELLED


def test_a_mail_server_that_fails_does_not_undo_the_cancellation(shop: Shop) -> None:
    asset = shop.buy(line())
    shop.world.mailer.failures.extend([Unavailable("away")] * 5)

    shop.cancel(asset)

    assert shop.tally() == CANCELLED
