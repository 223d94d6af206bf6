"""Licence products of one installation, with their prices."""

from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from bittitan_plugin.domain.catalogue import Product
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.store.mapping import product_values, to_product
from bittitan_plugin.store.tables import PriceRow, ProductRow


class ProductRepository:
    """Finds and keeps products."""

    def __init__(self, session: Session, installation_id: UUID) -> None:
        self._session = session
        self._installation_id = installation_id

    def get(self, product_id: UUID) -> Product:
        """Raises ``Refusal`` NOT_FOUND on ``id``."""
        found = self.by_ids([product_id])
        if not found:
            raise Refusal(ErrorCode.NOT_FOUND, "There is no such product.", field="id")
        return found[product_id]

    def by_ids(self, ids: Collection[UUID]) -> dict[UUID, Product]:
        """The products among ``ids`` that exist here."""
        return {p.id: p for p in self._load(ProductRow.id.in_(ids))}

    def of_variants(self, variant_ids: Collection[str]) -> dict[str, Product]:
        """The products that the host sells as these variants."""
        found = self._load(ProductRow.variant_id.in_(variant_ids))
        return {product.variant_id: product for product in found if product.variant_id}

    def all(self) -> list[Product]:
        """Every product, by name."""
        return sorted(self._load(), key=lambda product: (product.name, str(product.id)))

    def add(self, product: Product) -> None:
        """Keep a new product."""
        self._session.add(
            ProductRow(installation_id=self._installation_id, **product_values(product))
        )
        self._session.flush()
        self._add_prices(product)

    def save(self, product: Product) -> None:
        """Keep a product's new values and prices; nothing happens when it is not one of ours."""
        kept = self._session.execute(
            update(ProductRow)
            .where(self._mine, ProductRow.id == product.id)
            .values(**product_values(product))
            .returning(ProductRow.id)
        ).all()
        if not kept:
            return
        self._session.execute(delete(PriceRow).where(PriceRow.product_id == product.id))
        self._add_prices(product)

    def _add_prices(self, product: Product) -> None:
        self._session.add_all(
            PriceRow(product_id=product.id, currency=price.currency, amount=price.amount)
            for price in product.prices.values()
        )
        self._session.flush()

    def _load(self, *conditions: ColumnElement[bool]) -> Iterable[Product]:
        rows = self._session.scalars(select(ProductRow).where(self._mine, *conditions)).all()
        prices: dict[UUID, list[PriceRow]] = {row.id: [] for row in rows}
        if rows:
            for price in self._session.scalars(
                select(PriceRow).where(PriceRow.product_id.in_(prices))
            ):
                prices[price.product_id].append(price)
        return [to_product(row, prices[row.id]) for row in rows]

    @property
    def _mine(self) -> ColumnElement[bool]:
        return ProductRow.installation_id == self._installation_id
