"""What is on offer, who sees it, and what the plugins hear of its changes."""

from typing import Any

from bittitan_plugin.platforms.shop.ids import Kind, global_id
from tests.integration.shop.shop import Shop
from tests.tables import every

PRODUCTS = "{ products(first: 9) { edges { node { slug } } } }"
PRODUCT = """
query ($slug: String) { product(slug: $slug, channel: "default-channel") {
  name isAvailable productType { slug } collections { slug }
  variants { sku pricing { price { gross { amount } } } prices { currency } product { name } }
} }
"""
CREATE = """
mutation ($input: ProductCreateInput!) {
  productCreate(input: $input) { product { id slug } errors { field message code } }
}
"""
UPDATE = """
mutation ($id: ID!, $input: ProductInput!) {
  productUpdate(id: $id, input: $input) { product { name } errors { field code } }
}
"""
DELETE = "mutation ($id: ID!) { productDelete(id: $id) { product { id } errors { field code } } }"
VARIANT_UPDATE = """
mutation ($id: ID!, $input: ProductVariantUpdateInput!) {
  productVariantUpdate(id: $id, input: $input) {
    productVariant { sku prices { amount currency } } errors { field code }
  }
}
"""
VARIANT_DELETE = """
mutation ($id: ID!) { productVariantDelete(id: $id) { errors { field code } } }
"""
VARIANT_CREATE = """
mutation ($id: ID!, $input: ProductVariantInput!) {
  productVariantCreate(product: $id, input: $input) {
    productVariant { sku } errors { field code }
  }
}
"""
CUSTOMER_CREATE = """
mutation ($input: UserCreateInput!) {
  customerCreate(input: $input) { user { email billingDay } errors { field code } }
}
"""
BUNDLE: dict[str, Any] = {
    "name": "User Migration Bundle",
    "productType": "conference-mug",
    "collection": "BitTitan",
    "isPublished": True,
    "variants": [{"sku": "BT-UMB", "prices": [{"amount": "17.50", "currency": "USD"}]}],
}


def slugs(shop: Shop, user: Any = None) -> list[str]:
    return [edge["node"]["slug"] for edge in shop.ask(PRODUCTS, user)["products"]["edges"]]


def staff(shop: Shop, mutation: str, **variables: Any) -> Any:
    (payload,) = shop.ask(mutation, shop.staff, **variables).values()
    return payload


def product_id(shop: Shop) -> str:
    return global_id(Kind.PRODUCT, shop.license.product.id)


def test_anybody_sees_what_is_published(shop: Shop) -> None:
    assert slugs(shop) == ["bittitan-mailbox-license", "conference-mug"]


def test_only_staff_see_what_is_not(shop: Shop) -> None:
    shop.platform.catalogue.update(shop.mug.product.id, published=False)
    assert (len(slugs(shop, shop.customer)), len(slugs(shop, shop.staff))) == (1, 2)


def test_an_unpublished_product_is_not_found_by_its_slug(shop: Shop) -> None:
    shop.platform.catalogue.update(shop.mug.product.id, published=False)
    assert shop.ask(PRODUCT, shop.customer, slug="conference-mug")["product"] is None


def test_a_slug_no_database_could_hold_finds_nothing(shop: Shop) -> None:
    assert shop.ask(PRODUCT, slug="\x00")["product"] is None


def test_a_product_shows_its_prices(shop: Shop) -> None:
    assert shop.ask(PRODUCT, slug="conference-mug")["product"] == {
        "name": "Conference mug",
        "isAvailable": True,
        "productType": {"slug": "conference-mug"},
        "collections": [],
        "variants": [
            {
                "sku": "MUG-1",
                "pricing": {"price": {"gross": {"amount": 9.9}}},
                "prices": [{"currency": "USD"}],
                "product": {"name": "Conference mug"},
            }
        ],
    }


def test_a_new_product_fires_its_hooks(shop: Shop) -> None:
    assert staff(shop, CREATE, input=BUNDLE)["errors"] == []
    assert shop.plugin.hooks == ["product_created", "product_variant_created"]


def test_a_price_written_as_text_is_exact(shop: Shop) -> None:
    staff(shop, CREATE, input=BUNDLE)
    (money,) = shop.plugin.events[-1][1].prices
    assert str(money.amount) == "17.50"


