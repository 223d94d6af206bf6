"""Shows the plugin's open problems in Saleor's Dashboard: raises each once, and removes it again.

Our own list is the truth; the Dashboard shows a copy of it, from Saleor 3.22 on.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from bittitan_plugin.domain.errors import Rejected
from bittitan_plugin.domain.problems import Problem
from bittitan_plugin.platforms.saleor.apps import SaleorApp, SaleorApps
from bittitan_plugin.platforms.saleor.client import SaleorClient
from bittitan_plugin.platforms.saleor.tables import SaleorProblemRow
from bittitan_plugin.platforms.saleor.versions import has_problems
from bittitan_plugin.store.engine import reading_engine, writing_engine
from bittitan_plugin.store.unit_of_work import Store

#: The longest text Saleor shows, in characters. From its documentation.
LONGEST_MESSAGE = 2048
#: Problems removed by one call. From its documentation.
MOST_DISMISSED = 100

_log = structlog.get_logger(__name__)


class ProblemMirror:
    """Keeps every Dashboard's copy up to date. Any number of workers may do so at once."""

    def __init__(self, apps: SaleorApps, store: Store, engine: Engine) -> None:
        self._apps = apps
        self._store = store
        self._engine = engine
        self._reading = reading_engine(engine)

    def show_all(self) -> None:
        """Update every Saleor once; a failed one waits for the next round."""
        self._apps.visit(self._show_if_it_can, missed="problems_not_shown")

    def _show_if_it_can(self, app: SaleorApp) -> None:
        if has_problems(app.version):
            self.show(app)

    def show(self, app: SaleorApp) -> None:
        """Show new problems there, remove closed ones. Raises what ``SaleorClient.execute`` does.

        A problem that was raised but could not be stored is raised again: Saleor counts it up,
        under the same key, and shows it once.
        """
        with self._store.reading(app.installation_id) as work:
            problems = {problem.id: problem for problem in work.problems.open()}
        shown = self._shown(app.installation_id)
        new = [p for p in problems.values() if shown.get(p.id) != p.first_at]
        over = [problem_id for problem_id in shown if problem_id not in problems]
        if not new and not over:
            return
        client = SaleorClient(app.api_url, self._apps.token(app))
        try:
            for problem in new:
                try:
                    client.execute("problem_create", _wanted(problem))
                except Rejected as refused:  # only this one; the next round tries it again
                    _log.warning("problem_not_shown", problem=str(problem.id), why=refused.message)
                    continue
                self._note(app.installation_id, problem)
            self._take_away(client, app.installation_id, over)
        finally:
            client.close()

    def _take_away(self, client: SaleorClient, installation_id: UUID, over: Sequence[UUID]) -> None:
        for start in range(0, len(over), MOST_DISMISSED):
            some = over[start : start + MOST_DISMISSED]
            client.execute("problems_dismiss", {"keys": [_key(each) for each in some]})
            self._forget(installation_id, some)

    def _shown(self, installation_id: UUID) -> Mapping[UUID, datetime]:
        query = select(SaleorProblemRow).where(SaleorProblemRow.installation_id == installation_id)
        with Session(self._reading) as session:
            return {row.problem_id: row.first_at for row in session.scalars(query)}

    def _note(self, installation_id: UUID, problem: Problem) -> None:
        with Session(writing_engine(self._engine)) as session, session.begin():
            row = SaleorProblemRow(
                installation_id=installation_id, problem_id=problem.id, first_at=problem.first_at
            )
            session.merge(row)

    def _forget(self, installation_id: UUID, over: Sequence[UUID]) -> None:
        with Session(writing_engine(self._engine)) as session, session.begin():
            session.execute(
                delete(SaleorProblemRow).where(
                    SaleorProblemRow.installation_id == installation_id,
                    SaleorProblemRow.problem_id.in_(over),
                )
            )


def _key(problem_id: UUID) -> str:
    return f"bittitan-{problem_id}"


def _wanted(problem: Problem) -> dict[str, object]:
    message = f"{problem.message} {problem.next_step}"
    return {"key": _key(problem.id), "message": message[:LONGEST_MESSAGE]}
