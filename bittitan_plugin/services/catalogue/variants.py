"""Keeps our products bound to the platform's variants, by the platform's events.

Assets already sold keep their own copy and never change.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from uuid import uuid4

from bittitan_plugin.domain.catalogue import (
    LONGEST_DAYS,
    SHORTEST_DAYS,
    Clocks,
    PlatformVariant,
    Product,
)
from bittitan_plugin.domain.installations import Installation
from bittitan_plugin.domain.problems import Problem, ProblemKind
from bittitan_plugin.services.installations import get_installation
from bittitan_plugin.services.ports import Ports, Tenant
from bittitan_plugin.store.unit_of_work import UnitOfWork

#: The lock for binding products: an event and an import may see the same variant at once.
CATALOGUE_TURN = "catalogue"


def follow_variant(ports: Ports, installation: Installation, variant: PlatformVariant) -> Product:
    """Update our product from the platform's variant; binds or makes one if needed.

    A variant that changed to the other type of licence moves to a product of that type.
    """
    with ports.store.writing(installation.id) as work:
        work.take_turns(CATALOGUE_TURN)
        product = _follow(work, installation, variant)
    judge_days(Tenant(ports, installation.id), [(product, variant.clocks)])
    return product


def catch_up(
    tenant: Tenant,
    listed: Iterable[Sequence[PlatformVariant]],
    gone: Callable[[Sequence[str]], Collection[str]],
) -> None:
    """Follow changes without an event: all our variants on the platform, ``listed`` in pages.

    ``gone`` finds which of some variants are no longer ours. While the plugin is switched off
    nothing is followed.
    """
    installation = get_installation(tenant)
    if not installation.active:
        return
    with tenant.reading() as work:
        before = work.products.bound()
    missing = set(before)
    for page in listed:
        _follow_page(tenant.ports, installation, page, before)
        missing -= {variant.variant_id for variant in page}
    if missing and (released := gone(sorted(missing))):
        release_variants(tenant.ports, installation, released)


def _follow_page(
    ports: Ports,
    installation: Installation,
    variants: Sequence[PlatformVariant],
    before: Mapping[str, Product],
) -> None:
    changed = [each for each in variants if _differs(before.get(each.variant_id), each)]
    if changed:
        with ports.store.writing(installation.id) as work:
            work.take_turns(CATALOGUE_TURN)
            now = work.products.of_variants([each.variant_id for each in changed])
            for variant in changed:
                # A product that an event or staff changed meanwhile is newer than the list.
                if now.get(variant.variant_id) == before[variant.variant_id]:
                    _follow(work, installation, variant)
    known = [each for each in variants if each.variant_id in before]
    judge_days(Tenant(ports, installation.id), [(before[v.variant_id], v.clocks) for v in known])
    unknown = [each for each in variants if each.variant_id not in before]
    follow_variants(ports, installation, unknown)


def follow_variants(
    ports: Ports, installation: Installation, variants: Sequence[PlatformVariant]
) -> int:
    """Bind those of the variants that are unknown here. Returns how many there were."""
    ids = [variant.variant_id for variant in variants]
    with ports.store.reading(installation.id) as work:
        known = work.products.sold_among(ids)
    if len(known) == len(ids):
        return 0
    with ports.store.writing(installation.id) as work:
        work.take_turns(CATALOGUE_TURN)
        known = work.products.sold_among(ids)
        unknown = [variant for variant in variants if variant.variant_id not in known]
        for variant in unknown:
            _bind(work, installation, variant)
    return len(unknown)


def release_variants(ports: Ports, installation: Installation, variant_ids: Collection[str]) -> int:
    """The variants are gone: withdraw and unbind our products. Returns how many there were."""
    with ports.store.writing(installation.id) as work:
        products = work.products.of_variants(variant_ids)
        for product in products.values():
            work.products.save(product.released())
    judge_days(
        Tenant(ports, installation.id), [(product, Clocks()) for product in products.values()]
    )
    return len(products)


def release_product(
    ports: Ports, installation: Installation, product_id: str, variant_ids: Collection[str] = ()
) -> int:
    """The platform's product is gone with all its variants, even those it no longer names."""
    with ports.store.reading(installation.id) as work:
        known = [each.variant_id for each in work.products.of_host_product(product_id)]
    gone = {*variant_ids, *(each for each in known if each)}
    return release_variants(ports, installation, gone)


