"""The coupon API and the stock side by side, and what a change of the source leaves alone."""

import pytest

from bittitan_plugin.domain.configuration import Configuration
from bittitan_plugin.domain.coupons import CouponSource, CouponStatus
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.services.catalogue.services_definition import fetch
from bittitan_plugin.services.coupons.coupon_status import follow, follow_asset
from bittitan_plugin.services.coupons.expiry_reminders import remind
from bittitan_plugin.services.installations import validate
from tests.fakes.host import line
from tests.integration.stock.shelf import bring_in, days_on, from_stock, row, templates
from tests.world import BUNDLE, STAFF, Shop

BUNDLES = {"variant_id": BUNDLE, "product_type": "bittitan-user-migration-bundle"}


def test_the_source_can_be_set_per_product_type(shop: Shop) -> None:
    shop.configure(coupon_source="API", mailbox_license_source="STOCK")
    bring_in(shop, row(25))
    mailbox, bundle = shop.buy(line(quantity=25)), shop.buy(line(quantity=25, **BUNDLES))
    assert (mailbox.coupon_source, bundle.coupon_source) == (CouponSource.STOCK, CouponSource.API)
    assert (mailbox.has_coupon, bundle.has_coupon) == (True, True)
    assert len(shop.sandbox.sandbox.ledger()) == 1


def test_an_empty_source_takes_the_common_one_again(shop: Shop) -> None:
    shop.configure(coupon_source="STOCK", mailbox_license_source="API")
    shop.configure(mailbox_license_source="")
    assert shop.buy(line(quantity=25)).coupon_source is CouponSource.STOCK


def test_changing_the_source_never_touches_what_was_sold(shop: Shop) -> None:
    from_api = shop.buy(line(quantity=25))
    from_stock(shop)
    bring_in(shop, row(25))
    sold = shop.buy(line(quantity=25))
    shop.configure(coupon_source="API")
    assert shop.asset(from_api.id) == from_api
    assert shop.asset(sold.id) == sold


def test_what_was_sold_from_the_api_is_still_revoked_there(shop: Shop) -> None:
    asset = shop.buy(line(quantity=25))
    from_stock(shop)
    assert shop.cancel(asset).coupon_status is CouponStatus.CANCELLED
    assert [coupon.status for coupon in shop.sandbox.sandbox.ledger()] == ["CANCELLED"]


def test_what_was_sold_from_the_api_is_still_followed_there(shop: Shop) -> None:
    asset = shop.buy(line(quantity=25))
    from_stock(shop)
    shop.sandbox.sandbox.redeem(asset.coupon_id or "")
    assert follow_asset(shop.tenant, asset.id).coupon_status is CouponStatus.REDEEMED


def test_nobody_is_asked_what_became_of_a_code_from_stock(shop: Shop) -> None:
    from_stock(shop)
    bring_in(shop, row(25))
    asset = shop.buy(line(quantity=25))
    assert follow_asset(shop.tenant, asset.id) == asset
    follow(shop.tenant)
    assert shop.asset(asset.id) == asset


def test_a_buyer_is_reminded_of_an_unused_code_from_stock(shop: Shop) -> None:
    from_stock(shop)
    bring_in(shop, row(25, expires=days_on(shop, 400)))
    asset = shop.buy(line(quantity=25))
    shop.world.clock.advance(days=380)
    assert remind(shop.tenant, asset.id, 30)
    assert templates(shop)[-1] == "coupon_expiring"


def test_selling_from_stock_alone_needs_no_credentials() -> None:
    Configuration(coupon_source=CouponSource.STOCK).check_complete()


@pytest.mark.parametrize(
    "settings",
    [
        Configuration(),
        Configuration(coupon_source=CouponSource.STOCK, mailbox_license_source=CouponSource.API),
    ],
)
def test_one_kind_from_the_api_needs_them(settings: Configuration) -> None:
    with pytest.raises(Refusal) as refused:
        settings.check_complete()
    assert refused.value.code is ErrorCode.REQUIRED


def test_switching_on_with_stock_alone_asks_no_vendor(shop: Shop) -> None:
    # With an address of its own comes a password of its own.
    nobody = {"coupon_source": "STOCK", "api_url": "http://127.0.0.1:9", "api_password": "theirs"}
    assert validate(shop.ports, shop.key, nobody, active=True) == []
    nobody["user_migration_bundle_source"] = "API"
    (refused,) = validate(shop.ports, shop.key, nobody, active=True)
    assert refused.field == "api_url"


def test_a_source_that_is_none_is_refused_on_its_name(shop: Shop) -> None:
    (refused,) = validate(shop.ports, shop.key, {"mailbox_license_source": "MOON"}, active=False)
    assert (refused.field, refused.code) == ("mailbox_license_source", ErrorCode.INVALID)


def test_the_services_definition_asks_nobody_for_articles_where_all_is_stock(shop: Shop) -> None:
    from_stock(shop)
    done = fetch(shop.tenant, STAFF)
    assert done.rows == 0
    assert len(done.product_types) == 2
