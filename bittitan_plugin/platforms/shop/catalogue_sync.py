"""Adds the plugin's products to this shop: types, variants, prices. Fires no hooks."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.orm import Session

from bittitan_plugin.domain.catalogue import PlatformVariant, ProductType
from bittitan_plugin.domain.importing import brought_up_to_date
from bittitan_plugin.domain.money import Money
from bittitan_plugin.platforms.new_variants import NewVariant, missing
from bittitan_plugin.platforms.shop.catalogue import Variant, variants_where
from bittitan_plugin.platforms.shop.database import ShopDatabase
from bittitan_plugin.platforms.shop.ids import Kind, global_id, try_parse
from bittitan_plugin.platforms.shop.inputs import slug_of
from bittitan_plugin.platforms.shop.tables import PriceRow, ProductRow, ProductTypeRow, VariantRow
from bittitan_plugin.ports.platform import Presentation, TypeDefinition
from bittitan_plugin.store.locks import take_turns

#: Variants read at a time.
BATCH = 500
#: The lock for adding to the catalogue: looking for a SKU and then making it is not atomic.
TURN = "embedded catalogue"


def ensure_product_types(session: Session, definitions: Sequence[TypeDefinition]) -> frozenset[str]:
    """Make missing types and properties; returns the slugs of the types that were made."""
    take_turns(session, TURN)
    made = set()
    for definition in definitions:
        row = session.get(ProductTypeRow, definition.slug)
        if row is None:
            row = ProductTypeRow(slug=definition.slug, name=definition.name, properties={})
            session.add(row)
            made.add(definition.slug)
        wanted = {
            each.slug: {"name": each.name, "default": each.default}
            for each in definition.properties
        }
        row.properties = {**wanted, **row.properties}
    return frozenset(made)


def present(
    session: Session, presentations: Sequence[Presentation], group: str, at: datetime
) -> dict[str, PlatformVariant]:
    """The variants that sell these products, by SKU; missing ones are made."""
    take_turns(session, TURN)
    found = _find(session, presentations)
    changed = [
        wanted.sku
        for wanted in presentations
        if wanted.sku in found and _bring_up_to_date(session, found[wanted.sku], wanted, group)
    ]
    made = make_variants(session, missing(presentations, found), group, at)
    keys = {sku: variant.row.id for sku, variant in found.items()}
    if not changed:
        return {sku: host_variant(variant) for sku, variant in found.items()} | made
    session.expire_all()
    again = variants_where(session, VariantRow.id.in_(keys.values()))
    by_id = {variant.row.id: host_variant(variant) for variant in again}
    return {sku: by_id[key] for sku, key in keys.items()} | made


def variants(
    database: ShopDatabase, product_types: Collection[ProductType]
) -> Iterator[list[PlatformVariant]]:
    """Every variant of these types, a batch at a time, each in a short transaction."""
    ours, last = ProductRow.product_type.in_([kind.slug for kind in product_types]), None
    while True:
        query = select(VariantRow.id).join(ProductRow, ProductRow.id == VariantRow.product_id)
        query = query.where(ours) if last is None else query.where(ours, VariantRow.id > last)
        with database.reading() as session:
            ids = session.scalars(query.order_by(VariantRow.id).limit(BATCH)).all()
            batch = variants_where(session, VariantRow.id.in_(ids))
        if not ids:
            return
        yield [host_variant(variant) for variant in batch]
        last = ids[-1]


def make_variants(
    session: Session, wanted: Sequence[NewVariant], group: str, at: datetime
) -> dict[str, PlatformVariant]:
    """New products of one variant each, by SKU. A SKU that is in use already is left out."""
    skus = [each.sku for each in wanted]
    taken = set(session.scalars(select(VariantRow.sku).where(VariantRow.sku.in_(skus))))
    free = [each for each in wanted if each.sku not in taken]
    if not free:
        return {}
    slugs = _free_slugs(session, [each.sku for each in free])
    products: list[dict[str, object]] = []
    rows: list[dict[str, object]] = []
    prices: list[dict[str, object]] = []
    made: dict[str, PlatformVariant] = {}
    for each, slug in zip(free, slugs, strict=True):
        product_id, variant_id = uuid4(), uuid4()
        products.append(
            {
                "id": product_id,
                "slug": slug,
                "name": each.name,
                "product_type": each.product_type.slug,
                "collection": group,
                "published": each.published,
                "created_at": at,
            }
        )
        rows.append({"id": variant_id, "product_id": product_id, "sku": each.sku, "name": ""})
        prices += price_values(variant_id, each.prices)
        made[each.sku] = PlatformVariant(
            variant_id=global_id(Kind.VARIANT, variant_id),
            product_id=global_id(Kind.PRODUCT, product_id),
            product_type=each.product_type,
            sku=each.sku,
            name=each.name,
            prices=each.prices,
            published=each.published,
        )
    session.execute(insert(ProductRow), products)
    session.execute(insert(VariantRow), rows)
    if prices:
        session.execute(insert(PriceRow), prices)
    return made


def host_variant(variant: Variant) -> PlatformVariant:
    """A variant of one of our types as a value of the port."""
    return PlatformVariant(
        variant_id=global_id(Kind.VARIANT, variant.row.id),
        product_id=global_id(Kind.PRODUCT, variant.product.id),
        product_type=ProductType.from_slug(variant.product.product_type)
        or ProductType.MAILBOX_LICENSE,
        sku=variant.row.sku,
        name=variant.row.name or variant.product.name,
        prices=variant.prices,
        published=variant.product.published,
    )


def price_values(variant_id: UUID, prices: Mapping[str, Money]) -> list[dict[str, object]]:
    """The rows of a variant's prices."""
    return [
        {"variant_id": variant_id, "currency": price.currency, "amount": price.amount}
        for price in prices.values()
    ]


