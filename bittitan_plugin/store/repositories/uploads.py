"""Uploaded files of one installation that wait to be processed."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, insert, select

from bittitan_plugin.domain.coupons import Sealed
from bittitan_plugin.store.mapping import from_row, to_columns
from bittitan_plugin.store.repositories.repository import Repository
from bittitan_plugin.store.tables import UploadRow


@dataclass(frozen=True, kw_only=True)
class Upload:
    """One file, identified by the run that processes it."""

    id: UUID
    name: str
    content: Sealed


class UploadRepository(Repository):
    """Stores uploads as long as they are needed."""

    _rows = UploadRow

    def add(self, upload: Upload) -> None:
        """Store it."""
        self._session.execute(
            insert(UploadRow).values(installation_id=self._installation_id, **to_columns(upload))
        )

    def find(self, run_id: UUID) -> Upload | None:
        """The upload of that run, while there is one."""
        row = self._session.scalar(select(UploadRow).where(self._mine, UploadRow.id == run_id))
        return from_row(Upload, row) if row else None

    def remove(self, run_id: UUID) -> None:
        """Delete it; does nothing when it is gone."""
        self._session.execute(delete(UploadRow).where(self._mine, UploadRow.id == run_id))
