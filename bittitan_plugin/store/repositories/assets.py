"""Assets of one installation, and the history that every change of them leaves."""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, insert, or_, select, update
from sqlalchemy.orm import Session

from bittitan_plugin.domain.assets import Asset, AssetStatus, ProvisioningStatus
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.history import Actor, HistoryEntry, changes
from bittitan_plugin.store.mapping import asset_values, history_row, to_asset, to_history
from bittitan_plugin.store.tables import AssetRow, HistoryRow


class StaleAsset(Exception):
    """The asset was changed by someone else between reading and storing it."""


class AssetRepository:
    """Finds, keeps and changes assets. A change and its history are one transaction."""

    def __init__(self, session: Session, installation_id: UUID) -> None:
        self._session = session
        self._installation_id = installation_id

    def get(self, asset_id: UUID, *, for_update: bool = False) -> Asset:
        """Raises ``Refusal`` NOT_FOUND on ``id``."""
        query = select(AssetRow).where(self._mine, AssetRow.id == asset_id)
        if for_update:
            # What this transaction read before the lock may be old by now.
            query = query.with_for_update().execution_options(populate_existing=True)
        row = self._session.scalar(query)
        if row is None:
            raise Refusal(ErrorCode.NOT_FOUND, "There is no such asset.", field="id")
        return to_asset(row)

    def by_ids(self, ids: Collection[UUID]) -> dict[UUID, Asset]:
        """The assets among ``ids`` that exist here, in one statement."""
        rows = self._session.scalars(select(AssetRow).where(self._mine, AssetRow.id.in_(ids)))
        return {row.id: to_asset(row) for row in rows}

    def of_order_line(self, order_line_id: str) -> Asset | None:
        """The one asset of that order line."""
        row = self._session.scalar(
            select(AssetRow).where(self._mine, AssetRow.order_line_id == order_line_id)
        )
        return to_asset(row) if row else None

    def of_orders(self, order_ids: Collection[str]) -> list[Asset]:
        """The assets of several orders, oldest first, in one statement."""
        rows = self._session.scalars(
            select(AssetRow)
            .where(self._mine, AssetRow.order_id.in_(order_ids))
            .order_by(AssetRow.purchase_date, AssetRow.id)
        )
        return [to_asset(row) for row in rows]

    def waiting_for_account(self, account_id: UUID) -> list[Asset]:
        """The assets that get no coupon until their account is synchronized.

        They wait or have failed, and BitTitan was never asked for a coupon: the account came
        before that, and stood in the way.
        """
        waits = and_(
            AssetRow.provisioning_status == ProvisioningStatus.PENDING.value,
            AssetRow.provisioning_error_code == ErrorCode.ACCOUNT_NOT_SYNCHRONIZED.value,
        )
        rows = self._session.scalars(
            select(AssetRow).where(
                self._mine,
                AssetRow.account_id == account_id,
                AssetRow.status == AssetStatus.ACTIVE.value,
                AssetRow.requested_at.is_(None),
                or_(waits, AssetRow.provisioning_status == ProvisioningStatus.FAILED.value),
            )
        )
        return [to_asset(row) for row in rows]

    def add(self, asset: Asset, actor: Actor, at: datetime) -> Asset:
        """Keep a new asset and the first entries of its history."""
        values = asset_values(asset)
        self._session.execute(
            insert(AssetRow).values(installation_id=self._installation_id, **values)
        )
        self._record(None, asset, actor, at)
        return asset

    def change(
        self, asset_id: UUID, transition: Callable[[Asset], Asset], actor: Actor, at: datetime
    ) -> Asset:
        """Apply a transition to the asset as it is now, and record what it changed.

        The row is locked first, so two changes happen one after the other and each sees the
        other's result. A transition that changes nothing stores nothing. What the transition
        raises is passed on, with nothing stored.
        """
        before = self.get(asset_id, for_update=True)
        after = transition(before)
        if after == before:
            return before
        after = replace(after, version=before.version + 1)
        stored = self._session.execute(
            update(AssetRow)
            .where(self._mine, AssetRow.id == asset_id, AssetRow.version == before.version)
            .values(**asset_values(after))
            .execution_options(synchronize_session=False)
            .returning(AssetRow.id)
        ).all()
        if len(stored) != 1:
            raise StaleAsset(f"asset {asset_id} changed while it was being changed")
        self._session.expire_all()
        self._record(before, after, actor, at)
        return after

    def history(self, asset_ids: Collection[UUID]) -> dict[UUID, list[HistoryEntry]]:
        """The histories of several assets, oldest entry first, in one statement."""
        found: dict[UUID, list[HistoryEntry]] = {asset_id: [] for asset_id in asset_ids}
        for row in self._session.scalars(
            select(HistoryRow)
            .where(
                HistoryRow.installation_id == self._installation_id,
                HistoryRow.asset_id.in_(asset_ids),
            )
            .order_by(HistoryRow.id)
        ):
            found[row.asset_id].append(to_history(row))
        return found

    def _record(self, before: Asset | None, after: Asset, actor: Actor, at: datetime) -> None:
        self._session.add_all(
            history_row(
                self._installation_id, after.id, HistoryEntry(at=at, actor=actor, change=change)
            )
            for change in changes(before, after)
        )
        self._session.flush()

    @property
    def _mine(self) -> ColumnElement[bool]:
        return AssetRow.installation_id == self._installation_id