def replace_prices(session: Session, variant_id: UUID, prices: Mapping[str, Money]) -> None:
    """Replace all prices by these."""
    session.execute(delete(PriceRow).where(PriceRow.variant_id == variant_id))
    if prices:
        session.execute(insert(PriceRow), price_values(variant_id, prices))


def _find(session: Session, presentations: Sequence[Presentation]) -> dict[str, Variant]:
    keys = {
        wanted.sku: try_parse(Kind.VARIANT, wanted.variant_id)
        for wanted in presentations
        if wanted.variant_id
    }
    rows = variants_where(
        session,
        or_(
            VariantRow.id.in_([key for key in keys.values() if key]),
            VariantRow.sku.in_([wanted.sku for wanted in presentations]),
        ),
    )
    by_id = {variant.row.id: variant for variant in rows}
    by_sku = {(variant.row.sku, variant.product.product_type): variant for variant in rows}
    found = {}
    for wanted in presentations:
        key = keys.get(wanted.sku)
        bound = by_id.get(key) if key else None
        variant = bound or by_sku.get((wanted.sku, wanted.product_type.slug))
        if variant and variant.product.product_type == wanted.product_type.slug:
            found[wanted.sku] = variant
    return found


def _bring_up_to_date(session: Session, variant: Variant, wanted: Presentation, group: str) -> bool:
    """Update what nobody edited. Returns whether anything was changed."""
    shown = host_variant(variant)
    name, prices = brought_up_to_date(
        shown.name, shown.prices, before=wanted.previous, now=wanted.listed
    )
    if name != shown.name:
        rename(session, variant, name)
    if prices != shown.prices:
        replace_prices(session, variant.row.id, prices)
    ungrouped = wanted.variant_id is None and variant.product.collection is None
    if ungrouped:
        session.execute(
            update(ProductRow).where(ProductRow.id == variant.product.id).values(collection=group)
        )
    return ungrouped or name != shown.name or prices != shown.prices


def rename(session: Session, variant: Variant, name: str) -> None:
    """Give it that name where customers read it: the variant's, or otherwise its product's."""
    if variant.row.name:
        session.execute(update(VariantRow).where(VariantRow.id == variant.row.id).values(name=name))
    if not variant.row.name or variant.row.name == variant.product.name:
        session.execute(
            update(ProductRow).where(ProductRow.id == variant.product.id).values(name=name)
        )


def _free_slugs(session: Session, skus: Sequence[str]) -> list[str]:
    wanted = [f"bittitan-{slug_of(sku)[:200]}".strip("-") for sku in skus]
    query = select(ProductRow.slug).where(ProductRow.slug.in_(wanted))
    taken, free = set(session.scalars(query)), []
    for slug in wanted:
        free.append(f"{slug}-{uuid4().hex[:12]}" if slug in taken else slug)
        taken.add(slug)
    return free
