"""Applies to this shop what staff decide about a licence product. Fires no hooks."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from bittitan_plugin.domain.catalogue import PlatformVariant
from bittitan_plugin.domain.errors import ErrorCode, PlatformRejected, Rejected
from bittitan_plugin.platforms.new_variants import offered
from bittitan_plugin.platforms.shop.catalogue import Variant, variants_where
from bittitan_plugin.platforms.shop.catalogue_sync import (
    TURN,
    host_variant,
    make_variants,
    rename,
    replace_prices,
)
from bittitan_plugin.platforms.shop.ids import Kind, try_parse
from bittitan_plugin.platforms.shop.tables import ProductRow, ProductTypeRow, VariantRow
from bittitan_plugin.ports.platform import Offer
from bittitan_plugin.store.locks import take_turns


def offer(session: Session, wanted: Offer, group: str, at: datetime) -> PlatformVariant:
    """Change the variant as staff decided, or make it."""
    take_turns(session, TURN)
    variant = _existing(session, wanted)
    if variant is None:
        return _made(session, wanted, group, at)
    if wanted.name is not None:
        rename(session, variant, wanted.name)
    if wanted.prices is not None:
        replace_prices(session, variant.row.id, wanted.prices)
    if wanted.published is not None:
        _publish(session, variant, published=wanted.published)
    return host_variant(_read(session, variant))


def withdraw(session: Session, variant_id: str) -> None:
    """Unpublish the variant's product."""
    key = try_parse(Kind.VARIANT, variant_id)
    for variant in variants_where(session, VariantRow.id == key) if key else ():
        _publish(session, variant, published=False)


def _existing(session: Session, wanted: Offer) -> Variant | None:
    if wanted.variant_id is None:
        found = variants_where(session, VariantRow.sku == wanted.sku)
        if found and found[0].product.product_type != wanted.product_type.slug:
            raise _taken(wanted)
        return found[0] if found else None
    key = try_parse(Kind.VARIANT, wanted.variant_id)
    found = variants_where(session, VariantRow.id == key) if key else []
    if not found:
        raise PlatformRejected(
            ErrorCode.NOT_FOUND, "The platform has no such variant.", field="variant_id"
        )
    if found[0].product.product_type != wanted.product_type.slug:
        raise PlatformRejected(
            ErrorCode.INVALID,
            f"That variant is no {wanted.product_type.label}: its product has another type.",
            field="variant_id",
        )
    return found[0]


def _made(session: Session, wanted: Offer, group: str, at: datetime) -> PlatformVariant:
    if session.get(ProductTypeRow, wanted.product_type.slug) is None:
        raise PlatformRejected(
            ErrorCode.NOT_FOUND,
            f"The platform has no product type {wanted.product_type.label} yet; "
            "run Get Services Definition first.",
            field="product_type",
        )
    made = make_variants(session, [offered(wanted)], group, at)
    if wanted.sku not in made:
        raise _taken(wanted)
    return made[wanted.sku]


def _taken(wanted: Offer) -> Rejected:
    return PlatformRejected(
        ErrorCode.UNIQUE,
        f"The platform sells something else under the article number {wanted.sku}.",
        field="sku",
    )


def _publish(session: Session, variant: Variant, *, published: bool) -> None:
    session.execute(
        update(ProductRow).where(ProductRow.id == variant.product.id).values(published=published)
    )


def _read(session: Session, variant: Variant) -> Variant:
    session.expire_all()
    return variants_where(session, VariantRow.id == variant.row.id)[0]
