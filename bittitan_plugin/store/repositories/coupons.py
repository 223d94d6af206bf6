"""Following coupons at the vendor: how far its list was read, and which coupons are open.

Also finds assets by a code's fingerprint: see ``services/coupons/code_lookup.py``.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, false, func, insert, or_, select, update

from bittitan_plugin.domain.absence import AccountChange
from bittitan_plugin.domain.assets import Asset, AssetStatus
from bittitan_plugin.domain.coupons import OPEN_FATES, CouponSource, CouponStatus, Sealed
from bittitan_plugin.domain.due import Due
from bittitan_plugin.store.mapping import from_row, readable, to_asset, to_columns
from bittitan_plugin.store.repositories.repository import Repository
from bittitan_plugin.store.tables import AccountChangeRow, AssetRow, CodeSecretRow, CouponCursorRow

_IS_OPEN = AssetRow.coupon_status.in_([fate.value for fate in OPEN_FATES])


@dataclass(frozen=True, kw_only=True)
class Cursor:
    """How far the list of a vendor's account has been read: its changes, and all of it."""

    account: str
    read_at: datetime
    swept_at: datetime
    #: Coupons that the account had listed by then prove, when listed again, that it is the same.
    trusted_until: datetime
    #: Whether the last whole reading left that in doubt.
    doubted: bool


#: No reading of a list takes longer.
_LONGEST_READING = timedelta(hours=1)


