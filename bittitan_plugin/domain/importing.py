"""The import of the vendor's list: what is taken over, and what is left alone.

*Get Services Definition* adds what is missing and never overwrites what the distributor edited
(documented). How to recognize an edit is our rule: what was last imported is kept, and a value
that still equals it was not edited, so it goes on following the vendor.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from bittitan_plugin.domain.catalogue import (
    Listed,
    PlatformVariant,
    Product,
    ProductType,
    check_price,
)
from bittitan_plugin.domain.configuration import Configuration
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.money import Money
from bittitan_plugin.domain.texts import check_line


@dataclass(frozen=True, kw_only=True)
class Article:
    """One row of the vendor's list that can be sold."""

    sku: str
    product_type: ProductType
    listed: Listed


def read_article(*, sku: str, product_type: str, name: str, price: Money) -> Article:
    """A row as the vendor wrote it. Raises ``Refusal`` saying why it cannot be sold."""
    if product_type not in set(ProductType):
        raise Refusal(
            ErrorCode.INVALID,
            f"'{product_type[:40]}' is not a product type this plugin knows.",
            field="product_type",
        )
    return Article(
        sku=check_line(sku, "sku"),
        product_type=ProductType(product_type),
        listed=Listed(name=check_line(name, "name"), price=check_price(price)),
    )


def check_same_type(product: Product, article: Article) -> None:
    """A product never changes its type: its variant could not follow. Raises ``Refusal``."""
    if product.product_type is not article.product_type:
        raise Refusal(
            ErrorCode.INVALID,
            f"It is a {product.product_type.label} here and a {article.product_type.label} in "
            "the list; delete or withdraw the product here.",
            field="product_type",
        )


def brought_up_to_date(
    name: str, prices: Mapping[str, Money], *, before: Listed | None, now: Listed
) -> tuple[str, dict[str, Money]]:
    """Name and prices, given the vendor's list at the last import (``before``) and ``now``.

    A value that still is what was imported follows the vendor; any other is the distributor's
    and stays. What was never imported (``before`` is None) is entirely the distributor's.
    """
    if before is None:
        return name, dict(prices)
    return now.name if name == before.name else name, _prices(prices, before.price, now.price)


def _prices(prices: Mapping[str, Money], before: Money, now: Money) -> dict[str, Money]:
    edited = prices.get(before.currency) != before
    already_priced = now.currency != before.currency and now.currency in prices
    if edited or already_priced:
        return dict(prices)
    others = {key: price for key, price in prices.items() if key != before.currency}
    return {**others, now.currency: now}


def new_product(product_id: UUID, article: Article, configuration: Configuration) -> Product:
    """An article sold here for the first time: unpublished, at the vendor's list price."""
    price = article.listed.price
    return Product(
        id=product_id,
        product_type=article.product_type,
        sku=article.sku,
        name=article.listed.name,
        expire_days=configuration.expire_days,
        validity_days=configuration.validity_days,
        prices={price.currency: price},
        imported=article.listed,
    )


def imported(product: Product, article: Article, variant: PlatformVariant | None) -> Product:
    """``product`` after the import of ``article``.

    ``variant`` is the platform's variant that sells it, already brought up to date, and what it
    says counts. None means that the platform has none: one deleted there is not made again.
    """
    if variant is not None:
        product = product.following(variant)
    else:
        name, prices = brought_up_to_date(
            product.name, product.prices, before=product.imported, now=article.listed
        )
        product = replace(product, name=name, prices=prices)
        product = product.released() if product.variant_id else product
    return replace(product, imported=article.listed)


def is_visible_change(before: Product, after: Product) -> bool:
    """Whether anybody would notice; ``imported`` is only our own record."""
    return replace(after, imported=before.imported) != before
