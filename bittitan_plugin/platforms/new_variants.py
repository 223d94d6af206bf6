"""The variants that a platform must make because it does not sell them yet, on any platform."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

from bittitan_plugin.domain.catalogue import ProductType
from bittitan_plugin.domain.money import Money
from bittitan_plugin.ports.platform import Offer, Presentation


@dataclass(frozen=True, kw_only=True)
class NewVariant:
    """A variant to make, with a product of its own."""

    sku: str
    product_type: ProductType
    name: str
    prices: Mapping[str, Money]
    published: bool = False
    #: Both clocks in days, where the platform keeps them; None leaves them to the plugin.
    expire_days: int | None = None
    validity_days: int | None = None


def missing(presentations: Sequence[Presentation], found: Container[str]) -> list[NewVariant]:
    """The vendor's new articles with a SKU not in ``found``: unpublished, with its values."""
    return [
        NewVariant(
            sku=wanted.sku,
            product_type=wanted.product_type,
            name=wanted.listed.name,
            prices={wanted.listed.price.currency: wanted.listed.price},
        )
        for wanted in presentations
        if wanted.is_new and wanted.sku not in found
    ]


def offered(wanted: Offer) -> NewVariant:
    """The variant that staff put on sale; without a name it has its type's name."""
    return NewVariant(
        sku=wanted.sku,
        product_type=wanted.product_type,
        name=wanted.name or wanted.product_type.label,
        prices=wanted.prices or {},
        published=bool(wanted.published),
        expire_days=wanted.expire_days,
        validity_days=wanted.validity_days,
    )
