"""A Saleor variant as the plugin sees it.

A variant is sold in channels, and several of them may share a currency: the first one with a price
decides (ours; in Saleor's own order). Customers read the product's name, and published means: in
one channel at least.
"""

from collections.abc import Mapping
from typing import Any

from bittitan_plugin.domain.catalogue import HostVariant, ProductType, days_or_none
from bittitan_plugin.domain.money import Money
from bittitan_plugin.hosts.saleor.orders import money_of
from bittitan_plugin.hosts.saleor.slugs import attribute_slug

Node = Mapping[str, Any]


def host_variant(node: Node) -> HostVariant | None:
    """The variant in ``fragments/BitTitanVariant.graphql``; None when its type is not ours."""
    product = node["product"]
    product_type = ProductType.from_slug(product["productType"]["slug"])
    if product_type is None:
        return None
    return HostVariant(
        variant_id=node["id"],
        product_id=product["id"],
        product_type=product_type,
        sku=node["sku"] or "",
        name=product["name"],
        prices=prices_of(node),
        published=is_published(product),
        expire_days=days_of(product, "expire"),
        validity_days=days_of(product, "validity"),
    )


def days_of(product: Node, property_slug: str) -> int | None:
    """What the product's attribute says of a clock, in whole days.

    None where it says nothing, or nothing that is in the accepted range: then the plugin's own
    value counts.
    """
    slug = attribute_slug(property_slug)
    for each in product.get("attributes") or ():
        if each["attribute"]["slug"] == slug and each["values"]:
            try:
                return days_or_none(int(float(each["values"][0]["name"])))
            except (TypeError, ValueError, OverflowError):
                return None
    return None


def prices_of(node: Node) -> dict[str, Money]:
    """The variant's price in every currency it is sold in."""
    prices: dict[str, Money] = {}
    for listing in node.get("channelListings") or ():
        if listing.get("price"):
            price = money_of(listing["price"])
            prices.setdefault(price.currency, price)
    return prices


def is_published(product: Node) -> bool:
    """Whether customers can see it in some channel."""
    return any(listing.get("isPublished") for listing in product.get("channelListings") or ())
