"""Keeps our products bound to the platform's variants, as the platform's events tell it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import uuid4

from bittitan_plugin.domain.catalogue import Product, ProductType
from bittitan_plugin.domain.installations import Installation
from bittitan_plugin.domain.money import Money
from bittitan_plugin.services.ports import Ports
from bittitan_plugin.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class HostVariant:
    """A variant of the platform that is of one of our product types."""

    variant_id: str
    product_type: ProductType
    sku: str
    name: str
    #: Whether the platform presents it; taken over when a product is bound, followed later.
    published: bool
    prices: Mapping[str, Money]


def follow_variant(ports: Ports, installation: Installation, variant: HostVariant) -> Product:
    """Make our product say what the platform's variant says; binds or makes one if need be.

    Assets already sold keep their own copy and never change.
    """
    with ports.store.writing(installation.id) as work:
        product = _bound_to(work, variant)
        if product is None:
            product = _new_product(installation, variant)
            work.products.add(product)
            return product
        followed = replace(
            product,
            variant_id=variant.variant_id,
            published=product.published if product.variant_id else variant.published,
            sku=variant.sku or product.sku,
            name=variant.name or product.name,
            prices=dict(variant.prices) or product.prices,
        )
        if followed != product:
            work.products.save(followed)
        return followed


def release_variant(ports: Ports, installation: Installation, variant_id: str) -> bool:
    """The variant is gone: withdraw and unbind our product. True when there was one."""
    with ports.store.writing(installation.id) as work:
        product = work.products.of_variants([variant_id]).get(variant_id)
        if product is None:
            return False
        work.products.save(replace(product, variant_id=None, published=False))
        return True


def follow_publication(
    ports: Ports, installation: Installation, variant_ids: tuple[str, ...], *, published: bool
) -> int:
    """The platform presents, or no longer presents, these variants. Returns how many are ours."""
    with ports.store.writing(installation.id) as work:
        products = work.products.of_variants(variant_ids)
        for product in products.values():
            if product.published != published:
                work.products.save(replace(product, published=published))
    return len(products)


def _bound_to(work: UnitOfWork, variant: HostVariant) -> Product | None:
    bound = work.products.of_variants([variant.variant_id]).get(variant.variant_id)
    if bound:
        return bound
    return next(
        (
            product
            for product in work.products.all()
            if product.variant_id is None
            and product.sku == variant.sku
            and product.product_type is variant.product_type
        ),
        None,
    )


def _new_product(installation: Installation, variant: HostVariant) -> Product:
    configuration = installation.configuration
    return Product(
        id=uuid4(),
        product_type=variant.product_type,
        sku=variant.sku,
        name=variant.name,
        expire_days=configuration.expire_days,
        validity_days=configuration.validity_days,
        variant_id=variant.variant_id,
        published=variant.published,
        prices=dict(variant.prices),
    )
