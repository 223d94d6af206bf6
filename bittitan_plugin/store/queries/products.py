"""Licence products as a list, by name."""

from sqlalchemy import ColumnElement, func, select

from bittitan_plugin.domain.catalogue import Product
from bittitan_plugin.store.queries.keyset import Page, SortKey, Window, converted, fetch_page
from bittitan_plugin.store.tables import ProductRow
from bittitan_plugin.store.unit_of_work import UnitOfWork

BY_NAME = SortKey(expression=func.lower(ProductRow.name), id=ProductRow.id, kind=str)


def product_page(work: UnitOfWork, window: Window, *, published_only: bool) -> Page[Product]:
    """One page of products; their prices come in one further statement."""
    query = select(ProductRow.id).where(*_conditions(work, published_only))
    page = fetch_page(work.session, query, BY_NAME, window)
    products = work.products.by_ids([entry.item for entry in page.entries])
    return converted(page, products.__getitem__)


def count_products(work: UnitOfWork, *, published_only: bool) -> int:
    """How many products there are."""
    conditions = _conditions(work, published_only)
    query = select(func.count()).select_from(ProductRow).where(*conditions)
    return work.session.scalar(query) or 0


def _conditions(work: UnitOfWork, published_only: bool) -> list[ColumnElement[bool]]:
    conditions = [ProductRow.installation_id == work.installation_id]
    if published_only:
        conditions.append(ProductRow.published.is_(True))
    return conditions
