"""Reads a Saleor variant into the domain's.

A variant is sold in channels, and several of them may share a currency: the first one with a price
decides (our rule; in Saleor's own order). Customers read the product's name, and published means
in at least one channel.
"""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from bittitan_plugin.domain.catalogue import PlatformVariant, ProductType, Said, read_clocks
from bittitan_plugin.domain.money import Money
from bittitan_plugin.domain.texts import LONGEST_NAME
from bittitan_plugin.platforms.saleor.orders import money_of
from bittitan_plugin.platforms.saleor.slugs import attribute_slug

Node = Mapping[str, Any]

#: From this size on a number is no number of days, and is kept as text.
_ABSURD = 10**9


def host_variant(node: Node) -> PlatformVariant | None:
    """The variant in ``fragments/BitTitanVariant.graphql``; None when its type is not ours."""
    product = node["product"]
    product_type = ProductType.from_slug(product["productType"]["slug"])
    if product_type is None:
        return None
    return PlatformVariant(
        variant_id=node["id"],
        product_id=product["id"],
        product_type=product_type,
        sku=node["sku"] or "",
        name=product["name"],
        prices=prices_of(node),
        published=is_published(product),
        clocks=read_clocks(days_of(product, "expire"), days_of(product, "validity")),
    )


def days_of(product: Node, property_slug: str) -> Said:
    """The value of a clock's attribute of the product: a whole number, or its text.

    None where it has no value: then the plugin's own value counts.
    """
    slug = attribute_slug(property_slug)
    for each in product.get("attributes") or ():
        if each["attribute"]["slug"] == slug and each["values"]:
            return _number(each["values"][0]["name"])
    return None


def _number(text: str | None) -> Said:
    if not text:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text[:LONGEST_NAME]
    # Not 180.5, NaN, or a number of a million digits.
    whole = number.is_finite() and abs(number) < _ABSURD and number == number.to_integral_value()
    return int(number) if whole else text[:LONGEST_NAME]


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
