"""The shop's catalogue: product types, products, variants and their prices."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bittitan_plugin.domain.catalogue import check_prices
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.money import Money
from bittitan_plugin.domain.texts import check_line, is_line, quoted
from bittitan_plugin.platforms.shop.database import ShopDatabase
from bittitan_plugin.platforms.shop.inputs import VariantInput, check_slug, slug_of
from bittitan_plugin.platforms.shop.paging import Listing
from bittitan_plugin.platforms.shop.tables import PriceRow, ProductRow, ProductTypeRow, VariantRow


@dataclass(frozen=True, kw_only=True)
class Variant:
    """A variant with its product and its prices by currency."""

    row: VariantRow
    product: ProductRow
    prices: Mapping[str, Money]


@dataclass(frozen=True, kw_only=True)
class ProductRecord:
    """A product with its variants."""

    row: ProductRow
    variants: tuple[Variant, ...]


class Catalogue:
    """Reads and changes the catalogue. Changes raise ``Refusal`` on the input at fault."""

    def __init__(self, database: ShopDatabase) -> None:
        self._database = database

    def create_type(self, name: str, slug: str | None = None) -> ProductTypeRow:
        """A new product type."""
        name = check_line(name, "name")
        slug = check_slug(slug or slug_of(name))
        with self._changing("slug", f"There is a product type {quoted(slug)} already.") as session:
            row = ProductTypeRow(slug=slug, name=name)
            session.add(row)
        return row

    def types(self, slugs: Collection[str]) -> dict[str, ProductTypeRow]:
        """Product types by slug, in one statement."""
        with self._database.reading() as session:
            query = select(ProductTypeRow).where(ProductTypeRow.slug.in_(slugs))
            return {row.slug: row for row in session.scalars(query)}

    def create(
        self,
        *,
        name: str,
        product_type: str,
        slug: str | None = None,
        collection: str | None = None,
        published: bool = False,
        variants: Sequence[VariantInput] = (),
    ) -> ProductRecord:
        """A new product with its first variants."""
        name = check_line(name, "name")
        row = ProductRow(
            id=uuid4(),
            name=name,
            slug=check_slug(slug or slug_of(name)),
            product_type=product_type,
            collection=check_line(collection, "collection") if collection else None,
            published=published,
            created_at=self._database.clock(),
        )
        with self._changing("slug", "That slug or one of the SKUs is taken.") as session:
            if not is_line(product_type) or session.get(ProductTypeRow, product_type) is None:
                raise Refusal(
                    ErrorCode.NOT_FOUND,
                    f"There is no product type {quoted(product_type)}.",
                    field="productType",
                )
            session.add(row)
            session.flush()
            for index, variant in enumerate(variants):
                _add_variant(session, row.id, variant, f"variants[{index}].")
            return _record(session, row)

    def update(
        self,
        product_id: UUID,
        *,
        name: str | None = None,
        collection: str | None = None,
        published: bool | None = None,
    ) -> ProductRecord:
        """Change a product; None leaves a value as it is, an empty collection removes it."""
        with self._database.writing() as session:
            row = _existing(session, product_id)
            if name is not None:
                row.name = check_line(name, "name")
            if collection is not None:
                row.collection = check_line(collection, "collection", required=False) or None
            if published is not None:
                row.published = published
            session.flush()
            return _record(session, row)

    def delete(self, product_id: UUID) -> ProductRecord:
        """Remove a product and its variants and return it; orders keep their own copy."""
        with self._database.writing() as session:
            record = _record(session, _existing(session, product_id))
            session.execute(delete(ProductRow).where(ProductRow.id == product_id))
        return record

    def create_variant(self, product_id: UUID, variant: VariantInput) -> Variant:
        """Add a variant to a product."""
        with self._changing("sku", f"The SKU {quoted(variant.sku)} is taken.") as session:
            product = _existing(session, product_id)
            added = _add_variant(session, product.id, variant)
            return variants_where(session, VariantRow.id == added.id)[0]

    def update_variant(
        self,
        variant_id: UUID,
        *,
        sku: str | None = None,
        name: str | None = None,
        prices: Sequence[tuple[Decimal, str]] | None = None,
    ) -> Variant:
        """Change a variant; None leaves a value as it is, ``prices`` replaces all of them."""
        with self._changing("sku", f"The SKU {quoted(sku)} is taken.") as session:
            row = session.get(VariantRow, variant_id)
            if row is None:
                raise _no_variant()
            if sku is not None:
                row.sku = check_line(sku, "sku")
            if name is not None:
                row.name = check_line(name, "name", required=False)
            if prices is not None:
                session.execute(delete(PriceRow).where(PriceRow.variant_id == variant_id))
                _add_prices(session, variant_id, check_prices(prices))
            session.flush()
            return variants_where(session, VariantRow.id == variant_id)[0]

    def delete_variant(self, variant_id: UUID) -> Variant:
        """Remove a variant and return it; orders keep their own copy."""
        with self._database.writing() as session:
            found = variants_where(session, VariantRow.id == variant_id)
            if not found:
                raise _no_variant()
            session.execute(delete(VariantRow).where(VariantRow.id == variant_id))
        return found[0]

    def listing(self, *, published_only: bool) -> Listing[ProductRow]:
        """The products by slug."""
        query = select(ProductRow)
        if published_only:
            query = query.where(ProductRow.published)
        return Listing(query=query, key=ProductRow.slug)

    def find(self, *, product_id: UUID | None = None, slug: str | None = None) -> ProductRow | None:
        """A product by key or slug."""
        if slug is not None and not is_line(slug):
            return None
        with self._database.reading() as session:
            if product_id is not None:
                return session.get(ProductRow, product_id)
            return session.scalar(select(ProductRow).where(ProductRow.slug == slug))

    def variants(self, variant_ids: Collection[UUID]) -> dict[UUID, Variant]:
        """Variants by key, with their prices, in two statements."""
        with self._database.reading() as session:
            return load_variants(session, variant_ids)

    def variants_of(self, product_ids: Collection[UUID]) -> dict[UUID, list[Variant]]:
        """Each product's variants by SKU, with their prices, in two statements."""
        found: dict[UUID, list[Variant]] = {key: [] for key in product_ids}
        with self._database.reading() as session:
            for variant in variants_where(session, VariantRow.product_id.in_(product_ids)):
                found[variant.product.id].append(variant)
        return found

    def on_sale(self) -> list[Variant]:
        """Every variant that can be bought in some currency, by the product's name."""
        with self._database.reading() as session:
            published = variants_where(session, ProductRow.published.is_(True))
        return sorted((each for each in published if each.prices), key=lambda v: v.product.name)

    @contextmanager
    def _changing(self, field: str, taken: str) -> Iterator[Session]:
        try:
            with self._database.writing() as session:
                yield session
        except IntegrityError:
            raise Refusal(ErrorCode.UNIQUE, taken, field=field) from None


