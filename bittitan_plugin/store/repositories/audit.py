"""Records what people changed besides assets."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select

from bittitan_plugin.domain.audit_entries import AuditEntry, Subject, SubjectKind
from bittitan_plugin.domain.history import Actor, Change
from bittitan_plugin.store.mapping import from_row
from bittitan_plugin.store.repositories.repository import Repository
from bittitan_plugin.store.tables import AuditRow


class AuditRepository(Repository):
    """The audit of one installation; it is only added to."""

    _rows = AuditRow

    def of(self, kind: SubjectKind, subject_id: str) -> list[AuditEntry]:
        """The changes of one object, oldest first."""
        query = select(AuditRow).where(
            self._mine, AuditRow.subject_kind == kind, AuditRow.subject_id == subject_id
        )
        return [
            AuditEntry(
                at=row.at,
                actor=from_row(Actor, row, prefix="actor_"),
                subject=from_row(Subject, row, prefix="subject_"),
                change=from_row(Change, row),
            )
            for row in self._session.scalars(query.order_by(AuditRow.id))
        ]

    def record(
        self, actor: Actor, at: datetime, subject: Subject, changes: Iterable[Change]
    ) -> None:
        """Add these changes, in the transaction that makes them."""
        self._session.add_all(
            AuditRow(
                installation_id=self._installation_id,
                at=at,
                actor_kind=actor.kind,
                actor_name=actor.name,
                subject_kind=subject.kind,
                subject_id=subject.id,
                subject_name=subject.name[:255],
                field=change.field,
                before=change.before,
                after=change.after,
            )
            for change in changes
        )
        self._session.flush()
