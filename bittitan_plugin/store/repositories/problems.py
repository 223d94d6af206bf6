"""Problems of one installation: raised once, appended to, closed when the cause is gone."""

from datetime import datetime
from typing import cast
from uuid import UUID, uuid4

from sqlalchemy import Table, bindparam, func, or_, select, update

from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.problems import Problem, ProblemAction, ProblemKind
from bittitan_plugin.store.locks import take_turns
from bittitan_plugin.store.mapping import from_row
from bittitan_plugin.store.repositories.repository import Repository
from bittitan_plugin.store.tables import ProblemRow

# Run twice for every sale, so built once, and without the object-relational layer.
_PROBLEMS = cast(Table, ProblemRow.__table__)
_NOT_OVER = or_(_PROBLEMS.c.resolved_at.is_(None), _PROBLEMS.c.dismissed_by.is_not(None))
_RESOLVE = (
    update(_PROBLEMS)
    .where(
        _PROBLEMS.c.installation_id == bindparam("mine"),
        _PROBLEMS.c.key == bindparam("which"),
        _NOT_OVER,
    )
    .values(resolved_at=func.coalesce(_PROBLEMS.c.resolved_at, bindparam("at")), dismissed_by=None)
)


class ProblemRepository(Repository):
    """Raises, lists and closes problems."""

    _rows = ProblemRow

    def report(  # noqa: PLR0913 - the fields of a problem, each by its name
        self,
        kind: ProblemKind,
        key: str,
        *,
        message: str,
        next_step: str,
        at: datetime,
        asset_id: UUID | None = None,
        order_id: str | None = None,
        action: ProblemAction = ProblemAction.NONE,
    ) -> bool:
        """Raise the problem, or add an occurrence to the open one. True when it is (again) new.

        A dismissed problem is new when it happens again.
        """
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
            row.dismissed_by = None
        row.kind, row.asset_id, row.order_id = kind.value, asset_id, order_id
        row.action = action.value
        row.message, row.next_step = message, next_step
        row.last_at, row.occurrences = at, row.occurrences + 1
        self._session.flush()
        return is_new

    def resolve(self, key: str, at: datetime) -> None:
        """Close the problem, dismissed or not, because its cause is gone; a later one is new.

        Does nothing when there is no such problem.
        """
        which = {"mine": self._installation_id, "which": key}
        self._session.execute(_RESOLVE, {**which, "at": at})
        self._session.expire_all()

    def get(self, problem_id: UUID) -> Problem:
        """The problem with that id. Raises ``Refusal`` NOT_FOUND on ``id``."""
        return from_row(Problem, self._row(problem_id))

    def dismiss(self, problem_id: UUID, by: str, at: datetime) -> Problem:
        """Dismiss it until it happens again; a closed problem is not changed."""
        row = self._row(problem_id)
        if row.resolved_at is None:
            row.resolved_at, row.dismissed_by = at, by
            self._session.flush()
        return from_row(Problem, row)

    def open(self, limit: int = 100) -> list[Problem]:
        """The unresolved problems, oldest first."""
        rows = self._session.scalars(
            select(ProblemRow)
            .where(self._mine, ProblemRow.resolved_at.is_(None))
            .order_by(ProblemRow.first_at, ProblemRow.id)
            .limit(limit)
        )
        return [from_row(Problem, row) for row in rows]

    def is_open(self, key: str) -> bool:
        """Whether that problem waits for a person."""
        return self.open_by_key(key) is not None

    def open_by_key(self, key: str) -> Problem | None:
        """That problem, if it waits for a person."""
        found = select(ProblemRow).where(
            self._mine, ProblemRow.key == key, ProblemRow.resolved_at.is_(None)
        )
        row = self._session.scalar(found)
        return from_row(Problem, row) if row else None

    def waiting_orders(self, prefix: str, limit: int) -> list[str]:
        """Ids of orders with an open or dismissed problem with a key that begins with ``prefix``.

        If there are more than ``limit``, each call returns others, so that none is left out.
        """
        found = select(ProblemRow.order_id).where(
            self._mine,
            _NOT_OVER,
            ProblemRow.key.startswith(prefix, autoescape=True),
            ProblemRow.order_id.is_not(None),
        )
        some = found.order_by(func.random()).limit(limit)
        return sorted({order_id for order_id in self._session.scalars(some) if order_id})

    def not_over(self, prefix: str) -> set[str]:
        """Keys that begin with ``prefix``, of problems that are open or dismissed."""
        found = select(ProblemRow.key).where(
            self._mine,
            _NOT_OVER,
            ProblemRow.key.startswith(prefix, autoescape=True),
        )
        return set(self._session.scalars(found))

    def not_over_by_key(self, key: str) -> Problem | None:
        """That problem, if it is open or dismissed."""
        found = select(ProblemRow).where(self._mine, ProblemRow.key == key, _NOT_OVER)
        row = self._session.scalar(found)
        return from_row(Problem, row) if row else None

    def open_of(self, asset_id: UUID) -> dict[str, Problem]:
        """The unresolved problems of one asset, by key."""
        rows = self._session.scalars(
            select(ProblemRow).where(
                self._mine, ProblemRow.asset_id == asset_id, ProblemRow.resolved_at.is_(None)
            )
        )
        return {row.key: from_row(Problem, row) for row in rows}

    def _row(self, problem_id: UUID) -> ProblemRow:
        query = select(ProblemRow).where(self._mine, ProblemRow.id == problem_id)
        row = self._session.scalar(query.with_for_update())
        if row is None:
            raise Refusal(ErrorCode.NOT_FOUND, "There is no such problem.", field="id")
        return row
