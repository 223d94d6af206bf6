"""The imports of coupon codes: from their first row until they are visible, or dropped."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, insert, literal_column, select, update

from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.stock import ImportPhase, StockImport
from bittitan_plugin.store.mapping import from_row, to_columns
from bittitan_plugin.store.repositories.repository import Repository
from bittitan_plugin.store.tables import StockImportRow

#: Imports not kept (yet). A literal, because otherwise the database does not use its index.
UNFINISHED: ColumnElement[bool] = StockImportRow.phase != literal_column("'KEPT'")


class StockImportRepository(Repository):
    """Finds and stores the imports of one installation."""

    _rows = StockImportRow

    def add(self, made: StockImport) -> None:
        """Store that an import began, so that its codes can refer to it."""
        values = to_columns(made)
        self._session.execute(
            insert(StockImportRow).values(installation_id=self._installation_id, **values)
        )

    def find(self, import_id: UUID) -> StockImport:
        """A kept import. Raises ``Refusal`` NOT_FOUND on ``id``."""
        row = self._session.scalar(
            select(StockImportRow).where(
                self._mine,
                StockImportRow.id == import_id,
                StockImportRow.phase == ImportPhase.KEPT.value,
            )
        )
        if row is None:
            raise Refusal(ErrorCode.NOT_FOUND, "There is no such import.", field="id")
        return from_row(StockImport, row)

    def brought_by(self, run_id: UUID) -> StockImport | None:
        """The import of that run, if it is kept or certainly will be."""
        through = [ImportPhase.SERVING.value, ImportPhase.KEPT.value]
        row = self._session.scalar(
            select(StockImportRow)
            .where(self._mine, StockImportRow.run_id == run_id, StockImportRow.phase.in_(through))
            .execution_options(populate_existing=True)
        )
        return None if row is None else from_row(StockImport, row)

    def unfinished(self) -> list[StockImport]:
        """The imports that are not kept (yet)."""
        rows = self._session.scalars(
            select(StockImportRow)
            .where(self._mine, UNFINISHED)
            .execution_options(populate_existing=True)
        )
        return [from_row(StockImport, row) for row in rows]

    def is_serving(self) -> bool:
        """Whether an import is being kept, and first serves assets that waited."""
        return any(each.phase is ImportPhase.SERVING for each in self.unfinished())

    def touch(self, import_id: UUID, phase: ImportPhase, at: datetime) -> bool:
        """Store that it is being worked on; False if it is not in that phase (any more).

        Nobody else changes its phase until the transaction ends.
        """
        return self._change(import_id, phase, touched_at=at)

    def drop(self, import_id: UUID) -> bool:
        """Drop it, if it was still arriving."""
        phase = ImportPhase.DROPPED.value
        return self._change(import_id, ImportPhase.ARRIVING, phase=phase)

    def serve(self, made: StockImport, at: datetime) -> bool:
        """Store that all its rows are there, with these totals, if it was still arriving."""
        return self._change(
            made.id,
            ImportPhase.ARRIVING,
            phase=ImportPhase.SERVING.value,
            touched_at=at,
            added=made.added,
            known=made.known,
            bad=made.bad,
        )

    def keep(self, import_id: UUID) -> bool:
        """Make its codes visible to everybody, if it was serving."""
        phase = ImportPhase.KEPT.value
        return self._change(import_id, ImportPhase.SERVING, phase=phase, touched_at=None)

    def remove(self, import_id: UUID) -> None:
        """Delete a dropped import that has no codes left."""
        self._session.execute(
            delete(StockImportRow)
            .where(
                self._mine,
                StockImportRow.id == import_id,
                StockImportRow.phase == ImportPhase.DROPPED.value,
            )
            .execution_options(synchronize_session=False)
        )

    def _change(self, import_id: UUID, before: ImportPhase, **values: Any) -> bool:
        changed = self._session.scalars(
            update(StockImportRow)
            .where(self._mine, StockImportRow.id == import_id)
            .where(StockImportRow.phase == before.value)
            .values(**values)
            .returning(StockImportRow.id)
            .execution_options(synchronize_session=False)
        )
        return bool(changed.all())