@every(
    "change, field",
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"slug": "No Slug"}, "slug"),
        ({"slug": "conference-mug"}, "slug"),
        ({"productType": "unknown"}, "productType"),
        ({"productType": "\x00"}, "productType"),
        ({"variants": [{"sku": ""}]}, "variants[0].sku"),
        (
            {"variants": [{"sku": "N", "prices": [{"amount": -1, "currency": "USD"}]}]},
            "variants[0].prices[0].amount",
        ),
        (
            {"variants": [{"sku": "N", "prices": [{"amount": "NaN", "currency": "USD"}]}]},
            "variants[0].prices[0].amount",
        ),
        (
            {"variants": [{"sku": "N", "prices": [{"amount": 1, "currency": "usd"}]}]},
            "variants[0].prices[0].currency",
        ),
        (
            {"variants": [{"sku": "N", "prices": [{"amount": 1, "currency": "USD"}] * 2}]},
            "variants[0].prices[1].currency",
        ),
    ],
)
def test_a_senseless_product_is_an_error_on_its_field(
    shop: Shop, change: dict[str, Any], field: str
) -> None:
    assert staff(shop, CREATE, input=BUNDLE | change)["errors"][0]["field"] == field


def test_a_refused_product_leaves_nothing_behind(shop: Shop) -> None:
    staff(shop, CREATE, input=BUNDLE | {"variants": [{"sku": "MUG-1"}]})
    assert (len(slugs(shop)), shop.plugin.hooks) == (2, [])


def test_a_renamed_product_fires_updated(shop: Shop) -> None:
    staff(shop, UPDATE, id=product_id(shop), input={"name": "Renamed"})
    assert [(name, event.name) for name, event in shop.plugin.events] == [
        ("product_updated", "Renamed")
    ]


def test_a_deleted_product_fires_deleted_for_each_part(shop: Shop) -> None:
    staff(shop, DELETE, id=product_id(shop))
    assert shop.plugin.hooks == ["product_variant_deleted", "product_deleted"]


def test_an_order_survives_its_product(shop: Shop) -> None:
    order_id = shop.buy()
    staff(shop, DELETE, id=product_id(shop))
    query = "query ($id: ID!) { order(id: $id) { lines { productSku variant { id } } } }"
    assert shop.ask(query, shop.customer, id=order_id)["order"]["lines"] == [
        {"productSku": "BT-MAILBOX", "variant": None}
    ]


def test_new_prices_replace_the_old_ones(shop: Shop) -> None:
    prices = [{"amount": 12.5, "currency": "EUR"}]
    data = staff(shop, VARIANT_UPDATE, id=shop.license_id, input={"prices": prices})
    assert data["productVariant"]["prices"] == prices


def test_a_changed_variant_fires_updated(shop: Shop) -> None:
    staff(shop, VARIANT_UPDATE, id=shop.license_id, input={"name": "New"})
    assert shop.plugin.hooks == ["product_variant_updated"]


def test_a_taken_sku_is_refused(shop: Shop) -> None:
    data = staff(shop, VARIANT_UPDATE, id=shop.license_id, input={"sku": "MUG-1"})
    assert data["errors"] == [{"field": "sku", "code": "UNIQUE"}]


def test_an_added_variant_fires_created(shop: Shop) -> None:
    data = staff(shop, VARIANT_CREATE, id=product_id(shop), input={"sku": "NEW"})
    assert (data["productVariant"], shop.plugin.hooks) == (
        {"sku": "NEW"},
        ["product_variant_created"],
    )


def test_a_deleted_variant_fires_deleted(shop: Shop) -> None:
    staff(shop, VARIANT_DELETE, id=shop.license_id)
    assert shop.plugin.hooks == ["product_variant_deleted"]


@every("mutation", [DELETE, VARIANT_DELETE])
def test_a_customer_may_not_change_the_catalogue(shop: Shop, mutation: str) -> None:
    error = shop.answer(mutation, shop.customer, id=product_id(shop))["errors"][0]
    assert error["extensions"]["exception"]["code"] == "PermissionDenied"


def test_staff_create_a_customer(shop: Shop) -> None:
    data = staff(shop, CUSTOMER_CREATE, input={"email": "New@Example.com", "billingDay": 3})
    assert data["user"] == {"email": "new@example.com", "billingDay": 3}


@every(
    "change, field",
    [
        ({"email": "BUYER@example.com"}, "email"),
        ({"email": "nonsense"}, "email"),
        ({"password": "short"}, "password"),
        ({"billingDay": 29}, "billingDay"),
        ({"billingDay": 0}, "billingDay"),
    ],
)
def test_a_senseless_customer_is_an_error_on_its_field(
    shop: Shop, change: dict[str, Any], field: str
) -> None:
    data = staff(shop, CUSTOMER_CREATE, input={"email": "new@example.com", **change})
    assert data["errors"][0]["field"] == field


def test_everything_that_is_wrong_with_a_customer_is_told_at_once(shop: Shop) -> None:
    wrong = {"email": "BUYER@example.com", "password": "short", "billingDay": 29}
    data = staff(shop, CUSTOMER_CREATE, input=wrong)
    assert {each["field"] for each in data["errors"]} == wrong.keys()
