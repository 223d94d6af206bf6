"""What is kept comes back whole, in another transaction."""

from dataclasses import fields, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from bittitan_plugin.domain.accounts import Account, AccountStatus
from bittitan_plugin.domain.assets import Asset, AssetStatus
from bittitan_plugin.domain.billing import InvoiceReference, Refund, RefundStatus
from bittitan_plugin.domain.catalogue import Product, ProductType
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.money import Money
from bittitan_plugin.store.unit_of_work import Store, UnitOfWork
from tests.fakes.values import NOON, account, new_asset, product, sold_asset
from tests.integration.store.conftest import STAFF

pytestmark = pytest.mark.databases("sqlite", "postgresql")


def full_account() -> Account:
    return account(
        status=AccountStatus.SYNCHRONIZED, partner_id="partner-1", sync_error="once failed"
    )


def full_product() -> Product:
    return product(
        product_type=ProductType.USER_MIGRATION_BUNDLE,
        expire_days=30,
        validity_days=3650,
        prices={"USD": Money.of("17.50", "USD"), "EUR": Money.of("16.0125", "EUR")},
    )


def full_asset(buyer: Account, end: Account, sold: Product) -> Asset:
    later = NOON + timedelta(hours=1)
    failed = new_asset().failed(ErrorCode.VENDOR_REJECTED, "unknown article")
    return sold_asset(
        account_id=buyer.id,
        end_customer_id=end.id,
        product_id=sold.id,
        friendly_name="Atlas ☕",
        unit_price=Money.of("17.5001", "EUR"),
        total=Money.of("437.50", "EUR"),
        tax=Money.of("69.85", "EUR"),
        refund=Refund(
            status=RefundStatus.FAILED,
            amount=Money.of("400.00", "EUR"),
            by_hand=Money.of("37.50", "EUR"),
            reason="The card is blocked.",
        ),
        requested_at=NOON,
        coupon_inferred_at=later,
        coupon_account="account",
        coupon_listed_since=NOON,
        provisioning_error=failed.provisioning_error,
        status=AssetStatus.CANCELLED,
        invoice=InvoiceReference(id="i", number="INV-1", url="https://shop.example/i"),
        credit_invoice=InvoiceReference(id="c", number="CR-1", url="https://shop.example/c"),
        welcomed_at=later,
        expiry_reminder_days=30,
        cancelled_at=later,
        version=7,
    )


def test_an_account_comes_back_whole(store: Store, installation: UUID) -> None:
    buyer = full_account()
    end = account(customer_id=None, reseller_id=buyer.id)
    with store.writing(installation) as work:
        work.accounts.add(buyer)
        work.accounts.add(end)
    with store.reading(installation) as work:
        assert work.accounts.by_ids([buyer.id, end.id]) == {
            buyer.id: buyer,
            end.id: end,
        }


def test_a_product_comes_back_with_all_its_prices(store: Store, installation: UUID) -> None:
    bundle = full_product()
    with store.writing(installation) as work:
        work.products.add(bundle)
    with store.reading(installation) as work:
        assert work.products.get(bundle.id) == bundle


def test_a_changed_product_keeps_no_price_it_no_longer_has(
    store: Store, installation: UUID
) -> None:
    bundle = full_product()
    cheaper = replace(bundle, name="Bundle", prices={"USD": Money.of("9.00", "USD")})
    with store.writing(installation) as work:
        work.products.add(bundle)
        work.products.save(cheaper)
    with store.reading(installation) as work:
        assert work.products.get(bundle.id) == cheaper


def test_an_asset_comes_back_whole(store: Store, installation: UUID) -> None:
    buyer = full_account()
    end, sold = account(customer_id=None, reseller_id=buyer.id), product()
    asset = full_asset(buyer, end, sold)
    assert [field.name for field in fields(Asset) if getattr(asset, field.name) is None] == []
    with store.writing(installation) as work:
        work.accounts.add(buyer)
        work.accounts.add(end)
        work.products.add(sold)
        work.assets.add(asset, STAFF, NOON)
    with store.reading(installation) as work:
        assert vars(work.assets.get(asset.id)) == vars(asset)


def test_the_assets_of_orders_come_oldest_first(store: Store, installation: UUID) -> None:
    buyer = full_account()
    sold = product()
    later, earlier = (
        sold_asset(
            account_id=buyer.id,
            product_id=sold.id,
            order_id=f"order-{hours}",
            purchase_date=NOON + timedelta(hours=hours),
        )
        for hours in (2, 1)
    )
    with store.writing(installation) as work:
        work.accounts.add(buyer)
        work.products.add(sold)
        for made in (later, earlier):
            work.assets.add(made, STAFF, NOON)
    with store.reading(installation) as work:
        assert work.assets.of_orders(["order-2", "order-1", "order-0"]) == [earlier, later]


@pytest.mark.parametrize("repository", ["accounts", "products", "assets"])
def test_what_is_not_there_is_refused_on_its_id(
    store: Store, installation: UUID, repository: str
) -> None:
    buyer = full_account()

    def look(work: UnitOfWork) -> Any:
        return getattr(work, repository).get(buyer.id)

    with store.reading(installation) as work, pytest.raises(Refusal) as refused:
        look(work)
    assert (refused.value.code, refused.value.field) == (ErrorCode.NOT_FOUND, "id")
