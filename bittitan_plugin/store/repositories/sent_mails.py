"""Mails of one installation that count against a limit."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import delete, insert, select

from bittitan_plugin.store.repositories.repository import Repository
from bittitan_plugin.store.tables import SentMailRow


class SentMailRepository(Repository):
    """Stores when they were sent, as long as they count."""

    _rows = SentMailRow

    def of(self, subject: str) -> list[datetime]:
        """When the mails about that subject were sent."""
        return list(
            self._session.scalars(
                select(SentMailRow.sent_at).where(self._mine, SentMailRow.subject == subject)
            )
        )

    def add(self, subject: str, at: datetime) -> UUID:
        """Count one more. Returns the id for taking it back."""
        id_ = uuid4()
        self._session.execute(
            insert(SentMailRow).values(
                id=id_, installation_id=self._installation_id, subject=subject, sent_at=at
            )
        )
        return id_

    def forget(self, subject: str, before: datetime) -> None:
        """Delete those that no longer count."""
        self._session.execute(
            delete(SentMailRow).where(
                self._mine, SentMailRow.subject == subject, SentMailRow.sent_at <= before
            )
        )

    def take_back(self, ids: Collection[UUID]) -> None:
        """Delete mails that were not sent after all; ignores unknown ids."""
        self._session.execute(delete(SentMailRow).where(self._mine, SentMailRow.id.in_(ids)))
