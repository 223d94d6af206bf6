"""Accounts as a list, by e-mail address."""

from functools import partial

from sqlalchemy import ColumnElement, false, func, or_, select

from bittitan_plugin.domain.accounts import Account
from bittitan_plugin.store.mapping import from_row
from bittitan_plugin.store.queries.audience import Audience, Nothing, OnlyAccounts
from bittitan_plugin.store.queries.keyset import Page, SortKey, Window, converted, fetch_page
from bittitan_plugin.store.queries.search import contains
from bittitan_plugin.store.tables import AccountRow
from bittitan_plugin.store.unit_of_work import UnitOfWork

BY_EMAIL = SortKey(expression=AccountRow.email, id=AccountRow.id, kind=str)


def account_page(
    work: UnitOfWork, audience: Audience, search: str, window: Window
) -> Page[Account]:
    """One page of the accounts whose address or company contains ``search``."""
    query = select(AccountRow).where(*_conditions(work, audience, search))
    return converted(fetch_page(work.session, query, BY_EMAIL, window), partial(from_row, Account))


def count_accounts(work: UnitOfWork, audience: Audience, search: str) -> int:
    """How many accounts match."""
    query = select(func.count()).select_from(AccountRow).where(*_conditions(work, audience, search))
    return work.session.scalar(query) or 0


def _conditions(work: UnitOfWork, audience: Audience, search: str) -> list[ColumnElement[bool]]:
    conditions = [AccountRow.installation_id == work.installation_id]
    if isinstance(audience, OnlyAccounts):
        own = AccountRow.id.in_(audience.ids)
        resold = AccountRow.reseller_id == audience.buyer_id if audience.buyer_id else false()
        conditions.append(or_(own, resold))
    elif isinstance(audience, Nothing):
        conditions.append(false())
    if search:
        conditions.append(contains(search, AccountRow.email, AccountRow.company))
    return conditions
