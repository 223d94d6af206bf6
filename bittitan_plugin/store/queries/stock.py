"""Lists and sums of the stock. Sums read only an index, so that a large stock is not slow."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import ColumnElement, func, select

from bittitan_plugin.domain.catalogue import ProductType
from bittitan_plugin.domain.stock import ImportPhase, StockCode, StockImport, StockState
from bittitan_plugin.domain.stock_report import Amount
from bittitan_plugin.store.mapping import from_row
from bittitan_plugin.store.queries.keyset import Listing, SortKey, reading
from bittitan_plugin.store.repositories.stock import are_shown, is_free
from bittitan_plugin.store.tables import StockCodeRow, StockImportRow
from bittitan_plugin.store.unit_of_work import UnitOfWork

#: Sums of codes and licences, by product type.
_SUMS = (StockCodeRow.product_type, func.count(), func.sum(StockCodeRow.licenses))


@dataclass(frozen=True, kw_only=True)
class StockFilter:
    """Which codes; None leaves a criterion out."""

    state: StockState | None = None
    product_type: ProductType | None = None
    expires_before: datetime | None = None


def code_list(work: UnitOfWork, wanted: StockFilter) -> Listing[StockCode]:
    """The codes that match, those expiring soonest first."""
    return Listing(
        session=work.session,
        rows=select(StockCodeRow).where(*_conditions(work, wanted)),
        sort=SortKey(expression=StockCodeRow.expires_at, id=StockCodeRow.id, kind=datetime),
        read=reading(partial(from_row, StockCode)),
    )


def free_by_expiry(
    work: UnitOfWork, now: datetime
) -> dict[ProductType, list[tuple[datetime, Amount]]]:
    """The free codes that have not expired, by the instant of their expiry."""
    row = StockCodeRow
    found: dict[ProductType, list[tuple[datetime, Amount]]] = defaultdict(list)
    for kind, codes, licenses, expires_at in work.session.execute(
        select(*_SUMS, row.expires_at)
        .where(*is_free(work.installation_id), row.expires_at > now)
        .group_by(row.product_type, row.expires_at)
        .order_by(row.expires_at)
    ):
        amount = Amount(codes=codes, licenses=int(licenses))
        found[ProductType(kind)].append((expires_at, amount))
    return found


def sold_between(work: UnitOfWork, since: datetime, until: datetime) -> dict[ProductType, Amount]:
    """What was allocated to assets from ``since`` on and before ``until``."""
    row = StockCodeRow
    query = (
        select(*_SUMS)
        .where(
            row.installation_id == work.installation_id,
            row.asset_id.is_not(None),
            row.allocated_at >= since,
            row.allocated_at < until,
        )
        .group_by(row.product_type)
    )
    return {
        ProductType(kind): Amount(codes=codes, licenses=int(licenses))
        for kind, codes, licenses in work.session.execute(query)
    }


def newest_imports(work: UnitOfWork, limit: int) -> list[StockImport]:
    """The latest kept imports, the newest first."""
    row = StockImportRow
    rows = work.session.scalars(
        select(row)
        .where(row.installation_id == work.installation_id)
        .where(row.phase == ImportPhase.KEPT.value)
        .order_by(row.imported_at.desc(), row.id)
        .limit(limit)
    )
    return [from_row(StockImport, each) for each in rows]


def _conditions(work: UnitOfWork, wanted: StockFilter) -> list[ColumnElement[bool]]:
    row = StockCodeRow
    conditions: list[ColumnElement[bool]] = [row.installation_id == work.installation_id]
    if wanted.state is StockState.AVAILABLE:
        conditions = is_free(work.installation_id)
    else:
        conditions.append(are_shown(work.installation_id))
        if wanted.state is not None:
            conditions.append(row.state == wanted.state.value)
    if wanted.product_type is not None:
        conditions.append(row.product_type == wanted.product_type.value)
    if wanted.expires_before is not None:
        conditions.append(row.expires_at < wanted.expires_before)
    return conditions
