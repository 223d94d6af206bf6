"""Coupons as they are followed at the vendor: how far was read, and whose fate is still open.

Also what a code is found by without opening any: see ``services/code_lookup.py``.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, insert, or_, select, true, update
from sqlalchemy.orm import Session

from bittitan_plugin.domain.assets import Asset, AssetStatus
from bittitan_plugin.domain.coupons import OPEN_FATES, CouponSource, CouponStatus, Sealed
from bittitan_plugin.domain.due import Due
from bittitan_plugin.store.mapping import readable, to_asset
from bittitan_plugin.store.tables import AssetRow, CodeSecretRow, CouponCursorRow


@dataclass(frozen=True, kw_only=True)
class Cursor:
    """How far the vendor's list has been read: its changes, and all of it."""

    read_at: datetime
    swept_at: datetime


class CouponRepository:
    """Finds assets by their coupon, and notes when the vendor last spoke of it."""

    def __init__(self, session: Session, installation_id: UUID) -> None:
        self._session = session
        self._installation_id = installation_id

    def cursor(self) -> Cursor | None:
        """How far was read, or None before the first reading."""
        row = self._session.get(CouponCursorRow, self._installation_id)
        return None if row is None else Cursor(read_at=row.read_at, swept_at=row.swept_at)

    def move_cursor(self, cursor: Cursor) -> None:
        """Note how far was read. One of two readings that overlap may move it back a little."""
        row = self._session.get(CouponCursorRow, self._installation_id, with_for_update=True)
        if row is None:
            row = CouponCursorRow(installation_id=self._installation_id, **vars(cursor))
            self._session.add(row)
        # Not the later of the two: it may have been noted before the clock was stepped back.
        row.read_at, row.swept_at = cursor.read_at, cursor.swept_at
        self._session.flush()

    def secret(self) -> Sealed | None:
        """What codes are fingerprinted with, sealed; None before the first code."""
        return self._session.scalar(
            select(CodeSecretRow.secret).where(
                CodeSecretRow.installation_id == self._installation_id
            )
        )  # type: ignore[return-value]

    def keep_secret(self, secret: Sealed) -> None:
        """Keep a new fingerprint secret, once: whoever calls it holds the turn for it."""
        self._session.execute(
            insert(CodeSecretRow).values(installation_id=self._installation_id, secret=secret)
        )

    def oldest_open(self) -> datetime | None:
        """The purchase date of the oldest asset whose coupon's fate is open."""
        return self._session.scalar(
            select(func.min(AssetRow.purchase_date)).where(*self._open_fate())
        )

    def held(self, coupon_ids: Collection[str]) -> set[str]:
        """Which of these coupons some asset holds, be its row readable or not."""
        found = select(AssetRow.coupon_id).where(self._mine, AssetRow.coupon_id.in_(coupon_ids))
        return {coupon_id for coupon_id in self._session.scalars(found) if coupon_id}

    def of_ids(self, coupon_ids: Collection[str]) -> list[Asset]:
        """The assets of these coupons, in one statement."""
        rows = self._session.scalars(
            select(AssetRow).where(self._mine, AssetRow.coupon_id.in_(coupon_ids))
        )
        return readable(rows, to_asset)

    def seen(self, asset_ids: Collection[UUID], at: datetime) -> None:
        """The vendor spoke of these assets' coupons just now.

        Assets that someone is changing are left out rather than waited for, because two that
        wait for each other's assets would be in each other's way; they are looked up next time.
        """
        free = self._session.scalars(
            select(AssetRow.id)
            .where(self._mine, AssetRow.id.in_(asset_ids))
            .with_for_update(skip_locked=True)
        ).all()
        self._session.execute(
            update(AssetRow)
            .where(self._mine, AssetRow.id.in_(free))
            .values(coupon_seen_at=at)
            .execution_options(synchronize_session=False)
        )

    def unheard(self, since: datetime, now: datetime, limit: int, *, swept: bool) -> list[Asset]:
        """Open coupons to look up one by one, those longest unheard of first.

        Those past their expiry, and after a whole reading (``swept``) those it did not list.
        """
        doubtful = true() if swept else AssetRow.coupon_expires_at <= now
        rows = self._session.scalars(
            select(AssetRow)
            .where(*self._open_fate(), _not_seen(since), doubtful)
            .order_by(AssetRow.coupon_seen_at.nulls_first(), AssetRow.id)
            .limit(limit)
        )
        return readable(rows, to_asset)

    def oldest_in_question(self) -> datetime | None:
        """The purchase date of the oldest asset whose coupon is missing or whose fate is open."""
        return self._session.scalar(
            select(func.min(AssetRow.purchase_date)).where(*self._in_question())
        )

    def count_in_question(self) -> int:
        """How many such assets there are."""
        query = select(func.count()).select_from(AssetRow).where(*self._in_question())
        return self._session.scalar(query) or 0

    def not_seen(
        self,
        since: datetime,
        after: UUID | None,
        limit: int,
        left_out: Callable[[Due], object] = lambda _asset: None,
    ) -> list[Asset]:
        """Those of them that the vendor has not spoken of since then, by id, after ``after``.

        ``left_out`` is told of those whose row nobody can read.
        """
        further = [] if after is None else [AssetRow.id > after]
        rows = self._session.scalars(
            select(AssetRow)
            .where(*self._in_question(), _not_seen(since), *further)
            .order_by(AssetRow.id)
            .limit(limit)
        )
        return readable(rows, to_asset, lambda row: left_out(_named(row)))

    def expiring(
        self, until: datetime, now: datetime, *, days: int, after: UUID | None, limit: int
    ) -> list[Asset]:
        """Unused coupons that expire up to ``until``, of which no reminder at ``days`` went out.

        By id, after ``after``: a long list is read in pieces.
        """
        further = [] if after is None else [AssetRow.id > after]
        rows = self._session.scalars(
            select(AssetRow)
            .where(
                self._mine,
                AssetRow.status == AssetStatus.ACTIVE.value,
                AssetRow.coupon_status == CouponStatus.AVAILABLE.value,
                and_(AssetRow.coupon_expires_at > now, AssetRow.coupon_expires_at <= until),
                or_(AssetRow.expiry_reminder_days.is_(None), AssetRow.expiry_reminder_days > days),
                *further,
            )
            .order_by(AssetRow.id)
            .limit(limit)
        )
        return readable(rows, to_asset)

    def _in_question(self) -> list[ColumnElement[bool]]:
        return [
            self._mine,
            AssetRow.status == AssetStatus.ACTIVE.value,
            AssetRow.coupon_source == CouponSource.API.value,
            or_(
                AssetRow.coupon_id.is_(None),
                AssetRow.coupon_status.in_([fate.value for fate in OPEN_FATES]),
            ),
        ]

    def _open_fate(self) -> list[ColumnElement[bool]]:
        return [
            self._mine,
            AssetRow.status == AssetStatus.ACTIVE.value,
            AssetRow.coupon_source == CouponSource.API.value,
            AssetRow.coupon_id.is_not(None),
            AssetRow.coupon_status.in_([fate.value for fate in OPEN_FATES]),
        ]

    @property
    def _mine(self) -> ColumnElement[bool]:
        return AssetRow.installation_id == self._installation_id


def _named(row: AssetRow) -> Due:
    return Due(id=row.id, asset_id=row.id, order_number=row.order_number)


def _not_seen(since: datetime) -> ColumnElement[bool]:
    """Whether the vendor has not spoken of it since; a day later than that is a clock's mistake."""
    seen_at = AssetRow.coupon_seen_at
    return or_(seen_at.is_(None), seen_at < since, seen_at > since + timedelta(days=1))
