"""From a paid order to a coupon in the buyer's mailbox, on the real engine, store and vendor API."""

from tests.fakes.host import line
from tests.world import Shop


def test_a_paid_order_line_becomes_an_asset_with_a_coupon(shop: Shop) -> None:
    asset = shop.buy(line(quantity=25))

    assert asset.coupon_id is not None
    assert asset.provisioning_status == "SYNCHRONIZED"

