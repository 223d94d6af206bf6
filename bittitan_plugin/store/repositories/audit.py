"""Records what people changed besides assets."""

from collections.abc import Iterable
from datetime import datetime

from bittitan_plugin.domain.audit_entries import Subject
from bittitan_plugin.domain.history import Actor, Change
from bittitan_plugin.store.repositories.repository import Repository
from bittitan_plugin.store.tables import AuditRow


class AuditRepository(Repository):
    """The audit of one installation; it is only added to."""

    _rows = AuditRow

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
