"""Invitations of one installation's end customers."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from bittitan_plugin.domain.invitations import Invitation
from bittitan_plugin.store.invitation_tables import InvitationRow

_FIELDS = ("account_id", "id", "email", "expires_at", "sent_at", "used_at")


class InvitationRepository:
    """At most one per end customer: the newest."""

    def __init__(self, session: Session, installation_id: UUID) -> None:
        self._session = session
        self._installation_id = installation_id

    def keep(self, invitation: Invitation) -> None:
        """Keep it, in the place of what was kept for the same end customer."""
        values = {name: getattr(invitation, name) for name in _FIELDS}
        row = self._session.scalar(
            select(InvitationRow).where(
                self._mine, InvitationRow.account_id == invitation.account_id
            )
        )
        if row is None:
            self._session.add(InvitationRow(installation_id=self._installation_id, **values))
        else:
            for name, value in values.items():
                setattr(row, name, value)
        self._session.flush()

    def get(self, invitation_id: UUID) -> Invitation | None:
        """The invitation with that id, unless a newer one has taken its place."""
        row = self._session.scalar(
            select(InvitationRow).where(self._mine, InvitationRow.id == invitation_id)
        )
        return _to_invitation(row) if row else None

    def of_accounts(self, account_ids: Collection[UUID]) -> dict[UUID, Invitation]:
        """The invitations of those end customers that were invited, in one statement."""
        rows = self._session.scalars(
            select(InvitationRow).where(self._mine, InvitationRow.account_id.in_(account_ids))
        )
        return {row.account_id: _to_invitation(row) for row in rows}

    @property
    def _mine(self) -> ColumnElement[bool]:
        return InvitationRow.installation_id == self._installation_id


def _to_invitation(row: InvitationRow) -> Invitation:
    return Invitation(**{name: getattr(row, name) for name in _FIELDS})
