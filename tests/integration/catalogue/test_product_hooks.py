"""Product hooks: whatever staff do on the platform is followed, and no asset ever changes."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from bittitan_hooks import specs
from bittitan_plugin.domain.catalogue import Product
from bittitan_plugin.domain.money import Money
from bittitan_plugin.platforms.shop.catalogue import Variant
from bittitan_plugin.platforms.shop.ids import Kind, global_id
from bittitan_plugin.services.catalogue import products
from bittitan_plugin.services.catalogue.products import Wishes
from tests.integration.catalogue.market import BUNDLE, MAILBOX, OPERATOR, Market, row


@pytest.fixture
def sold(market: Market) -> Product:
    """A product that was imported, published and bought."""
    market.vendor_lists(row("A"))
    market.fetch()
    wishes = Wishes(published=True, expire_days=30, validity_days=60)
    product = products.update(market.tenant, OPERATOR, market.product("A").id, wishes)
    market.sell(product)
    return product


def variant_event(market: Market, variant_id: str | None, **values: Any) -> specs.Outcome:
    fields = {"product_id": "p-1", "sku": "A", "name": "Mailbox", "product_type": MAILBOX.slug}
    event = specs.ProductVariantUpdated(**{**fields, "variant_id": variant_id, **values})
    (outcome,) = market.plugins.hook.product_variant_updated(event=event)
    assert isinstance(outcome, specs.Outcome)
    return outcome


def test_a_renamed_product_is_followed(market: Market, sold: Product) -> None:
    shop = market.platform.product_changes
    shop.update_product(market.variant_of(sold).product.id, name="Our mailbox")
    assert market.product("A").name == "Our mailbox"


def test_a_name_stays_followed_when_the_variant_changes_afterwards(
    market: Market, sold: Product
) -> None:
    shop, variant = market.platform.product_changes, market.variant_of(sold)
    shop.update_product(variant.product.id, name="Our mailbox")
    shop.update_variant(variant.row.id, prices=[(Decimal("15.00"), "USD")])
    assert market.product("A").name == "Our mailbox"


def test_among_several_variants_each_keeps_its_own_name(market: Market, sold: Product) -> None:
    variant = market.variant_of(sold)
    other = specs.ProductUpdated(
        product_id="p-1",
        name="Both",
        product_type=MAILBOX.slug,
        published=True,
        variant_ids=(market.variant_id(variant), "variant-2"),
    )
    market.plugins.hook.product_updated(event=other)
    assert market.product("A").name == "Mailbox"


def test_new_prices_are_followed_in_every_currency(market: Market, sold: Product) -> None:
    prices = [(Decimal("15.00"), "USD"), (Decimal("12.00"), "EUR")]
    market.platform.product_changes.update_variant(market.variant_of(sold).row.id, prices=prices)
    assert market.product("A").prices == {
        "USD": Money.of("15.00", "USD"),
        "EUR": Money.of("12.00", "EUR"),
    }


@pytest.mark.parametrize(("left", "expected"), [(["EUR"], {"EUR"}), ([], set())])
def test_a_currency_it_is_no_longer_sold_in_is_removed(
    market: Market, sold: Product, left: list[str], expected: set[str]
) -> None:
    prices = [(Decimal("15.00"), currency) for currency in left]
    market.platform.product_changes.update_variant(market.variant_of(sold).row.id, prices=prices)
    assert set(market.product("A").prices) == expected


@pytest.mark.parametrize("published", [True, False])
def test_publishing_and_withdrawing_are_followed(
    market: Market, sold: Product, published: bool
) -> None:
    shop, product_id = market.platform.product_changes, market.variant_of(sold).product.id
    shop.update_product(product_id, published=not published)
    shop.update_product(product_id, published=published)
    assert market.product("A").published is published


def test_a_deleted_product_is_unbound_and_withdrawn(market: Market, sold: Product) -> None:
    market.platform.product_changes.delete_product(market.variant_of(sold).product.id)
    product = market.product("A")
    assert (product.variant_id, product.published) == (None, False)


def test_a_deleted_product_releases_its_variants_even_if_they_say_nothing_themselves(
    market: Market, sold: Product
) -> None:
    event = specs.ProductDeleted(product_id="p-1", variant_ids=(str(sold.variant_id),))
    market.plugins.hook.product_deleted(event=event)
    assert market.product("A").variant_id is None


def test_a_deleted_variant_is_unbound_and_withdrawn(market: Market, sold: Product) -> None:
    market.platform.product_changes.delete_variant(market.variant_of(sold).row.id)
    product = market.product("A")
    assert (product.variant_id, product.published) == (None, False)


def test_a_variant_moved_to_a_product_of_another_kind_is_released(
    market: Market, sold: Product
) -> None:
    outcome = variant_event(market, sold.variant_id, product_type="mug")
    assert outcome.status is specs.OutcomeStatus.ACCEPTED
    assert market.product("A").variant_id is None


def test_a_variant_moved_to_the_other_type_of_licence_sells_a_product_of_that_type(
    market: Market, sold: Product
) -> None:
    variant_event(market, sold.variant_id, product_type=BUNDLE.slug)
    bound = {product.product_type: product.variant_id for product in market.products()}
    assert bound == {MAILBOX: None, BUNDLE: sold.variant_id}


def test_a_product_that_became_another_kind_releases_its_variants(
    market: Market, sold: Product
) -> None:
    event = specs.ProductUpdated(
        product_id="p-1", product_type="mug", variant_ids=(str(sold.variant_id),)
    )
    market.plugins.hook.product_updated(event=event)
    assert market.product("A").variant_id is None


def test_an_event_that_leaves_the_type_out_releases_nothing(market: Market, sold: Product) -> None:
    outcome = variant_event(market, sold.variant_id, product_type=None)
    assert outcome.status is specs.OutcomeStatus.IGNORED
    assert market.product("A") == sold


def test_the_days_staff_set_stay(market: Market, sold: Product) -> None:
    shop, variant = market.platform.product_changes, market.variant_of(sold)
    shop.update_product(variant.product.id, name="Our mailbox", published=False)
    shop.update_variant(variant.row.id, prices=[(Decimal("1.00"), "USD")])
    product = market.product("A")
    assert (product.expire_days, product.validity_days) == (30, 60)


Change = Callable[[Market, Variant], object]
CHANGES: dict[str, Change] = {
    "renamed": lambda market, variant: market.platform.product_changes.update_product(
        variant.product.id, name="Our mailbox"
    ),
    "re-priced": lambda market, variant: market.platform.product_changes.update_variant(
        variant.row.id, prices=[(Decimal("1.00"), "EUR")]
    ),
    "unpublished": lambda market, variant: market.platform.product_changes.update_product(
        variant.product.id, published=False
    ),
    "deleted": lambda market, variant: market.platform.product_changes.delete_product(
        variant.product.id
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=list(CHANGES))
def test_existing_assets_never_change(market: Market, sold: Product, change: Change) -> None:
    with market.tenant.reading() as work:
        before = work.assets.of_orders(["order-1"])
    change(market, market.variant_of(sold))
    with market.tenant.reading() as work:
        assert work.assets.of_orders(["order-1"]) == before


@pytest.mark.parametrize("published", [True, False])
def test_a_product_made_on_the_platform_is_followed_as_it_is_published(
    market: Market, published: bool
) -> None:
    variant = market.offer("HOUSE-1", "House mailbox", published=published)
    product = market.product("HOUSE-1")
    assert (product.variant_id, product.name) == (market.variant_id(variant), "House mailbox")
    assert (product.published, product.prices) == (published, variant.prices)


def test_a_new_variant_takes_the_product_of_its_article_that_nobody_sells(
    market: Market, sold: Product
) -> None:
    market.platform.product_changes.delete_product(market.variant_of(sold).product.id)
    variant = market.offer("A")
    assert market.product("A").id == sold.id
    assert market.product("A").variant_id == global_id(Kind.VARIANT, variant.row.id)


def test_the_same_event_twice_changes_nothing_more(market: Market, sold: Product) -> None:
    prices = ({"amount": "14.00", "currency": "USD"},)
    values = {"product_id": sold.host_product_id, "prices": prices, "published": True}
    for _ in range(2):
        variant_event(market, sold.variant_id, **values)
    assert market.products() == [sold]


def test_another_kind_of_product_is_ignored(market: Market) -> None:
    market.offer("MUG", product_type="mug")
    assert market.products() == []


def test_switched_off_nothing_is_followed(market: Market, sold: Product) -> None:
    market.switch(active=False)
    variant_event(market, sold.variant_id, name="Other")
    assert market.product("A") == sold
