"""The coupon stock of one installation: imported, free and allocated codes.

Whoever draws from it holds the product type's lock (``services.stock.allocation``), so a code that
is found free stays free until it is taken.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    delete,
    func,
    insert,
    literal_column,
    or_,
    select,
    text,
    update,
)

from bittitan_plugin.domain.catalogue import ProductType
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.stock import Demand, ImportPhase, StockCode, StockState
from bittitan_plugin.domain.stock_report import Amount
from bittitan_plugin.store.mapping import from_row, to_columns
from bittitan_plugin.store.repositories.repository import Repository
from bittitan_plugin.store.repositories.stock_imports import UNFINISHED
from bittitan_plugin.store.tables import StockCodeRow, StockImportRow

#: Codes that can be sold. A literal, because otherwise the database does not use their index.
FREE: ColumnElement[bool] = StockCodeRow.state == literal_column("'AVAILABLE'")
#: Codes that were not withdrawn; a literal for the same reason.
_NOT_WITHDRAWN: ColumnElement[bool] = StockCodeRow.state != literal_column("'WITHDRAWN'")
#: Codes that expire, are withdrawn or are removed at a time. Our choice: as in an import.
BATCH = 500
#: Imports that will not be kept.
_DROPPED = select(StockImportRow.id).where(StockImportRow.phase == ImportPhase.DROPPED.value)


def is_free(installation_id: UUID, besides: UUID | None = None) -> list[ColumnElement[bool]]:
    """The conditions for codes of an installation that can be sold.

    Codes of an import that is not kept (yet) cannot, unless it is the one ``besides``.
    """
    return [
        StockCodeRow.installation_id == installation_id,
        FREE,
        StockCodeRow.import_id.not_in(_unfinished(installation_id, besides)),
    ]


def are_shown(installation_id: UUID) -> ColumnElement[bool]:
    """The condition for visible codes: those of kept imports, and those of an order."""
    return or_(
        StockCodeRow.asset_id.is_not(None),
        StockCodeRow.import_id.not_in(_unfinished(installation_id)),
    )


def _unfinished(installation_id: UUID, besides: UUID | None = None) -> Select[UUID]:
    query = select(StockImportRow.id).where(
        StockImportRow.installation_id == installation_id, UNFINISHED
    )
    return query if besides is None else query.where(StockImportRow.id != besides)


class CodesTaken(Exception):
    """A code that was found free no longer is. The transaction must be rolled back."""


class StockRepository(Repository):
    """Finds, stores and allocates codes."""

    _rows = StockCodeRow

    def unsold_of_import(
        self, import_id: UUID, *, after: UUID | None = None, limit: int
    ) -> list[UUID]:
        """Unsold codes of that import, in the order of their ids."""
        query = select(StockCodeRow.id).where(*self._unsold(import_id))
        if after is not None:
            query = query.where(StockCodeRow.id > after)
        return list(self._session.scalars(query.order_by(StockCodeRow.id).limit(limit)))

    def unsold_amount_of_import(self, import_id: UUID) -> Amount:
        """How many codes of that import are unsold, and the licences in them."""
        found = select(func.count(), func.sum(StockCodeRow.licenses))
        codes, licenses = self._session.execute(found.where(*self._unsold(import_id))).one()
        return Amount(codes=codes, licenses=int(licenses or 0))

    def count_sold_of_import(self, import_id: UUID) -> int:
        """How many codes of that import belong to assets."""
        sold = select(func.count()).where(
            self._mine, StockCodeRow.import_id == import_id, StockCodeRow.asset_id.is_not(None)
        )
        return self._session.scalar(sold) or 0

    def remove_of_import(self, import_id: UUID) -> list[UUID]:
        """Remove some codes of a dropped import. Returns their ids."""
        some = (
            select(StockCodeRow.id)
            .where(self._mine, StockCodeRow.import_id == import_id)
            .where(StockCodeRow.import_id.in_(_DROPPED), StockCodeRow.asset_id.is_(None))
            .limit(BATCH)
        )
        return list(
            self._session.scalars(
                delete(StockCodeRow)
                .where(StockCodeRow.id.in_(some))
                .returning(StockCodeRow.id)
                .execution_options(synchronize_session=False)
            )
        )

    def withdraw(self, code_ids: Collection[UUID], *, reason: str, by: str, at: datetime) -> None:
        """Take these codes out of the stock, recording who did it and why."""
        for some in _batches(code_ids):
            self._session.execute(
                update(StockCodeRow)
                .where(self._mine, StockCodeRow.id.in_(some), StockCodeRow.asset_id.is_(None))
                .values(
                    state=StockState.WITHDRAWN.value,
                    settled_at=at,
                    withdrawn_by=by,
                    withdrawn_reason=reason,
                )
                .execution_options(synchronize_session=False)
            )

    def by_fingerprints(self, fingerprints: Collection[str]) -> dict[str, StockCode]:
        """The codes among these that are known here, unless they were withdrawn."""
        rows = self._session.scalars(
            select(StockCodeRow)
            .where(self._mine, StockCodeRow.fingerprint.in_(fingerprints), _NOT_WITHDRAWN)
            .where(are_shown(self._installation_id))
            .execution_options(populate_existing=True)
        )
        return {row.fingerprint: from_row(StockCode, row) for row in rows}

    def get(self, code_id: UUID) -> StockCode:
        """The code with that id. Raises ``Refusal`` NOT_FOUND on ``id``."""
        row = self._session.scalar(
            select(StockCodeRow)
            .where(self._mine, StockCodeRow.id == code_id)
            .execution_options(populate_existing=True)
        )
        if row is None:
            raise Refusal(ErrorCode.NOT_FOUND, "There is no such code in stock.", field="id")
        return from_row(StockCode, row)

    def add(self, codes: Sequence[StockCode]) -> None:
        """Store new codes, in one statement."""
        if codes:
            self._session.execute(
                # The table, not its class, which would make an object for each row.
                insert(cast(Table, StockCodeRow.__table__)),
                [{"installation_id": self._installation_id, **to_columns(code)} for code in codes],
            )

    def measure(self) -> None:
        """Have the database update its statistics of the stock.

        Otherwise PostgreSQL goes on scanning the whole table, which was right while it was small:
        it updates statistics itself only for committed rows, and later. SQLite always uses the
        index.
        """
        if self._session.get_bind().dialect.name == "postgresql":
            self._session.execute(text(f"ANALYZE {StockCodeRow.__tablename__}"))

    def exact(self, demand: Demand, without: Collection[UUID] = ()) -> StockCode | None:
        """The free code with exactly that many licences that fits and expires soonest.

        ``without`` names codes that are reserved.
        """
        found = self._of_size(demand, demand.licenses, 1, without)
        return found[0] if found else None

    def sizes(self, demand: Demand, limit: int) -> list[int]:
        """The sizes in licences of free codes that may serve the demand, the largest first."""
        found: set[int] = set()
        for sku in (demand.sku, None):
            below = demand.licenses + 1
            for _ in range(limit):
                # One index look-up per size, for any number of codes: in the index's own order,
                # because PostgreSQL uses an index for a maximum only if nothing else is selected.
                size = self._session.scalar(
                    select(StockCodeRow.licenses)
                    .where(*self._free(demand, sku), StockCodeRow.licenses < below)
                    .order_by(StockCodeRow.sku.desc(), StockCodeRow.licenses.desc())
                    .limit(1)
                )
                if size is None:
                    break
                found.add(size)
                below = size
        return sorted(found, reverse=True)[:limit]

    def of_size(
        self, demand: Demand, size: int, limit: int, without: Collection[UUID] = ()
    ) -> list[StockCode]:
        """Free codes of that size that may serve the demand, those expiring soonest first."""
        return self._of_size(demand, size, limit, without)

    def counts(
        self, demand: Demand, sizes: Collection[int], without: Collection[UUID] = ()
    ) -> dict[int, int]:
        """How many free codes of each of these sizes may serve the demand."""
        rows = self._session.execute(
            select(StockCodeRow.licenses, func.count().label("codes"))
            .where(
                *is_free(self._installation_id, demand.import_id),
                StockCodeRow.product_type == demand.product_type.value,
                or_(StockCodeRow.sku.is_(None), StockCodeRow.sku == demand.sku),
                StockCodeRow.licenses.in_(sizes),
                *_serves(demand),
                StockCodeRow.id.not_in(without),
            )
            .group_by(StockCodeRow.licenses)
        )
        return {row.licenses: row.codes for row in rows}

    def allocate(self, codes: Sequence[StockCode], asset_id: UUID, at: datetime) -> None:
        """Allocate the codes to the asset. Raises ``CodesTaken`` when one is no longer free."""
        taken = self._session.scalars(
            update(StockCodeRow)
            .where(self._mine, StockCodeRow.id.in_([code.id for code in codes]), FREE)
            .values(state=StockState.ALLOCATED.value, asset_id=asset_id, allocated_at=at)
            .returning(StockCodeRow.id)
            .execution_options(synchronize_session=False)
        ).all()
        if len(taken) != len(codes):
            raise CodesTaken(f"a code for asset {asset_id} was taken meanwhile")

    def of_assets(self, asset_ids: Collection[UUID]) -> dict[UUID, list[StockCode]]:
        """The codes of several assets, in the order for showing them, in one statement."""
        found: dict[UUID, list[StockCode]] = {asset_id: [] for asset_id in asset_ids}
        for row in self._session.scalars(
            select(StockCodeRow)
            .where(self._mine, StockCodeRow.asset_id.in_(asset_ids))
            .order_by(StockCodeRow.licenses.desc(), StockCodeRow.expires_at, StockCodeRow.id)
            .execution_options(populate_existing=True)
        ):
            if row.asset_id is not None:
                found[row.asset_id].append(from_row(StockCode, row))
        return found

    def move(
        self,
        asset_id: UUID,
        before: StockState,
        after: StockState,
        *,
        settled_at: datetime | None = None,
    ) -> None:
        """Change the state of an asset's codes that are in the state ``before``."""
        self._session.execute(
            update(StockCodeRow)
            .where(
                self._mine, StockCodeRow.asset_id == asset_id, StockCodeRow.state == before.value
            )
            .values(state=after.value, settled_at=settled_at)
            .execution_options(synchronize_session=False)
        )

    def expire(self, now: datetime) -> int:
        """Expire codes that nobody bought in time, some at a time. Returns how many."""
        overdue = (
            select(StockCodeRow.id)
            .where(self._mine, FREE, StockCodeRow.expires_at <= now)
            .limit(BATCH)
        )
        return len(
            self._session.scalars(
                update(StockCodeRow)
                .where(StockCodeRow.id.in_(overdue), FREE)
                .values(state=StockState.EXPIRED.value, settled_at=now)
                .returning(StockCodeRow.id)
                .execution_options(synchronize_session=False)
            ).all()
        )

    def holds_fewer_than(self, product_type: ProductType, licenses: int, now: datetime) -> bool:
        """Whether fewer licences of that kind are free. Reads at most that many rows."""
        some = (
            select(StockCodeRow.licenses)
            .where(
                *is_free(self._installation_id),
                StockCodeRow.product_type == product_type.value,
                StockCodeRow.expires_at > now,
            )
            # Each code holds one licence or more.
            .limit(licenses)
            .subquery()
        )
        held = self._session.scalar(select(func.sum(some.c.licenses)))
        return int(held or 0) < licenses

    def _of_size(
        self, demand: Demand, size: int, limit: int, without: Collection[UUID]
    ) -> list[StockCode]:
        found: list[StockCode] = []
        for sku in (demand.sku, None):
            rows = self._session.scalars(
                select(StockCodeRow)
                .where(
                    *self._free(demand, sku),
                    StockCodeRow.licenses == size,
                    *_serves(demand),
                    *([StockCodeRow.id.not_in(without)] if without else []),
                )
                # In the index's own order, so that it is read and not sorted.
                .order_by(
                    StockCodeRow.sku,
                    StockCodeRow.licenses,
                    StockCodeRow.expires_at,
                    StockCodeRow.id,
                )
                .limit(limit)
                .execution_options(populate_existing=True)
            )
            found += (from_row(StockCode, row) for row in rows)
        return sorted(found, key=lambda code: (code.expires_at, code.id))[:limit]

    def _unsold(self, import_id: UUID) -> list[ColumnElement[bool]]:
        unsold = [StockState.AVAILABLE.value, StockState.EXPIRED.value]
        return [
            self._mine,
            StockCodeRow.import_id == import_id,
            StockCodeRow.asset_id.is_(None),
            StockCodeRow.state.in_(unsold),
        ]

    def _free(self, demand: Demand, sku: str | None) -> list[ColumnElement[bool]]:
        return [
            *is_free(self._installation_id, demand.import_id),
            StockCodeRow.product_type == demand.product_type.value,
            StockCodeRow.sku.is_(None) if sku is None else StockCodeRow.sku == sku,
        ]


def _serves(demand: Demand) -> list[ColumnElement[bool]]:
    """The condition that a code of the right kind has enough days left."""
    return [
        StockCodeRow.expires_at >= demand.redeemable_until,
        or_(
            StockCodeRow.validity_days.is_(None),
            StockCodeRow.validity_days >= demand.validity_days,
        ),
    ]


def _batches(ids: Collection[UUID]) -> Iterator[list[UUID]]:
    """The ids in batches, because a statement accepts a limited number of values."""
    rest = list(ids)
    for start in range(0, len(rest), BATCH):
        yield rest[start : start + BATCH]
