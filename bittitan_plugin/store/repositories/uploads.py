"""Uploaded files of one installation that are yet to be worked through."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, insert, select

from bittitan_plugin.domain.coupons import Sealed
from bittitan_plugin.store.mapping import from_row, to_columns
from bittitan_plugin.store.repositories.repository import Repository
from bittitan_plugin.store.tables import UploadRow


@dataclass(frozen=True, kw_only=True)
class Upload:
    """One file, known by the run that works through it."""

    id: UUID
    name: str
    content: Sealed


class UploadRepository(Repository):
    """Keeps uploads as long as they are needed."""

    _rows = UploadRow

    def add(self, upload: Upload) -> None:
        """Keep it."""
        self._session.execute(
            insert(UploadRow).values(installation_id=self._installation_id, **to_columns(upload))
        )

    def find(self, run_id: UUID) -> Upload | None:
        """The upload of that run, while there is one."""
        row = self._session.scalar(select(UploadRow).where(self._mine, UploadRow.id == run_id))
        return from_row(Upload, row) if row else None

    def remove(self, run_id: UUID) -> None:
        """Let go of it; nothing happens when it is gone."""
        self._session.execute(delete(UploadRow).where(self._mine, UploadRow.id == run_id))
