"""Assets of one installation, and the history that every change of them leaves."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Row,
    Table,
    and_,
    bindparam,
    func,
    insert,
    literal_column,
    or_,
    select,
    tuple_,
    update,
)

from bittitan_plugin.domain.assets import Asset, AssetStatus, ProvisioningStatus
from bittitan_plugin.domain.audit import Chain, linked
from bittitan_plugin.domain.billing import RefundStatus
from bittitan_plugin.domain.catalogue import ProductType
from bittitan_plugin.domain.coupons import OPEN_FATES, CouponSource
from bittitan_plugin.domain.due import Due
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.history import Actor, Change, HistoryEntry, changes
from bittitan_plugin.store.mapping import (
    asset_values,
    history_values,
    readable,
    to_asset,
    to_history,
)
from bittitan_plugin.store.repositories.repository import Repository
from bittitan_plugin.store.tables import AssetRow, HistoryRow

#: Read and written without the object-relational layer, which is not needed for single rows.
_ASSETS, _HISTORY = cast(Table, AssetRow.__table__), cast(Table, HistoryRow.__table__)

# Statements that every sale runs are built once: building one costs more than running it.
_MINE = _ASSETS.c.installation_id == bindparam("mine")
_BY_ID = select(_ASSETS).where(_MINE, _ASSETS.c.id == bindparam("asset_id"))
_LOCKED = _BY_ID.with_for_update()
_BY_LINE = select(_ASSETS).where(_MINE, _ASSETS.c.order_line_id == bindparam("line_id"))
_ADD, _ADD_HISTORY = insert(_ASSETS), insert(_HISTORY)
_CHANGE = (
    update(_ASSETS)
    .where(
        _MINE,
        _ASSETS.c.id == bindparam("asset_id"),
        _ASSETS.c.version == bindparam("version_before"),
        _ASSETS.c.history_head.is_not_distinct_from(bindparam("head_before")),
    )
    .returning(_ASSETS.c.id)
)

_OPEN_REFUNDS = [RefundStatus.ASKED, RefundStatus.FAILED]

Links = list[tuple[HistoryEntry, str]]


class StaleAsset(Exception):
    """The asset was changed by another process between reading and storing it."""


@dataclass(frozen=True)
class _Stored:
    """An asset as it is stored, and the head of its history."""

    asset: Asset
    head: str | None


class AssetRepository(Repository):
    """Finds, stores and changes assets. A change and its history are one transaction."""

    _rows = AssetRow

    def get(self, asset_id: UUID, *, for_update: bool = False) -> Asset:
        """The asset with that id. Raises ``Refusal`` NOT_FOUND on ``id``."""
        return to_asset(self._row(asset_id, for_update=for_update))

    def by_ids(self, ids: Collection[UUID]) -> dict[UUID, Asset]:
        """The assets among ``ids`` that exist here and can be read, in one statement."""
        rows = self._session.scalars(select(AssetRow).where(self._mine, AssetRow.id.in_(ids)))
        return {asset.id: asset for asset in readable(rows, to_asset)}

    def of_order_line(self, order_line_id: str) -> Asset | None:
        """The one asset of that order line."""
        which = {"mine": self._installation_id, "line_id": order_line_id}
        row = self._session.execute(_BY_LINE, which).first()
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

        They wait or have failed, and BitTitan was never asked for a coupon, because the account
        comes before that.
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

    def waiting_for_stock(
        self, product_type: ProductType, limit: int, after: Asset | None = None
    ) -> list[Asset]:
        """The assets that wait for codes of that kind, in the order of serving them.

        With ``after`` only those after that one.
        """
        query = select(AssetRow).where(self._mine, *_waits_for_stock(product_type))
        if after is not None:
            query = query.where(tuple_(after.purchase_date, after.id) < _IN_TURN)
        rows = self._session.scalars(
            query.order_by(AssetRow.purchase_date, AssetRow.id)
            .limit(limit)
            .execution_options(populate_existing=True)
        )
        return readable(rows, to_asset)

    def count_waiting_for_stock(self, product_type: ProductType) -> int:
        """How many assets wait for codes of that kind."""
        count = select(func.count(AssetRow.id)).where(self._mine, *_waits_for_stock(product_type))
        return self._session.scalar(count) or 0

    def overdue_from_stock(self, now: datetime) -> list[Due]:
        """Active assets with codes from stock that have expired, the longest expired first."""
        rows = self._session.execute(
            select(AssetRow.id, AssetRow.order_number)
            .where(
                self._mine,
                AssetRow.status == AssetStatus.ACTIVE.value,
                AssetRow.coupon_source == CouponSource.STOCK.value,
                AssetRow.coupon_status.in_([fate.value for fate in OPEN_FATES]),
                AssetRow.coupon_expires_at <= now,
            )
            .order_by(AssetRow.coupon_expires_at, AssetRow.id)
        )
        return [Due(id=id_, asset_id=id_, order_number=number) for id_, number in rows]

    def with_open_refund(self, after: UUID | None, limit: int) -> list[UUID]:
        """Cancelled assets with a refund in progress or refused, in the order of their ids."""
        query = select(AssetRow.id).where(self._mine, AssetRow.refund_status.in_(_OPEN_REFUNDS))
        if after is not None:
            query = query.where(AssetRow.id > after)
        return list(self._session.scalars(query.order_by(AssetRow.id).limit(limit)))

    def add(self, asset: Asset, actor: Actor, at: datetime) -> Asset:
        """Store a new asset and the first entries of its history."""
        links = self._links(None, None, asset, actor, at)
        own = {"installation_id": self._installation_id, "history_head": _head(links)}
        self._session.execute(_ADD, {**asset_values(asset), **own})
        self._record(asset.id, links)
        return asset

    def change(
        self,
        asset_id: UUID,
        transition: Callable[[Asset], Asset],
        actor: Actor,
        at: datetime,
        *,
        code_fingerprint: str | None = None,
    ) -> Asset:
        """Apply a transition to the asset as it is now, and record what it changed.

        The row is locked before it is read: two changes happen one after the other, and each sees
        the other's result. A transition that changes nothing stores nothing. Raises what the
        transition raises, with nothing stored. ``code_fingerprint`` is the fingerprint of a new
        code, which is no part of the asset.
        """
        row = self._row(asset_id, for_update=True)
        seen = _Stored(to_asset(row), row.history_head)
        after = transition(seen.asset)
        if after == seen.asset:
            return seen.asset
        after = replace(after, version=seen.asset.version + 1)
        links = self._links(seen.head, seen.asset, after, actor, at)
        extra = {} if code_fingerprint is None else {"code_fingerprint": code_fingerprint}
        self._store(seen, after, links, extra)
        return after

    def note(self, asset_id: UUID, change: Change, actor: Actor, at: datetime) -> None:
        """Add an event to its history that does not change the asset."""
        row = self._row(asset_id, for_update=True)
        seen = _Stored(to_asset(row), row.history_head)
        links = linked(seen.head, asset_id, [HistoryEntry(at=at, actor=actor, change=change)])
        self._store(seen, seen.asset, links, {})

    def history(self, asset_ids: Collection[UUID]) -> dict[UUID, list[HistoryEntry]]:
        """The histories of several assets, oldest entry first, in one statement."""
        found: dict[UUID, list[HistoryEntry]] = {asset_id: [] for asset_id in asset_ids}
        for row in self._history_rows(asset_ids):
            found[row.asset_id].append(to_history(row))
        return found

    def chains(self, asset_ids: Collection[UUID]) -> list[Chain]:
        """The histories of several assets with their digests, to verify them."""
        links: dict[UUID, list[tuple[HistoryEntry, str]]] = {}
        for row in self._history_rows(asset_ids):
            links.setdefault(row.asset_id, []).append((to_history(row), row.digest))
        heads = self._session.execute(
            select(AssetRow.id, AssetRow.history_head).where(self._mine, AssetRow.id.in_(asset_ids))
        )
        return [
            Chain(asset_id=asset_id, head=head, links=tuple(links.get(asset_id, ())))
            for asset_id, head in heads
        ]

    def ids_after(self, asset_id: UUID | None, most: int) -> list[UUID]:
        """At most ``most`` ids after ``asset_id``, in their order, to go through all assets."""
        query = select(AssetRow.id).where(self._mine).order_by(AssetRow.id).limit(most)
        if asset_id is not None:
            query = query.where(AssetRow.id > asset_id)
        return list(self._session.scalars(query))

    def _store(self, seen: _Stored, after: Asset, links: Links, extra: dict[str, str]) -> None:
        """Store the change and its history. Raises ``StaleAsset`` if the row has changed since."""
        head = _head(links) or seen.head
        which = {
            "mine": self._installation_id,
            "asset_id": after.id,
            "version_before": seen.asset.version,
            "head_before": seen.head,
        }
        values = {**_differing(seen.asset, after), "history_head": head, **extra}
        if not self._session.execute(_CHANGE, {**values, **which}).all():
            raise StaleAsset(f"asset {after.id} changed while it was being changed")
        self._session.expire_all()
        self._record(after.id, links)

    def _row(self, asset_id: UUID, *, for_update: bool) -> Row[Any]:
        which = {"mine": self._installation_id, "asset_id": asset_id}
        row = self._session.execute(_LOCKED if for_update else _BY_ID, which).first()
        if row is None:
            raise Refusal(ErrorCode.NOT_FOUND, "There is no such asset.", field="id")
        return row

    def _history_rows(self, asset_ids: Collection[UUID]) -> Iterable[HistoryRow]:
        return self._session.scalars(
            select(HistoryRow)
            .where(
                HistoryRow.installation_id == self._installation_id,
                HistoryRow.asset_id.in_(asset_ids),
            )
            .order_by(HistoryRow.id)
        )

    def _links(
        self, head: str | None, before: Asset | None, after: Asset, actor: Actor, at: datetime
    ) -> Links:
        entries = [
            HistoryEntry(at=at, actor=actor, change=change) for change in changes(before, after)
        ]
        return linked(head, after.id, entries)

    def _record(self, asset_id: UUID, links: Links) -> None:
        of = {"installation_id": self._installation_id, "asset_id": asset_id}
        values = [{**history_values(entry), **of, "digest": digest} for entry, digest in links]
        if values:
            self._session.execute(_ADD_HISTORY, values)


#: The order in which assets that wait for stock are served.
_IN_TURN = tuple_(AssetRow.purchase_date, AssetRow.id)


def _waits_for_stock(product_type: ProductType) -> list[ColumnElement[bool]]:
    return [
        # A literal, because otherwise the database does not use the index of waiting assets.
        AssetRow.provisioning_error_code == literal_column("'OUT_OF_STOCK'"),
        AssetRow.product_type == product_type.value,
        AssetRow.provisioning_status == ProvisioningStatus.PENDING.value,
        AssetRow.status == AssetStatus.ACTIVE.value,
    ]


def _differing(before: Asset, after: Asset) -> dict[str, object]:
    """The columns of ``after`` that differ from ``before``."""
    old = asset_values(before)
    return {name: value for name, value in asset_values(after).items() if value != old[name]}


def _head(links: Links) -> str | None:
    return links[-1][1] if links else None
