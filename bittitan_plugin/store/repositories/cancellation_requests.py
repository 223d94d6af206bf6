"""Cancellation requests of one installation. Decisions on one are made one after the other."""

from collections.abc import Callable, Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, or_, select, update

from bittitan_plugin.domain.due import Due
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.requests import REMINDER_BEFORE, CancellationRequest, RequestState
from bittitan_plugin.store.mapping import from_row, to_columns
from bittitan_plugin.store.repositories.repository import Repository
from bittitan_plugin.store.tables import AssetRow, CancellationRequestRow


class CancellationRequestRepository(Repository):
    """Finds and stores requests. Whoever decides one holds its asset's lock already."""

    _rows = CancellationRequestRow

    def get(self, request_id: UUID) -> CancellationRequest:
        """The request with that id. Raises ``Refusal`` NOT_FOUND on ``id``."""
        row = self._session.scalar(
            select(CancellationRequestRow)
            .where(self._mine, CancellationRequestRow.id == request_id)
            # What this transaction read before the lock may be out of date.
            .execution_options(populate_existing=True)
        )
        if row is None:
            raise Refusal(ErrorCode.NOT_FOUND, "There is no such cancellation request.", field="id")
        return from_row(CancellationRequest, row)

    def pending_of(self, asset_ids: Collection[UUID]) -> dict[UUID, CancellationRequest]:
        """The pending request of each asset that has one, in one statement."""
        rows = self._session.scalars(
            select(CancellationRequestRow)
            .where(
                self._mine,
                CancellationRequestRow.asset_id.in_(asset_ids),
                CancellationRequestRow.state == RequestState.PENDING.value,
            )
            .execution_options(populate_existing=True)
        )
        return {row.asset_id: from_row(CancellationRequest, row) for row in rows}

    def latest_of(self, asset_id: UUID) -> CancellationRequest | None:
        """The asset's newest request, in any state."""
        row = self._session.scalar(
            select(CancellationRequestRow)
            .where(self._mine, CancellationRequestRow.asset_id == asset_id)
            .order_by(CancellationRequestRow.created_at.desc(), CancellationRequestRow.id.desc())
            .limit(1)
            .execution_options(populate_existing=True)
        )
        return from_row(CancellationRequest, row) if row else None

    def due(self, now: datetime) -> list[Due]:
        """Pending requests to close, or to remind staff of; the most urgent first."""
        row = CancellationRequestRow
        nears = and_(row.deadline <= now + REMINDER_BEFORE, row.reminded_at.is_(None))
        rows = self._session.execute(
            select(row.id, row.asset_id, AssetRow.order_number)
            .join(AssetRow, AssetRow.id == row.asset_id)
            .where(
                self._mine,
                row.state == RequestState.PENDING.value,
                or_(row.deadline <= now, nears),
            )
            .order_by(row.deadline, row.id)
        )
        return [Due(id=id_, asset_id=asset, order_number=number) for id_, asset, number in rows]

    def add(self, request: CancellationRequest) -> None:
        """Store a new request."""
        self._session.add(
            CancellationRequestRow(installation_id=self._installation_id, **to_columns(request))
        )
        self._session.flush()

    def change(
        self,
        request_id: UUID,
        transition: Callable[[CancellationRequest], CancellationRequest],
    ) -> CancellationRequest:
        """Apply a transition to the request as it is now. Raises what the transition raises."""
        before = self.get(request_id)
        after = transition(before)
        if after != before:
            self._session.execute(
                update(CancellationRequestRow)
                .where(self._mine, CancellationRequestRow.id == request_id)
                .values(**to_columns(after))
                .execution_options(synchronize_session=False)
            )
            self._session.expire_all()
        return after
