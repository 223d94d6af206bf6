"""Cancellation requests as a list, newest first."""

from collections.abc import Collection
from datetime import datetime
from functools import partial

from sqlalchemy import ColumnElement, func, select

from bittitan_plugin.domain.requests import CancellationRequest, RequestState
from bittitan_plugin.store.mapping import from_row
from bittitan_plugin.store.queries.keyset import Page, SortKey, Window, converted, fetch_page
from bittitan_plugin.store.tables import CancellationRequestRow
from bittitan_plugin.store.unit_of_work import UnitOfWork

BY_CREATION = SortKey(
    expression=CancellationRequestRow.created_at,
    id=CancellationRequestRow.id,
    kind=datetime,
    descending=True,
)


def request_page(
    work: UnitOfWork, states: Collection[RequestState] | None, window: Window
) -> Page[CancellationRequest]:
    """One page of the requests in these states; None is every state."""
    query = select(CancellationRequestRow).where(*_conditions(work, states))
    return converted(
        fetch_page(work.session, query, BY_CREATION, window), partial(from_row, CancellationRequest)
    )


def count_requests(work: UnitOfWork, states: Collection[RequestState] | None) -> int:
    """How many requests are in these states."""
    query = select(func.count()).select_from(CancellationRequestRow)
    return work.session.scalar(query.where(*_conditions(work, states))) or 0


def _conditions(
    work: UnitOfWork, states: Collection[RequestState] | None
) -> list[ColumnElement[bool]]:
    conditions = [CancellationRequestRow.installation_id == work.installation_id]
    if states is not None:
        conditions.append(CancellationRequestRow.state.in_([state.value for state in states]))
    return conditions
