"""What staff do to a product: create, change, publish, withdraw, delete."""

from collections.abc import Callable
from typing import Any

import pytest

from bittitan_plugin.domain.catalogue import Product, ProductType
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.money import Money
from bittitan_plugin.services.catalogue import products
from bittitan_plugin.services.catalogue.products import Wishes
from bittitan_plugin.services.ports import Tenant
from tests.integration.catalogue.market import BUNDLE, MAILBOX, OPERATOR, Market, row
from tests.tables import every

PRICED: dict[str, Any] = {"prices": [("14.00", "USD")]}


def create(market: Market, kind: ProductType | None = MAILBOX, **wishes: Any) -> Product:
    given = Wishes(**{"sku": "A", "name": "Mailbox", **wishes})
    return products.create(market.tenant, OPERATOR, kind, given)


def update(market: Market, product: Product, **wishes: Any) -> Product:
    return products.update(market.tenant, OPERATOR, product.id, Wishes(**wishes))


def refusal(code: ErrorCode, field: str | None) -> Any:
    """Expects that refusal."""

    def is_it(refused: BaseException) -> bool:
        return isinstance(refused, Refusal) and (refused.code, refused.field) == (code, field)

    return pytest.raises(Refusal, check=is_it)


@pytest.fixture(autouse=True)
def _types(market: Market) -> None:
    """The product types exist, and the vendor sells nothing."""
    market.vendor_lists()
    market.fetch()


@pytest.fixture
def product(market: Market) -> Product:
    """A product that is published."""
    return create(market, published=True, **PRICED)


def test_a_created_product_is_offered_by_the_platform(market: Market) -> None:
    product = create(market, **PRICED)
    variant = market.variant("A")
    assert product.variant_id == market.variant_id(variant)
    assert (variant.product.name, variant.product.product_type) == ("Mailbox", MAILBOX.slug)
    assert (variant.prices, variant.product.collection) == (product.prices, "BitTitan")


def test_a_created_product_is_unpublished_with_the_configurations_days(market: Market) -> None:
    market.switch(expire_days="90", validity_days="730")
    product = create(market)
    assert (product.published, product.expire_days, product.validity_days) == (False, 90, 730)


def test_expire_and_validity_are_set_per_product_and_never_merged(market: Market) -> None:
    product = create(market, expire_days=30)
    product = update(market, product, validity_days=60)
    assert (product.expire_days, product.validity_days) == (30, 60)


def test_what_was_created_is_what_is_kept(market: Market) -> None:
    product = create(market, kind=BUNDLE, published=True, expire_days=1, **PRICED)
    assert market.product("A") == product


def test_a_product_can_be_bound_to_a_variant_the_platform_has(market: Market) -> None:
    market.switch(active=False)
    variant = market.offer("SHOP-7", "Our mailbox")
    market.switch()
    product = create(market, variant_id=market.variant_id(variant))
    assert (product.sku, product.variant_id) == ("A", market.variant_id(variant))
    assert market.variant("SHOP-7").product.name == "Mailbox"
    assert product.prices == {"USD": Money.of("20.00", "USD")}


@pytest.mark.parametrize("published", [True, False])
def test_publishing_and_withdrawing_reach_the_platform(market: Market, published: bool) -> None:
    product = create(market, published=not published, **PRICED)
    assert update(market, product, published=published).published is published
    assert market.variant("A").product.published is published


def test_a_new_name_and_new_prices_reach_the_platform(market: Market) -> None:
    product = create(market, **PRICED)
    update(market, product, name="Our mailbox", prices=[("12.00", "EUR")])
    variant = market.variant("A")
    assert variant.product.name == "Our mailbox"
    assert variant.prices == market.product("A").prices == {"EUR": Money.of("12.00", "EUR")}


def test_what_is_not_given_stays(market: Market) -> None:
    product = create(market, published=True, expire_days=30, **PRICED)
    assert update(market, product) == product


def test_what_staff_changed_on_the_platform_meanwhile_stays(market: Market) -> None:
    product = create(market, **PRICED)
    shop = market.platform.product_changes
    shop.update_product(market.variant("A").product.id, name="Their name")
    update(market, product, published=True)
    assert market.product("A").name == market.variant("A").product.name == "Their name"


def test_a_product_moved_to_another_variant_leaves_the_old_one_withdrawn(market: Market) -> None:
    product = create(market, published=True, **PRICED)
    market.switch(active=False)
    other = market.offer("SHOP-7")
    market.switch()
    moved = update(market, product, variant_id=market.variant_id(other))
    assert moved.variant_id == market.variant_id(other)
    assert market.variant("SHOP-7").product.published
    assert not market.variant("A").product.published


def test_publishing_a_product_nobody_sells_has_the_platform_offer_it_again(market: Market) -> None:
    product = create(market, **PRICED)
    market.platform.product_changes.delete_product(market.variant("A").product.id)
    again = update(market, product, published=True)
    assert again.variant_id == market.variant_id(market.variant("A"))


def test_another_article_number_is_imported_anew(market: Market) -> None:
    market.vendor_lists(row("IMPORTED"))
    market.fetch()
    changed = update(market, market.product("IMPORTED"), sku="OTHER")
    assert (changed.sku, changed.imported) == ("OTHER", None)


def test_a_product_that_was_never_sold_can_be_deleted(market: Market) -> None:
    product = create(market, published=True, **PRICED)
    assert products.delete(market.tenant, OPERATOR, product.id).id == product.id
    assert market.products() == []
    assert not market.variant("A").product.published


