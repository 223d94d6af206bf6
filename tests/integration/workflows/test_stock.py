"""A sale from stock through the workflow engine: what the tests of the stock do by hand."""

from bittitan_plugin.domain.assets import AssetStatus
from bittitan_plugin.services.cancelling.stock_revocation import confirm
from tests.fakes.host import line
from tests.integration.stock.shelf import bring_in, from_stock, revocation_of, row, templates
from tests.world import STAFF, Shop


def test_a_sale_waits_for_stock_is_served_and_taken_back(shop: Shop) -> None:
    seller = from_stock(shop)
    sold = seller.buy(line(quantity=25))
    assert (sold.has_coupon, templates(seller)) == (False, ["out_of_stock"])

    bring_in(seller, row(25))
    assert (seller.asset(sold.id).has_coupon, templates(seller)[1:]) == (True, ["welcome"])

    assert seller.cancel(sold).status is AssetStatus.AWAITING_REVOCATION
    assert templates(seller)[2:] == ["revocation_staff"]

    confirm(seller.tenant, revocation_of(seller, sold).id, STAFF)
    seller.settle()
    assert seller.asset(sold.id).status is AssetStatus.CANCELLED
    assert (len(seller.host.credits), templates(seller)[3:]) == (1, ["cancelled"])
