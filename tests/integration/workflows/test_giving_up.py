"""A sale whose coupon was given up: staff are told soon, whatever the vendor does meanwhile."""

from datetime import timedelta

import pytest

from bittitan_plugin.domain.assets import ProvisioningStatus
from bittitan_plugin.domain.errors import Unavailable
from bittitan_plugin.domain.retries import VENDOR, Retry
from bittitan_plugin.services.failed_steps import Step
from tests.by_hand import ShopByHand, hand_in_next
from tests.fakes.host import line

pytestmark = pytest.mark.databases("sqlite", "postgresql")


def attempt(shop: ShopByHand) -> list[Retry]:
    """The attempt that is due next. Returns what waits then."""
    if not shop.backlog.waiting:
        hand_in_next(shop.tenant, shop.hands)
    with shop.at_work():
        shop.backlog.waiting.pop(0).begin()
    return shop.waiting()


def test_staff_are_told_of_it_though_mail_fails_and_the_vendor_is_still_away(
    shop_by_hand: ShopByHand,
) -> None:
    shop = shop_by_hand
    shop.sandbox.sandbox.faults.add("status", operation="issue", status=503)
    shop.world.mailer.failures.append(Unavailable("busy"))
    order = shop.host.place(line())
    shop.fire("order_fully_paid", order)
    assert [each.step for each in attempt(shop)] == ["obtain_coupon"]
    shop.hands.wait_until(shop.waiting()[0].since + timedelta(seconds=VENDOR.give_up_after))
    assert [each.step for each in attempt(shop)] == [Step.ALERT_STAFF]
    assert attempt(shop) == []
    asset = shop.asset_of(order)
    assert asset is not None
    assert asset.provisioning_status is ProvisioningStatus.FAILED
    assert [sent.template for sent in shop.mail] == ["provisioning_failed"]
