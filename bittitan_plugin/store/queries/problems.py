"""Open problems as a list, oldest first."""

from datetime import datetime
from functools import partial

from sqlalchemy import ColumnElement, func, select

from bittitan_plugin.domain.problems import Problem
from bittitan_plugin.store.mapping import from_row
from bittitan_plugin.store.queries.keyset import Page, SortKey, Window, converted, fetch_page
from bittitan_plugin.store.tables import ProblemRow
from bittitan_plugin.store.unit_of_work import UnitOfWork

BY_FIRST_SEEN = SortKey(expression=ProblemRow.first_at, id=ProblemRow.id, kind=datetime)


def problem_page(work: UnitOfWork, window: Window) -> Page[Problem]:
    """One page of the problems nobody has resolved yet."""
    query = select(ProblemRow).where(*_open(work))
    return converted(
        fetch_page(work.session, query, BY_FIRST_SEEN, window), partial(from_row, Problem)
    )


def count_problems(work: UnitOfWork) -> int:
    """How many problems are open."""
    return (
        work.session.scalar(select(func.count()).select_from(ProblemRow).where(*_open(work))) or 0
    )


def _open(work: UnitOfWork) -> list[ColumnElement[bool]]:
    return [ProblemRow.installation_id == work.installation_id, ProblemRow.resolved_at.is_(None)]