def load_variants(session: Session, variant_ids: Collection[UUID]) -> dict[UUID, Variant]:
    """Variants by key within the caller's transaction."""
    found = variants_where(session, VariantRow.id.in_(variant_ids))
    return {variant.row.id: variant for variant in found}


def variants_where(session: Session, condition: ColumnElement[bool]) -> list[Variant]:
    """Variants by SKU within the caller's transaction."""
    rows = session.execute(
        select(VariantRow, ProductRow)
        .join(ProductRow, ProductRow.id == VariantRow.product_id)
        .where(condition)
        .order_by(VariantRow.sku)
    ).all()
    prices: dict[UUID, dict[str, Money]] = {row.id: {} for row, _ in rows}
    query = select(PriceRow).where(PriceRow.variant_id.in_(prices)).order_by(PriceRow.currency)
    for price in session.scalars(query):
        prices[price.variant_id][price.currency] = Money(price.amount, price.currency)
    return [Variant(row=row, product=product, prices=prices[row.id]) for row, product in rows]


def _record(session: Session, row: ProductRow) -> ProductRecord:
    found = variants_where(session, VariantRow.product_id == row.id)
    return ProductRecord(row=row, variants=tuple(found))


def _existing(session: Session, product_id: UUID) -> ProductRow:
    row = session.get(ProductRow, product_id)
    if row is None:
        raise Refusal(ErrorCode.NOT_FOUND, "There is no such product.", field="id")
    return row


def _no_variant() -> Refusal:
    return Refusal(ErrorCode.NOT_FOUND, "There is no such variant.", field="id")


def _add_variant(
    session: Session, product_id: UUID, variant: VariantInput, place: str = ""
) -> VariantRow:
    row = VariantRow(
        id=uuid4(),
        product_id=product_id,
        sku=check_line(variant.sku, f"{place}sku"),
        name=check_line(variant.name, f"{place}name", required=False),
    )
    prices = check_prices(variant.prices, f"{place}prices")
    session.add(row)
    session.flush()
    _add_prices(session, row.id, prices)
    return row


def _add_prices(session: Session, variant_id: UUID, prices: Mapping[str, Money]) -> None:
    session.add_all(
        PriceRow(variant_id=variant_id, currency=currency, amount=price.amount)
        for currency, price in prices.items()
    )
    session.flush()
