"""Long runs of one installation. The database ensures that only one of each kind is at work."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update

from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.runs import Run, RunKind, RunState
from bittitan_plugin.store.locks import take_turns
from bittitan_plugin.store.mapping import from_row, to_columns
from bittitan_plugin.store.repositories.repository import Repository
from bittitan_plugin.store.tables import RunRow


class RunRepository(Repository):
    """Begins, changes and finds runs."""

    _rows = RunRow

    def add(self, run: Run) -> Run:
        """Store a new run. The caller holds the lock and has checked that none of its kind is at
        work; the partial index forbids a second one in any case.
        """
        values = _values(run)
        self._session.execute(
            insert(RunRow).values(installation_id=self._installation_id, **values)
        )
        return run

    def get(self, run_id: UUID) -> Run:
        """The run with that id. Raises ``Refusal`` NOT_FOUND on ``id``."""
        run = self.find(run_id)
        if run is None:
            raise Refusal(ErrorCode.NOT_FOUND, "There is no such run.", field="id")
        return run

    def find(self, run_id: UUID) -> Run | None:
        """The run, if there is one with that id."""
        row = self._session.scalar(select(RunRow).where(self._mine, RunRow.id == run_id))
        return from_row(Run, row) if row else None

    def at_work(self, kind: RunKind) -> Run | None:
        """The run of that kind that has not ended. Other callers wait for this transaction."""
        take_turns(self._session, f"run:{kind}", self._installation_id)
        row = self._session.scalar(
            select(RunRow).where(
                self._mine, RunRow.kind == kind.value, RunRow.state == RunState.RUNNING.value
            )
        )
        return from_row(Run, row) if row else None

    def all_at_work(self) -> list[Run]:
        """Every run that has not ended."""
        rows = self._session.scalars(
            select(RunRow).where(self._mine, RunRow.state == RunState.RUNNING.value)
        )
        return [from_row(Run, row) for row in rows]

    def latest(self, kind: RunKind | None = None, limit: int = 1) -> list[Run]:
        """The newest runs, of one kind or of all, newest first."""
        of_kind = [] if kind is None else [RunRow.kind == kind.value]
        rows = self._session.scalars(
            select(RunRow)
            .where(self._mine, *of_kind)
            .order_by(RunRow.started_at.desc(), RunRow.id.desc())
            .limit(limit)
        )
        return [from_row(Run, row) for row in rows]

    def change(self, run_id: UUID, transition: Callable[[Run], Run]) -> Run:
        """Apply a transition to the run as it is now; its row is locked first."""
        query = select(RunRow).where(self._mine, RunRow.id == run_id).with_for_update()
        row = self._session.scalar(query.execution_options(populate_existing=True))
        if row is None:
            raise Refusal(ErrorCode.NOT_FOUND, "There is no such run.", field="id")
        before = from_row(Run, row)
        after = transition(before)
        if after != before:
            self._session.execute(
                update(RunRow)
                .where(self._mine, RunRow.id == run_id)
                .values(**_values(after))
                .execution_options(synchronize_session=False)
            )
            self._session.expire_all()
        return after


def _values(run: Run) -> dict[str, Any]:
    return {**to_columns(run), "report": dict(run.report)}
