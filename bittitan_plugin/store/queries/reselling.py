"""Who resells, to whom, and who of them signs in."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import aliased

from bittitan_plugin.domain.accounts import Account
from bittitan_plugin.store.mapping import from_row
from bittitan_plugin.store.tables import AccountRow, ProvedAddressRow
from bittitan_plugin.store.unit_of_work import UnitOfWork


def resellers(work: UnitOfWork) -> list[str]:
    """The platform's ids of the customers that have end customers."""
    end_customer = aliased(AccountRow)
    query = select(AccountRow.customer_id).where(
        AccountRow.installation_id == work.installation_id,
        AccountRow.customer_id.is_not(None),
        select(end_customer.id).where(end_customer.reseller_id == AccountRow.id).exists(),
    )
    return [each for each in work.session.scalars(query) if each is not None]


def invited(work: UnitOfWork) -> list[str]:
    """The platform's ids of the customers who only see what resellers bought for them."""
    buying = select(AccountRow.customer_id).where(
        AccountRow.installation_id == work.installation_id,
        AccountRow.customer_id == ProvedAddressRow.customer_id,
    )
    query = select(ProvedAddressRow.customer_id).where(
        ProvedAddressRow.installation_id == work.installation_id, ~buying.exists()
    )
    return list(work.session.scalars(query.distinct()))


def end_customers_of(work: UnitOfWork, reseller_id: UUID, most: int) -> list[Account]:
    """The first end customers of that reseller's account, by address; at most so many."""
    query = select(AccountRow).where(
        AccountRow.installation_id == work.installation_id, AccountRow.reseller_id == reseller_id
    )
    rows = work.session.scalars(query.order_by(AccountRow.email).limit(most))
    return [from_row(Account, row) for row in rows]
