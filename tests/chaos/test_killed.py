"""Killed at the worst moment and started again: the same as if nothing had happened."""

import pytest

from tests.chaos.conftest import MortalShop
from tests.world import CANCELLED, SOLD

#: Each has just returned when the process dies: what it did is done, nothing recorded that it was.
PROVISIONING = {
    "the asset was stored": "bittitan_plugin.services.opening:open_asset",
    "the vendor registered the account": (
        "bittitan_plugin.vendor.coupon_api.client:CouponApi.register_partner"
    ),
    "the vendor issued the coupon": "bittitan_plugin.vendor.coupon_api.client:CouponApi.issue",
    "the coupon was stored": "bittitan_plugin.services.provisioning:obtain_coupon",
    "the platform was told": "tests.chaos.files:FileHost.fulfilled",
    "the invoice was issued": "tests.chaos.files:FileHost.invoice",
    "the mail server took the message": "tests.chaos.files:FileMailer.send",
    "the welcome was recorded": "bittitan_plugin.services.delivery:send_welcome",
}
CANCELLING = {
    "the vendor revoked the coupon": "bittitan_plugin.vendor.coupon_api.client:CouponApi.cancel",
    "the asset was cancelled": "bittitan_plugin.services.revocation:execute",
    "the platform credited": "tests.chaos.files:FileHost.credit",
    "the credit was recorded": "bittitan_plugin.services.crediting:issue_credit",
    "the refund was asked for": "tests.chaos.files:FileHost.refund",
    "the buyer was told": "tests.chaos.files:FileMailer.send",
}


@pytest.mark.parametrize("moment", PROVISIONING)
def test_killed_when_in_provisioning(mortal: MortalShop, moment: str) -> None:
    mortal.pay()

    mortal.die(PROVISIONING[moment])
    mortal.work()

    assert mortal.tally() == SOLD


@pytest.mark.parametrize("moment", CANCELLING)
def test_killed_when_in_cancelling(mortal: MortalShop, moment: str) -> None:
    mortal.sell()
    mortal.cancel()

    mortal.die(CANCELLING[moment])
    mortal.work()

    assert mortal.tally() == CANCELLED
