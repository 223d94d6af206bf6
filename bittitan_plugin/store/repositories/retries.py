"""Durable work of one installation that waits for its next attempt."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select, update

from bittitan_plugin.domain.retries import Retry
from bittitan_plugin.store.engine import insert_into
from bittitan_plugin.store.mapping import from_row, to_columns
from bittitan_plugin.store.repositories.repository import Repository
from bittitan_plugin.store.tables import RetryRow


class RetryRepository(Repository):
    """Stores what waits. A row stands for work that is not done; without one there is none."""

    _rows = RetryRow

    def find(self, id_: str) -> Retry | None:
        """The work that was first handed in under that id, if it waits."""
        row = self._session.scalar(select(RetryRow).where(self._mine, RetryRow.id == id_))
        return to_retry(row) if row else None

    def waiting(self, limit: int = 500) -> list[Retry]:
        """What waits, the next first."""
        query = select(RetryRow).where(self._mine)
        rows = self._session.scalars(
            query.order_by(RetryRow.next_attempt_at, RetryRow.id).limit(limit)
        )
        return [to_retry(row) for row in rows]

    def of_assets(self, asset_ids: Collection[UUID]) -> dict[UUID, list[Retry]]:
        """What waits about each of these assets, the next first; without any, it is absent."""
        rows = self._session.scalars(
            select(RetryRow)
            .where(self._mine, RetryRow.asset_id.in_(asset_ids))
            .order_by(RetryRow.next_attempt_at, RetryRow.id)
        )
        found: dict[UUID, list[Retry]] = {}
        for row in rows:
            if row.asset_id is not None:
                found.setdefault(row.asset_id, []).append(to_retry(row))
        return found

    def put(self, retry: Retry) -> bool:
        """Store what an attempt left to be done, and that it was not the last.

        False where another attempt of the same work has stored something since.
        """
        if retry.attempt > 1:
            return self._replace(retry.id, retry.attempt - 1, retry)
        own = {"installation_id": self._installation_id, **_columns(retry)}
        # The same attempt may be made twice at once: the second waits for the first to commit.
        put = insert_into(self._session.get_bind(), RetryRow).on_conflict_do_nothing()
        stored = self._session.scalars(put.values(own).returning(RetryRow.id))
        return bool(stored.all())

    def remove(self, retry: Retry) -> None:
        """The work is done, unless another attempt has stored something since."""
        self._session.execute(
            delete(RetryRow).where(
                self._mine, RetryRow.id == retry.id, RetryRow.attempt == retry.attempt
            )
        )

    def take_due(self, ids: Collection[str], now: datetime) -> list[Retry]:
        """Those of this work that are still due, marked as handed in by this transaction."""
        due = (RetryRow.is_handed_in.is_(False), RetryRow.next_attempt_at <= now)
        rows = self._session.scalars(
            update(RetryRow)
            .where(self._mine, RetryRow.id.in_(ids), *due)
            .values(is_handed_in=True)
            .returning(RetryRow)
            .execution_options(synchronize_session=False)
        )
        return [to_retry(row) for row in rows]

    def begin_anew(self, retry: Retry, now: datetime) -> bool:
        """The attempt that was handed in has been lost: make the next one due.

        False where that attempt has stored something meanwhile.
        """
        next_ = replace(retry, attempt=retry.attempt + 1, next_attempt_at=now, is_handed_in=False)
        return self._replace(retry.id, retry.attempt, next_)

    def wake(self, now: datetime, ids: Collection[str] | None = None) -> int:
        """Make due what waits: this work, or all. Returns how much that was."""
        which = [RetryRow.is_handed_in.is_(False), RetryRow.next_attempt_at > now]
        if ids is not None:
            which.append(RetryRow.id.in_(ids))
        return self._make_due(now, *which)

    def wake_stranded(self, now: datetime, longest: timedelta) -> int:
        """Make due what waits longer than anything does: the clock has been stepped back."""
        return self._make_due(now, RetryRow.next_attempt_at > now + longest)

    def _make_due(self, now: datetime, *which: ColumnElement[bool]) -> int:
        result: Any = self._session.execute(
            update(RetryRow)
            .where(self._mine, *which)
            .values(next_attempt_at=now)
            .execution_options(synchronize_session=False)
        )
        return int(result.rowcount)

    def _replace(self, id_: str, attempt: int, by: Retry) -> bool:
        changed = self._session.execute(
            update(RetryRow)
            .where(self._mine, RetryRow.id == id_, RetryRow.attempt == attempt)
            .values(_columns(by))
            .returning(RetryRow.id)
            .execution_options(synchronize_session=False)
        )
        return bool(changed.all())


def _columns(retry: Retry) -> dict[str, Any]:
    lists = ("arguments", "settled")
    return to_columns(retry, without=lists) | {name: list(getattr(retry, name)) for name in lists}


def to_retry(row: RetryRow) -> Retry:
    """The row as a value."""
    return from_row(Retry, row, arguments=tuple(row.arguments), settled=tuple(row.settled))
