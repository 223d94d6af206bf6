"""Licence products of one installation, with their prices."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    Table,
    bindparam,
    delete,
    exists,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from bittitan_plugin.domain.catalogue import Product, ProductType
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.money import Money
from bittitan_plugin.store.mapping import product_values, to_product
from bittitan_plugin.store.repositories.repository import Repository
from bittitan_plugin.store.tables import AssetRow, PriceRow, ProductRow

# Read without the object-relational layer, which is not needed for single rows; statements that
# every order and every sale runs are built once.
_PRODUCTS, _PRICES = cast(Table, ProductRow.__table__), cast(Table, PriceRow.__table__)
_WITH_PRICES = (
    select(
        _PRODUCTS,
        _PRICES.c.currency.label("price_currency"),
        _PRICES.c.amount.label("price_amount"),
    )
    .outerjoin(_PRICES, _PRICES.c.product_id == _PRODUCTS.c.id)
    .where(_PRODUCTS.c.installation_id == bindparam("mine"))
)
_OF_VARIANTS = _WITH_PRICES.where(
    _PRODUCTS.c.variant_id.in_(bindparam("variant_ids", expanding=True))
)


class ProductRepository(Repository):
    """Finds and stores products."""

    _rows = ProductRow

    def get(self, product_id: UUID) -> Product:
        """The product with that id. Raises ``Refusal`` NOT_FOUND on ``id``."""
        found = self.by_ids([product_id])
        if not found:
            raise Refusal(ErrorCode.NOT_FOUND, "There is no such product.", field="id")
        return found[product_id]

    def by_ids(self, ids: Collection[UUID]) -> dict[UUID, Product]:
        """The products among ``ids`` that exist here."""
        return {p.id: p for p in self._load(ProductRow.id.in_(ids))}

    def of_variants(self, variant_ids: Collection[str]) -> dict[str, Product]:
        """The products that the platform sells as these variants."""
        found = self._read(_OF_VARIANTS, {"variant_ids": list(variant_ids)})
        return {product.variant_id: product for product in found if product.variant_id}

    def of_host_product(self, host_product_id: str) -> list[Product]:
        """The products that the platform sells as variants of its product with that id."""
        return self._load(ProductRow.host_product_id == host_product_id)

    def bound(self) -> dict[str, Product]:
        """Every product that a variant of the platform sells, by that variant's id."""
        found = self._load(ProductRow.variant_id.is_not(None))
        return {product.variant_id: product for product in found if product.variant_id}

    def sold_among(self, variant_ids: Collection[str]) -> set[str]:
        """Those of these variants that sell one of our products."""
        sold = select(ProductRow.variant_id).where(
            self._mine, ProductRow.variant_id.in_(variant_ids)
        )
        return {variant_id for variant_id in self._session.scalars(sold) if variant_id}

    def all(self) -> list[Product]:
        """Every product, by name."""
        return sorted(self._load(), key=lambda product: (product.name, str(product.id)))

    def by_skus(self, skus: Collection[str]) -> dict[str, Product]:
        """The product of each SKU; if several, the imported one, then the lowest id."""
        found = sorted(
            self._load(ProductRow.sku.in_(skus)), key=lambda p: (p.imported is None, p.id)
        )
        return {product.sku: product for product in reversed(found)}

    def unbound(self, sku: str, product_type: ProductType) -> Product | None:
        """A product with that SKU and type that no variant sells."""
        found = self._load(
            ProductRow.sku == sku,
            ProductRow.product_type == product_type.value,
            ProductRow.variant_id.is_(None),
        )
        return min(found, key=lambda p: (p.imported is None, p.id), default=None)

    def is_sold(self, product_id: UUID) -> bool:
        """Whether an asset was ever bought as this product."""
        sold = select(
            exists().where(
                AssetRow.installation_id == self._installation_id,
                AssetRow.product_id == product_id,
            )
        )
        return bool(self._session.scalar(sold))

    def add(self, product: Product) -> None:
        """Store a new product. Raises ``Refusal`` UNIQUE on ``variant_id`` when that is taken."""
        self.add_all([product])

    def add_all(self, products: Sequence[Product]) -> None:
        """Store new products, in two statements. Raises what ``add`` raises, with none stored."""
        if not products:
            return
        rows = [
            {"installation_id": self._installation_id, **product_values(product)}
            for product in products
        ]
        with self._one_product_per_variant():
            self._session.execute(insert(ProductRow), rows)
        self._add_prices(products)

    def save(self, product: Product) -> None:
        """Store a product's new values and prices; does nothing when it is not one of ours.

        Raises ``Refusal`` UNIQUE on ``variant_id`` when another product is bound to it.
        """
        with self._one_product_per_variant():
            kept = self._session.execute(
                update(ProductRow)
                .where(self._mine, ProductRow.id == product.id)
                .values(**product_values(product))
                .returning(ProductRow.id)
            ).all()
        if not kept:
            return
        self._session.execute(delete(PriceRow).where(PriceRow.product_id == product.id))
        self._add_prices([product])

    def remove(self, product_id: UUID) -> None:
        """Delete a product and its prices."""
        mine = select(ProductRow.id).where(self._mine, ProductRow.id == product_id)
        self._session.execute(delete(PriceRow).where(PriceRow.product_id.in_(mine)))
        self._session.execute(delete(ProductRow).where(self._mine, ProductRow.id == product_id))

    def _add_prices(self, products: Sequence[Product]) -> None:
        rows = [
            {"product_id": product.id, "currency": price.currency, "amount": price.amount}
            for product in products
            for price in product.prices.values()
        ]
        if rows:
            self._session.execute(insert(PriceRow), rows)

    @contextmanager
    def _one_product_per_variant(self) -> Iterator[None]:
        try:
            with self._session.begin_nested():
                yield
        except IntegrityError:
            raise Refusal(
                ErrorCode.UNIQUE,
                "Another BitTitan product is bound to that variant already.",
                field="variant_id",
            ) from None

    def _load(self, *conditions: ColumnElement[bool]) -> list[Product]:
        return self._read(_WITH_PRICES.where(*conditions), {})

    def _read(self, query: Select[Any], values: dict[str, Any]) -> list[Product]:
        found: dict[UUID, tuple[Row[Any], dict[str, Money]]] = {}
        for row in self._session.execute(query, {"mine": self._installation_id, **values}):
            prices = found.setdefault(row.id, (row, {}))[1]
            if row.price_currency is not None:
                prices[row.price_currency] = Money(row.price_amount, row.price_currency)
        return [to_product(row, prices) for row, prices in found.values()]
