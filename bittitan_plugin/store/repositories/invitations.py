"""Invitations of one installation's end customers."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from bittitan_plugin.domain.invitations import Invitation
from bittitan_plugin.store.mapping import from_row, to_columns
from bittitan_plugin.store.tables import InvitationRow


class InvitationRepository:
    """At most one per end customer: the newest."""

    def __init__(self, session: Session, installation_id: UUID) -> None:
        self._session = session
        self._installation_id = installation_id

    def keep(self, invitation: Invitation) -> None:
        """Keep it, in the place of what was kept for the same end customer."""
        values = to_columns(invitation)
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
        return from_row(Invitation, row) if row else None

    def of_accounts(self, account_ids: Collection[UUID]) -> dict[UUID, Invitation]:
        """The invitations of those end customers that were invited, in one statement."""
        rows = self._session.scalars(
            select(InvitationRow).where(self._mine, InvitationRow.account_id.in_(account_ids))
        )
        return {row.account_id: from_row(Invitation, row) for row in rows}

    @property
    def _mine(self) -> ColumnElement[bool]:
        return InvitationRow.installation_id == self._installation_id