def test_a_product_that_was_sold_can_only_be_withdrawn(market: Market) -> None:
    product = create(market, published=True, **PRICED)
    market.sell(product)
    with refusal(ErrorCode.INVALID, "id"):
        products.delete(market.tenant, OPERATOR, product.id)
    assert market.product("A") == product
    assert market.variant("A").product.published
    assert not update(market, product, published=False).published


def test_existing_assets_never_change(market: Market) -> None:
    product = create(market, **PRICED)
    market.sell(product)
    with market.tenant.reading() as work:
        (before,) = work.assets.of_orders(["order-1"])
    update(market, product, name="Other", expire_days=1, validity_days=1, prices=[("1", "EUR")])
    with market.tenant.reading() as work:
        assert work.assets.of_orders(["order-1"]) == [before]


@every(
    "wishes, code, field",
    [
        ({"sku": None}, ErrorCode.REQUIRED, "sku"),
        ({"sku": " "}, ErrorCode.REQUIRED, "sku"),
        ({"sku": "A" * 256}, ErrorCode.INVALID, "sku"),
        ({"name": None}, ErrorCode.REQUIRED, "name"),
        ({"name": ""}, ErrorCode.REQUIRED, "name"),
        ({"name": "M" * 256}, ErrorCode.INVALID, "name"),
        ({"name": "M\0"}, ErrorCode.INVALID, "name"),
        ({"prices": [("abc", "USD")]}, ErrorCode.INVALID, "prices[0].amount"),
        ({"prices": [("-1", "USD")]}, ErrorCode.INVALID, "prices[0].amount"),
        ({"prices": [("1", "EURO")]}, ErrorCode.INVALID, "prices[0].currency"),
        ({"prices": [("1", "EUR"), ("2", "EUR")]}, ErrorCode.UNIQUE, "prices[1].currency"),
        ({"expire_days": 0}, ErrorCode.INVALID, "expire_days"),
        ({"expire_days": 3651}, ErrorCode.INVALID, "expire_days"),
        ({"validity_days": -1}, ErrorCode.INVALID, "validity_days"),
        ({"published": True}, ErrorCode.REQUIRED, "prices"),
        ({"variant_id": ""}, ErrorCode.REQUIRED, "variant_id"),
        ({"variant_id": "x" * 256}, ErrorCode.INVALID, "variant_id"),
        ({"variant_id": "nobody-sells-this"}, ErrorCode.NOT_FOUND, "variant_id"),
    ],
)
def test_a_product_with_a_bad_value_is_refused_on_it_and_nothing_is_made(
    market: Market, wishes: dict[str, Any], code: ErrorCode, field: str
) -> None:
    with refusal(code, field):
        create(market, **wishes)
    assert (market.products(), market.presented()) == ([], [])


@every(
    "wishes, field",
    [
        ({"sku": ""}, "sku"),
        ({"name": " "}, "name"),
        ({"prices": [("abc", "USD")]}, "prices[0].amount"),
        ({"prices": []}, "prices"),
        ({"expire_days": 3651}, "expire_days"),
        ({"validity_days": 0}, "validity_days"),
        ({"variant_id": "nobody-sells-this"}, "variant_id"),
    ],
)
def test_a_bad_change_is_refused_on_its_value_and_nothing_changes(
    market: Market, product: Product, wishes: dict[str, Any], field: str
) -> None:
    before = market.variant("A")
    with pytest.raises(Refusal) as refused:
        update(market, product, **wishes)
    assert refused.value.field == field
    assert market.product("A") == product
    assert market.variant("A").prices == before.prices


def test_a_product_needs_a_product_type(market: Market) -> None:
    with refusal(ErrorCode.REQUIRED, "product_type"):
        create(market, None)


def test_a_variant_sells_one_product_only(market: Market) -> None:
    first = create(market)
    with refusal(ErrorCode.UNIQUE, "variant_id"):
        create(market, sku="B", variant_id=first.variant_id)
    second = create(market, sku="B")
    with refusal(ErrorCode.UNIQUE, "variant_id"):
        update(market, second, variant_id=first.variant_id)


def test_an_article_is_created_once_unless_another_variant_is_named(market: Market) -> None:
    create(market)
    with refusal(ErrorCode.UNIQUE, "sku"):
        create(market)


def test_an_article_number_that_is_something_else_on_the_platform_is_taken(market: Market) -> None:
    market.offer("A", product_type="mug")
    with refusal(ErrorCode.UNIQUE, "sku"):
        create(market)


def test_a_variant_of_another_type_is_refused(market: Market) -> None:
    mug = market.offer("MUG", product_type="mug")
    with refusal(ErrorCode.INVALID, "variant_id"):
        create(market, variant_id=market.variant_id(mug))


def test_another_installations_product_does_not_exist(market: Market) -> None:
    product = create(market)
    with market.ports.store.installations() as installations:
        other = installations.open("elsewhere", market.ports.clock())
        installations.save(type(other)(**{**vars(other), "active": True}))
    acts: list[Callable[[], object]] = [
        lambda: products.update(
            Tenant(market.ports, other.id), OPERATOR, product.id, Wishes(name="X")
        ),
        lambda: products.delete(Tenant(market.ports, other.id), OPERATOR, product.id),
    ]
    for act in acts:
        with refusal(ErrorCode.NOT_FOUND, "id"):
            act()
    assert market.product("A") == product


def test_switched_off_nothing_can_be_changed(market: Market) -> None:
    product = create(market)
    market.switch(active=False)
    acts: list[Callable[[], object]] = [
        lambda: create(market, sku="B"),
        lambda: update(market, product, name="X"),
        lambda: products.delete(market.tenant, OPERATOR, product.id),
    ]
    for act in acts:
        with refusal(ErrorCode.PLUGIN_INACTIVE, None):
            act()
    assert market.products() == [product]
