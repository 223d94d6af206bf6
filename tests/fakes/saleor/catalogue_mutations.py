"""What an app can do to the catalogue, and the problems it can show, with Saleor's refusals."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from graphql import GraphQLError

from tests.fakes.saleor.order_mutations import refused
from tests.fakes.saleor.records import (
    Attribute,
    Category,
    Collection,
    Product,
    ProductType,
    Variant,
    gid,
)
from tests.fakes.saleor.state import FakeSaleor
from tests.fakes.saleor.views import View, Views

Resolver = Callable[..., Any]

#: Saleor's code for publishing what has no category (observed on 3.23).
WITHOUT_CATEGORY = "PRODUCT_WITHOUT_CATEGORY"


class CatalogueMutations:
    """The mutations on product types, attributes, collections, products and variants."""

    def __init__(self, saleor: FakeSaleor) -> None:
        self._saleor = saleor
        self._views = Views(saleor)

    def fields(self) -> Mapping[str, Resolver]:
        return {
            "attributeCreate": self.create_attribute,
            "productTypeCreate": self.create_type,
            "productAttributeAssign": self.assign,
            "categoryCreate": self.create_category,
            "collectionCreate": self.create_collection,
            "collectionChannelListingUpdate": self.publish_collection,
            "collectionAddProducts": self.add_products,
            "productBulkCreate": self.create_products,
            "productUpdate": self.update_product,
            "productChannelListingUpdate": self.list_product,
            "productVariantChannelListingUpdate": self.price_variant,
            "appProblemCreate": self.create_problem,
            "appProblemDismiss": self.dismiss_problems,
        }

    def create_attribute(self, _info: object, input: Mapping[str, Any]) -> View:  # noqa: A002
        if _taken(self._saleor.attributes.values(), input["slug"]):
            return refused("UNIQUE", "This slug is taken.", "slug")
        made = Attribute(
            self._saleor.next_id("Attribute"), input["slug"], input["name"], input["inputType"]
        )
        self._saleor.attributes[made.id] = made
        return {"attribute": self._views.attribute(made.id), "errors": []}

    def create_type(self, _info: object, input: Mapping[str, Any]) -> View:  # noqa: A002
        if "isDigital" in input and not self._saleor.version.startswith(("3.21", "3.22", "3.23")):
            raise GraphQLError("Field 'isDigital' is not defined by type 'ProductTypeInput'.")
        if _taken(self._saleor.product_types.values(), input["slug"]):
            return refused("UNIQUE", "Product type with this slug already exists.", "slug")
        made = ProductType(
            self._saleor.next_id("ProductType"),
            input["slug"],
            input["name"],
            input["isShippingRequired"],
            list(input["productAttributes"]),
            input.get("isDigital", False),
        )
        self._saleor.product_types[made.id] = made
        return {"productType": self._views.product_type(made), "errors": []}

    def assign(self, _info: object, productTypeId: str, operations: list[Any]) -> View:  # noqa: N803
        found = self._saleor.product_types[productTypeId]
        for operation in operations:
            if operation["id"] in found.attributes:
                return refused("ATTRIBUTE_ALREADY_ASSIGNED", "It has it.", "operations")
            found.attributes.append(operation["id"])
        return {"errors": []}

    def create_category(self, _info: object, input: Mapping[str, Any], **_: object) -> View:  # noqa: A002
        if _taken(self._saleor.categories.values(), input["slug"]):
            return refused("UNIQUE", "Category with this Slug already exists.", "slug")
        made = Category(self._saleor.next_id("Category"), input["slug"], input["name"])
        self._saleor.categories[made.id] = made
        return {"category": self._views.category(made.id), "errors": []}

    def create_collection(self, _info: object, input: Mapping[str, Any]) -> View:  # noqa: A002
        if _taken(self._saleor.collections.values(), input["slug"]):
            return refused("UNIQUE", "Collection with this slug already exists.", "slug")
        made = Collection(self._saleor.next_id("Collection"), input["slug"], input["name"])
        self._saleor.collections[made.id] = made
        return {"collection": {"id": made.id}, "errors": []}

    def publish_collection(self, _info: object, id: str, input: Mapping[str, Any]) -> View:  # noqa: A002
        for each in input["addChannels"]:
            self._saleor.collections[id].channels[each["channelId"]] = each["isPublished"]
        return {"errors": []}

    def add_products(self, _info: object, collectionId: str, products: list[str]) -> View:  # noqa: N803
        found = self._saleor.collections[collectionId]
        found.products += [each for each in products if each not in found.products]
        return {"errors": []}

    def create_products(self, _info: object, products: list[Any], **_: object) -> View:
        results = [self._create(wanted) for wanted in products]
        made = sum(1 for each in results if each["product"])
        return {"count": made, "results": results, "errors": []}

    def update_product(self, _info: object, id: str, input: Mapping[str, Any]) -> View:  # noqa: A002
        product = self._saleor.products[id]
        product.name = input.get("name", product.name)
        product.category = input.get("category", product.category)
        product.values |= {each["id"]: each["numeric"] for each in input.get("attributes") or ()}
        self._changed(id)
        return {"errors": []}

    def list_product(self, _info: object, id: str, input: Mapping[str, Any]) -> View:  # noqa: A002
        product = self._saleor.products[id]
        if product.category is None and _publishes(input["updateChannels"]):
            return refused(
                WITHOUT_CATEGORY, "You must select a category to be able to publish.", "isPublished"
            )
        for each in input["updateChannels"]:
            key = each["channelId"]
            product.channels[key] = each.get("isPublished", product.channels.get(key, False))
            for variant in each.get("removeVariants") or ():
                self._saleor.variants[variant].prices.pop(key, None)
        self._changed(id)
        return {"errors": []}

    def price_variant(self, _info: object, id: str, input: list[Any]) -> View:  # noqa: A002
        variant = self._saleor.variants[id]
        product = self._saleor.products[variant.product]
        for each in input:
            if each["channelId"] not in product.channels:
                return refused("NOT_FOUND", "Product not available in channels.", "input")
        for each in input:
            variant.prices[each["channelId"]] = Decimal(str(each["price"]))
        self._saleor.announce("PRODUCT_VARIANT_UPDATED", variant=id)
        return {"errors": []}

    def create_problem(self, _info: object, input: Mapping[str, Any]) -> View:  # noqa: A002
        if not 3 <= len(input["key"]) <= 128 or len(input["message"]) < 3:
            return refused("INVALID", "Key or message is too short or too long.", "key")
        self._saleor.problems.setdefault(input["key"], []).append(input["message"])
        return {"errors": []}

    def dismiss_problems(self, _info: object, input: Mapping[str, Any]) -> View:  # noqa: A002
        for key in input["byApp"]["keys"]:
            self._saleor.problems.pop(key, None)
        return {"errors": []}

    def _create(self, wanted: Mapping[str, Any]) -> View:
        saleor = self._saleor
        (new,) = wanted["variants"]
        skus = {variant.sku for variant in saleor.variants.values()}
        if _taken(saleor.products.values(), wanted["slug"]) or new["sku"] in skus:
            code = {"path": "variants.0.sku", "message": "It exists already.", "code": "UNIQUE"}
            return {"product": None, "errors": [code]}
        if not wanted.get("category") and _publishes(wanted["channelListings"]):
            # Not observed, unlike that of a single product: as strict here.
            message = "You must select a category to be able to publish."
            fault = {"path": "channelListings.0", "message": message, "code": WITHOUT_CATEGORY}
            return {"product": None, "errors": [fault]}
        product = Product(
            saleor.next_id("Product"),
            wanted["name"],
            wanted["slug"],
            wanted["productType"],
            channels={each["channelId"]: each["isPublished"] for each in wanted["channelListings"]},
            values={each["id"]: each["numeric"] for each in wanted["attributes"]},
            category=wanted.get("category"),
        )
        variant = Variant(
            saleor.next_id("ProductVariant"),
            product.id,
            new["sku"],
            # Without a name it gets a global id of nothing (observed on 3.23).
            new.get("name") or gid("ProductVariant", None),
            new["trackInventory"],
            {each["channelId"]: Decimal(str(each["price"])) for each in new["channelListings"]},
        )
        saleor.products[product.id], saleor.variants[variant.id] = product, variant
        for collection in wanted["collections"]:
            saleor.collections[collection].products.append(product.id)
        saleor.announce("PRODUCT_CREATED", product=product.id)
        saleor.announce("PRODUCT_VARIANT_CREATED", variant=variant.id)
        return {"product": self._views.product(product), "errors": []}

    def _changed(self, product_id: str) -> None:
        self._saleor.announce("PRODUCT_UPDATED", product=product_id)


def _taken(records: Iterable[Any], slug: str) -> bool:
    return any(each.slug == slug for each in records)


def _publishes(listings: Iterable[Mapping[str, Any]]) -> bool:
    return any(each.get("isPublished") for each in listings)
