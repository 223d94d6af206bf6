"""Revocations of one installation: codes that staff have to revoke by hand."""

from collections.abc import Callable, Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, or_, select, update

from bittitan_plugin.domain.due import Due
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.requests import REMINDER_BEFORE
from bittitan_plugin.domain.revocations import Revocation, RevocationState
from bittitan_plugin.store.mapping import from_row, to_columns
from bittitan_plugin.store.repositories.repository import Repository
from bittitan_plugin.store.tables import AssetRow, RevocationRow


class RevocationRepository(Repository):
    """Finds and stores revocations. Whoever decides one holds its asset's lock already."""

    _rows = RevocationRow

    def get(self, revocation_id: UUID) -> Revocation:
        """The revocation with that id. Raises ``Refusal`` NOT_FOUND on ``id``."""
        row = self._session.scalar(
            select(RevocationRow)
            .where(self._mine, RevocationRow.id == revocation_id)
            # What this transaction read before the lock may be out of date.
            .execution_options(populate_existing=True)
        )
        if row is None:
            raise Refusal(ErrorCode.NOT_FOUND, "There is no such revocation.", field="id")
        return from_row(Revocation, row)

    def awaiting_of(self, asset_ids: Collection[UUID]) -> dict[UUID, Revocation]:
        """The open revocation of each asset that has one, in one statement."""
        rows = self._session.scalars(
            select(RevocationRow)
            .where(
                self._mine,
                RevocationRow.asset_id.in_(asset_ids),
                RevocationRow.state == RevocationState.AWAITING.value,
            )
            .execution_options(populate_existing=True)
        )
        return {row.asset_id: from_row(Revocation, row) for row in rows}

    def due(self, now: datetime) -> list[Due]:
        """Open revocations to close, or to remind staff of; the most urgent first."""
        row = RevocationRow
        nears = and_(row.deadline <= now + REMINDER_BEFORE, row.reminded_at.is_(None))
        rows = self._session.execute(
            select(row.id, row.asset_id, AssetRow.order_number)
            .join(AssetRow, AssetRow.id == row.asset_id)
            .where(
                self._mine,
                row.state == RevocationState.AWAITING.value,
                or_(row.deadline <= now, nears),
            )
            .order_by(row.deadline, row.id)
        )
        return [Due(id=id_, asset_id=asset, order_number=number) for id_, asset, number in rows]

    def add(self, revocation: Revocation) -> None:
        """Store a new revocation."""
        self._session.add(
            RevocationRow(installation_id=self._installation_id, **to_columns(revocation))
        )
        self._session.flush()

    def change(
        self, revocation_id: UUID, transition: Callable[[Revocation], Revocation]
    ) -> Revocation:
        """Apply a transition to it as it is now. Raises what the transition raises."""
        after = transition(self.get(revocation_id))
        self._session.execute(
            update(RevocationRow)
            .where(self._mine, RevocationRow.id == revocation_id)
            .values(**to_columns(after))
            .execution_options(synchronize_session=False)
        )
        return after
