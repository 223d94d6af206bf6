"""Problems of one installation: raised once, appended to, closed when the cause is gone."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from bittitan_plugin.domain.problems import Problem, ProblemKind
from bittitan_plugin.store.locks import take_turns
from bittitan_plugin.store.mapping import to_problem
from bittitan_plugin.store.tables import ProblemRow


class ProblemRepository:
    """Raises, lists and closes problems."""

    def __init__(self, session: Session, installation_id: UUID) -> None:
        self._session = session
        self._installation_id = installation_id

    def report(
        self,
        kind: ProblemKind,
        key: str,
        *,
        message: str,
        next_step: str,
        at: datetime,
        asset_id: UUID | None = None,
    ) -> bool:
        """Raise the problem, or add an occurrence to the open one. True when it is (again) new."""
        take_turns(self._session, f"problem:{key}", self._installation_id)
        row = self._session.scalar(select(ProblemRow).where(self._mine, ProblemRow.key == key))
        if row is None:
            row = ProblemRow(
                id=uuid4(),
                installation_id=self._installation_id,
                key=key,
                first_at=at,
                occurrences=0,
                resolved_at=at,
            )
            self._session.add(row)
        is_new = row.resolved_at is not None
        if is_new:
            row.first_at, row.occurrences, row.resolved_at = at, 0, None
        row.kind, row.asset_id = kind.value, asset_id
        row.message, row.next_step = message, next_step
        row.last_at, row.occurrences = at, row.occurrences + 1
        self._session.flush()
        return is_new

    def resolve(self, key: str, at: datetime) -> None:
        """The cause is gone; nothing happens when there was no such problem."""
        self._session.execute(
            update(ProblemRow)
            .where(self._mine, ProblemRow.key == key, ProblemRow.resolved_at.is_(None))
            .values(resolved_at=at)
        )

    def open(self, limit: int = 100) -> list[Problem]:
        """The unresolved problems, oldest first."""
        rows = self._session.scalars(
            select(ProblemRow)
            .where(self._mine, ProblemRow.resolved_at.is_(None))
            .order_by(ProblemRow.first_at, ProblemRow.id)
            .limit(limit)
        )
        return [to_problem(row) for row in rows]

    def open_of(self, asset_id: UUID) -> dict[str, Problem]:
        """The unresolved problems of one asset, by key."""
        rows = self._session.scalars(
            select(ProblemRow).where(
                self._mine, ProblemRow.asset_id == asset_id, ProblemRow.resolved_at.is_(None)
            )
        )
        return {row.key: to_problem(row) for row in rows}

    @property
    def _mine(self) -> ColumnElement[bool]:
        return ProblemRow.installation_id == self._installation_id