def follow_product(
    ports: Ports,
    installation: Installation,
    variant_ids: Collection[str],
    *,
    published: bool,
    name: str = "",
    clocks: Clocks,
) -> int:
    """A product of the platform changed. Returns how many of its variants are ours.

    Our rule: its name is followed where it has only one variant; among several, each has its own.
    Its days are followed where it has any.
    """
    with ports.store.writing(installation.id) as work:
        products = work.products.of_variants(variant_ids)
        for product in products.values():
            alone = name if len(variant_ids) == 1 else ""
            followed = replace(
                product,
                name=alone or product.name,
                published=published,
                expire_days=clocks.expire_days or product.expire_days,
                validity_days=clocks.validity_days or product.validity_days,
            )
            if followed != product:
                work.products.save(followed)
    judge_days(Tenant(ports, installation.id), [(product, clocks) for product in products.values()])
    return len(products)


def _follow(work: UnitOfWork, installation: Installation, variant: PlatformVariant) -> Product:
    product = work.products.of_variants([variant.variant_id]).get(variant.variant_id)
    if product is not None and product.product_type is not variant.product_type:
        work.products.save(product.released())
        product = None
    if product is None:
        return _bind(work, installation, variant)
    followed = product.following(variant)
    if followed != product:
        work.products.save(followed)
    return followed


def _differs(product: Product | None, variant: PlatformVariant) -> bool:
    if product is None:
        return False
    moved = product.product_type is not variant.product_type
    return moved or product.following(variant) != product


def _bind(work: UnitOfWork, installation: Installation, variant: PlatformVariant) -> Product:
    free = work.products.unbound(variant.sku, variant.product_type)
    if free is not None:
        bound = free.following(variant)
        work.products.save(bound)
        return bound
    configuration = installation.configuration
    product = Product(
        id=uuid4(),
        product_type=variant.product_type,
        sku=variant.sku,
        name=variant.name or variant.product_type.label,
        expire_days=configuration.expire_days,
        validity_days=configuration.validity_days,
    ).following(variant)
    work.products.add(product)
    return product


def judge_days(tenant: Tenant, products: Sequence[tuple[Product, Clocks]]) -> None:
    """Raise a problem for each product with refused days, and close it once they are valid.

    Each is raised once; a dismissed one stays away until the platform's days change.
    """
    said = {_key(product): _message(product, clocks) for product, clocks in products}
    with tenant.reading() as work:
        known = {key: work.problems.not_over_by_key(key) for key in said}
    news = {key: text for key, text in said.items() if text != _told(known[key])}
    if not news:
        return
    with tenant.writing() as work:
        for key, message in news.items():
            if message is None:
                work.problems.resolve(key, tenant.ports.clock())
                continue
            work.problems.report(
                ProblemKind.PRODUCT_DAYS_REFUSED,
                key,
                message=message,
                next_step="Mend it at the product on the platform; this closes by itself.",
                at=tenant.ports.clock(),
            )


def _key(product: Product) -> str:
    return f"days-refused:{product.id}"


def _told(problem: Problem | None) -> str | None:
    return problem.message if problem else None


def _message(product: Product, clocks: Clocks) -> str | None:
    if not clocks.refused:
        return None
    return (
        f"Product {product.name} ({product.sku}): {' and '.join(clocks.refused)} on the platform, "
        f"which is not taken over: it has to be a whole number of days from {SHORTEST_DAYS} to "
        f"{LONGEST_DAYS}. New sales go by the days before."
    )