class CouponRepository(Repository):
    """Finds assets by their coupon, and stores when the vendor last reported it."""

    _rows = AssetRow

    def cursor(self) -> Cursor | None:
        """How far the list was read, or None before the first reading."""
        row = self._session.get(CouponCursorRow, self._installation_id)
        return None if row is None else from_row(Cursor, row)

    def move_cursor(self, cursor: Cursor) -> None:
        """Store how far the list was read. It does not move back where two readings overlap.

        A cursor of another account's list is replaced.
        """
        row = self._session.get(CouponCursorRow, self._installation_id, with_for_update=True)
        if row is None:
            row = CouponCursorRow(installation_id=self._installation_id, **to_columns(cursor))
            self._session.add(row)
        elif row.account != cursor.account or not _is_overtaken(row, cursor):
            for name, value in to_columns(cursor).items():
                setattr(row, name, value)
        else:
            row.read_at = max(row.read_at, cursor.read_at)
        self._session.flush()

    def secret(self) -> Sealed | None:
        """The sealed secret for codes' fingerprints; None before the first code."""
        return self._session.scalar(
            select(CodeSecretRow.secret).where(
                CodeSecretRow.installation_id == self._installation_id
            )
        )  # type: ignore[return-value]

    def keep_secret(self, secret: Sealed) -> None:
        """Store a new fingerprint secret, once: the caller holds the lock for it."""
        self._session.execute(
            insert(CodeSecretRow).values(installation_id=self._installation_id, secret=secret)
        )

    def oldest_open(self, now: datetime) -> datetime | None:
        """The purchase date of the oldest asset with a coupon that may still be listed.

        Its fate is open, or was only concluded from its absence, and it has not expired.
        """
        concluded = and_(AssetRow.coupon_inferred_at.is_not(None), AssetRow.coupon_expires_at > now)
        return self._session.scalar(
            select(func.min(AssetRow.purchase_date)).where(
                *self._from_api(), or_(_IS_OPEN, concluded)
            )
        )

    def held(self, coupon_ids: Collection[str]) -> set[str]:
        """Those of these coupons that an asset holds, even if its row cannot be read."""
        found = select(AssetRow.coupon_id).where(self._mine, AssetRow.coupon_id.in_(coupon_ids))
        return {coupon_id for coupon_id in self._session.scalars(found) if coupon_id}

    def count_elsewhere(self, account: str) -> int:
        """How many unused coupons are known to belong to another account of the vendor."""
        query = select(func.count()).select_from(AssetRow)
        return self._session.scalar(query.where(*self._elsewhere(account))) or 0

    def all_of_account(self, account: str, *, before: str | None) -> int:
        """Assign coupons to this account; returns how many of them are unused.

        Only coupons known under ``before``, if it is given.
        """
        known = [AssetRow.coupon_account != account]
        if before is not None:
            known = [AssetRow.coupon_account == before]
        query = select(func.count()).select_from(AssetRow).where(*self._open_fate(), *known)
        unused = self._session.scalar(query) or 0
        self._session.execute(
            update(AssetRow)
            .where(self._mine, *known)
            .values(coupon_account=account)
            .execution_options(synchronize_session=False)
        )
        return unused

    def of_ids(self, coupon_ids: Collection[str]) -> list[Asset]:
        """The assets of these coupons, in one statement."""
        rows = self._session.scalars(
            select(AssetRow).where(self._mine, AssetRow.coupon_id.in_(coupon_ids))
        )
        return readable(rows, to_asset)

    def note_account_change(self, change: AccountChange) -> None:
        """Store who changed the account, and their answer about it."""
        values = {"installation_id": self._installation_id, **to_columns(change)}
        self._session.execute(insert(AccountChangeRow).values(values))

    def account_changes(self, limit: int) -> list[AccountChange]:
        """The latest changes of the account, newest first."""
        rows = self._session.scalars(
            select(AccountChangeRow)
            .where(AccountChangeRow.installation_id == self._installation_id)
            .order_by(AccountChangeRow.id.desc())
            .limit(limit)
        )
        return [from_row(AccountChange, row) for row in rows]

    def seen(self, asset_ids: Collection[UUID], at: datetime) -> None:
        """Store that the vendor was just asked about these assets' coupons, or reported them.

        Assets that another process is changing are skipped instead of waited for, because two
        processes could wait for each other; they are looked up next time.
        """
        self._note(asset_ids, coupon_seen_at=at)

    def listed(self, asset_ids: Collection[UUID], at: datetime, account: str) -> None:
        """Store that this account lists these assets' coupons; otherwise like ``seen``."""
        since = case((AssetRow.coupon_account == account, AssetRow.coupon_listed_since))
        self._note(
            asset_ids,
            coupon_seen_at=at,
            coupon_account=account,
            coupon_listed_since=func.coalesce(since, at),
        )

    def _note(self, asset_ids: Collection[UUID], **values: object) -> None:
        free = self._session.scalars(
            select(AssetRow.id)
            .where(self._mine, AssetRow.id.in_(asset_ids))
            .with_for_update(skip_locked=True)
        ).all()
        self._session.execute(
            update(AssetRow)
            .where(self._mine, AssetRow.id.in_(free))
            .values(**values)
            .execution_options(synchronize_session=False)
        )

    def unheard(
        self, since: datetime, now: datetime, limit: int, *, account: str, swept: bool
    ) -> list[Asset]:
        """Open coupons to look up one by one, those not reported for longest first.

        These are expired coupons, and after a whole reading (``swept``) also coupons that it did
        not list, unless they are known to belong to another account.
        """
        here = or_(AssetRow.coupon_account.is_(None), AssetRow.coupon_account == account)
        doubtful = or_(AssetRow.coupon_expires_at <= now, here if swept else false())
        rows = self._session.scalars(
            select(AssetRow)
            .where(*self._open_fate(), _not_seen(since), doubtful)
            .order_by(AssetRow.coupon_seen_at.nulls_first(), AssetRow.id)
            .limit(limit)
        )
        return readable(rows, to_asset)

    def oldest_in_question(self, now: datetime) -> datetime | None:
        """The purchase date of the oldest asset with a coupon that is missing or may be listed."""
        missing = self._session.scalar(
            select(func.min(AssetRow.purchase_date)).where(*self._in_question())
        )
        found = [each for each in (missing, self.oldest_open(now)) if each is not None]
        return min(found, default=None)

    def count_in_question(self) -> int:
        """How many assets have a coupon that is missing or may still be listed."""
        query = select(func.count()).select_from(AssetRow).where(*self._in_question())
        return self._session.scalar(query) or 0

    def not_seen(
        self,
        since: datetime,
        after: UUID | None,
        limit: int,
        left_out: Callable[[Due], object] = lambda _asset: None,
    ) -> list[Asset]:
        """Those of them that the vendor has not reported since then, by id, after ``after``.

        ``left_out`` is called for rows that cannot be read.
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
        """Unused coupons that expire up to ``until`` and had no reminder at ``days``.

        By id, after ``after``: a long list is read in parts.
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
                _IS_OPEN,
            ),
        ]

    def _open_fate(self) -> list[ColumnElement[bool]]:
        return [*self._from_api(), _IS_OPEN]

    def _elsewhere(self, account: str) -> list[ColumnElement[bool]]:
        return [*self._open_fate(), AssetRow.coupon_account != account]

    def _from_api(self) -> list[ColumnElement[bool]]:
        return [
            self._mine,
            AssetRow.status == AssetStatus.ACTIVE.value,
            AssetRow.coupon_source == CouponSource.API.value,
            AssetRow.coupon_id.is_not(None),
        ]


def _named(row: AssetRow) -> Due:
    return Due(id=row.id, asset_id=row.id, order_number=row.order_number)


def _not_seen(since: datetime) -> ColumnElement[bool]:
    """Whether the vendor has not reported it since; a time a day ahead is a clock's error."""
    seen_at = AssetRow.coupon_seen_at
    return or_(seen_at.is_(None), seen_at < since, seen_at > since + timedelta(days=1))


def _is_overtaken(row: CouponCursorRow, cursor: Cursor) -> bool:
    """Whether another reading got further meanwhile; hours further is a clock's error."""
    return cursor.swept_at < row.swept_at <= cursor.read_at + _LONGEST_READING
