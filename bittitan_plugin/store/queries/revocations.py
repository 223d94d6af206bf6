"""Revocations as a list, the most urgent first; those without a deadline come last."""

from collections.abc import Collection
from datetime import datetime
from functools import partial

from sqlalchemy import ColumnElement, func, select

from bittitan_plugin.domain.revocations import Revocation, RevocationState
from bittitan_plugin.store.mapping import from_row
from bittitan_plugin.store.queries.keyset import Page, SortKey, Window, converted, fetch_page
from bittitan_plugin.store.tables import RevocationRow
from bittitan_plugin.store.unit_of_work import UnitOfWork

BY_DEADLINE = SortKey(
    expression=RevocationRow.deadline, id=RevocationRow.id, kind=datetime, nullable=True
)


def revocation_page(
    work: UnitOfWork, states: Collection[RevocationState], window: Window
) -> Page[Revocation]:
    """One page of the revocations in these states."""
    query = select(RevocationRow).where(*_conditions(work, states))
    return converted(
        fetch_page(work.session, query, BY_DEADLINE, window), partial(from_row, Revocation)
    )


def count_revocations(work: UnitOfWork, states: Collection[RevocationState]) -> int:
    """How many revocations are in these states."""
    query = select(func.count()).select_from(RevocationRow)
    return work.session.scalar(query.where(*_conditions(work, states))) or 0


def _conditions(work: UnitOfWork, states: Collection[RevocationState]) -> list[ColumnElement[bool]]:
    return [
        RevocationRow.installation_id == work.installation_id,
        RevocationRow.state.in_([state.value for state in states]),
    ]
