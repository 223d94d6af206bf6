"""Finds which work is due, of all installations: for whoever hands it in, and for operators."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Engine, select
from sqlalchemy.orm import Session

from bittitan_plugin.domain.retries import Retry
from bittitan_plugin.store.engine import reading_engine
from bittitan_plugin.store.repositories.retries import to_retry
from bittitan_plugin.store.tables import RetryRow

#: Rows that are read at a time.
BATCH = 500


class DueRetries:
    """Reads only: what was found is changed through its installation's repository."""

    def __init__(self, engine: Engine) -> None:
        self._reading = reading_engine(engine)

    def due(self, now: datetime) -> Mapping[UUID, Sequence[str]]:
        """Ids of work whose next attempt is due and not handed in, by installation, oldest first.

        At most ``BATCH``: the rest is found by the next look.
        """
        found: dict[UUID, list[str]] = {}
        which = RetryRow.is_handed_in.is_(False)
        for row in self._rows(which, RetryRow.next_attempt_at <= now):
            found.setdefault(row.installation_id, []).append(row.id)
        return found

    def handed_in(self, before: datetime) -> Sequence[tuple[UUID, Retry]]:
        """Work whose next attempt was due before then and handed in, with its installation."""
        which = RetryRow.is_handed_in.is_(True)
        return self._read(which, RetryRow.next_attempt_at < before)

    def overdue(self, before: datetime) -> Sequence[tuple[UUID, Retry]]:
        """Work whose next attempt was due before then and has not ended, the oldest first."""
        return self._read(RetryRow.next_attempt_at < before)

    def _read(self, *which: ColumnElement[bool]) -> Sequence[tuple[UUID, Retry]]:
        return [(row.installation_id, to_retry(row)) for row in self._rows(*which)]

    def _rows(self, *which: ColumnElement[bool]) -> Sequence[RetryRow]:
        query = select(RetryRow).where(*which).order_by(RetryRow.next_attempt_at, RetryRow.id)
        with Session(self._reading, expire_on_commit=False) as session:
            return session.scalars(query.limit(BATCH)).all()
