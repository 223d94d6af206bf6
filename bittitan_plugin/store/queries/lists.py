"""The lists that clients page through, each with its own fixed order."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlalchemy import false, func, or_, select

from bittitan_plugin.domain.accounts import Account
from bittitan_plugin.domain.catalogue import Product
from bittitan_plugin.domain.problems import Problem
from bittitan_plugin.domain.requests import CancellationRequest, RequestState
from bittitan_plugin.domain.revocations import Revocation, RevocationState
from bittitan_plugin.store.mapping import from_row
from bittitan_plugin.store.queries.audience import Audience, Nothing, OnlyAccounts
from bittitan_plugin.store.queries.keyset import Listing, SortKey, reading
from bittitan_plugin.store.queries.search import contains
from bittitan_plugin.store.tables import (
    AccountRow,
    CancellationRequestRow,
    ProblemRow,
    ProductRow,
    RevocationRow,
)
from bittitan_plugin.store.unit_of_work import UnitOfWork


def account_list(work: UnitOfWork, audience: Audience, search: str) -> Listing[Account]:
    """The accounts with ``search`` in their address or company, by address."""
    conditions = [AccountRow.installation_id == work.installation_id]
    if isinstance(audience, OnlyAccounts):
        own = AccountRow.id.in_(audience.ids)
        resold = AccountRow.reseller_id == audience.buyer_id if audience.buyer_id else false()
        conditions.append(or_(own, resold))
    elif isinstance(audience, Nothing):
        conditions.append(false())
    if search:
        conditions.append(contains(search, AccountRow.email, AccountRow.company))
    return Listing(
        session=work.session,
        rows=select(AccountRow).where(*conditions),
        sort=SortKey(expression=AccountRow.email, id=AccountRow.id, kind=str),
        read=reading(partial(from_row, Account)),
    )


def problem_list(work: UnitOfWork) -> Listing[Problem]:
    """The problems that are not resolved yet, the oldest first."""
    row = ProblemRow
    return Listing(
        session=work.session,
        rows=select(row).where(
            row.installation_id == work.installation_id, row.resolved_at.is_(None)
        ),
        sort=SortKey(expression=row.first_at, id=row.id, kind=datetime),
        read=reading(partial(from_row, Problem)),
    )


def product_list(work: UnitOfWork, *, published_only: bool) -> Listing[Product]:
    """Products by name; their prices come in one further statement."""
    rows = select(ProductRow.id).where(ProductRow.installation_id == work.installation_id)

    def read(ids: Sequence[UUID]) -> list[Product]:
        products = work.products.by_ids(ids)
        return [products[each] for each in ids]

    return Listing(
        session=work.session,
        rows=rows.where(ProductRow.published.is_(True)) if published_only else rows,
        sort=SortKey(expression=func.lower(ProductRow.name), id=ProductRow.id, kind=str),
        read=read,
    )


def request_list(
    work: UnitOfWork, states: Collection[RequestState] | None
) -> Listing[CancellationRequest]:
    """The requests in these states, the newest first; None is every state."""
    row = CancellationRequestRow
    rows = select(row).where(row.installation_id == work.installation_id)
    if states is not None:
        rows = rows.where(row.state.in_([state.value for state in states]))
    return Listing(
        session=work.session,
        rows=rows,
        sort=SortKey(expression=row.created_at, id=row.id, kind=datetime, descending=True),
        read=reading(partial(from_row, CancellationRequest)),
    )


def revocation_list(work: UnitOfWork, states: Collection[RevocationState]) -> Listing[Revocation]:
    """The revocations in these states, the most urgent first, those without a deadline last."""
    row = RevocationRow
    return Listing(
        session=work.session,
        rows=select(row).where(
            row.installation_id == work.installation_id,
            row.state.in_([state.value for state in states]),
        ),
        sort=SortKey(expression=row.deadline, id=row.id, kind=datetime, nullable=True),
        read=reading(partial(from_row, Revocation)),
    )
