"""Accounts of one installation, and the invitations of end customers."""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import Table, bindparam, select, union_all, update

from bittitan_plugin.domain.access import NO_ACCOUNTS, OwnAccounts
from bittitan_plugin.domain.accounts import Account, AccountStatus
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.invitations import Invitation
from bittitan_plugin.store.mapping import from_row, to_columns
from bittitan_plugin.store.repositories.repository import Repository
from bittitan_plugin.store.tables import AccountRow, InvitationRow, ProvedAddressRow

# The statements of every sale are built once: building one costs more than running it.
_ACCOUNTS = cast(Table, AccountRow.__table__)
_MINE = _ACCOUNTS.c.installation_id == bindparam("mine")
_BY_ID = select(_ACCOUNTS).where(_MINE, _ACCOUNTS.c.id == bindparam("account_id"))
_LOCKED = _BY_ID.with_for_update()
_BY_CUSTOMER = select(_ACCOUNTS).where(_MINE, _ACCOUNTS.c.customer_id == bindparam("customer_id"))


class AccountRepository(Repository):
    """Finds and stores accounts."""

    _rows = AccountRow

    def get(self, account_id: UUID, *, for_update: bool = False) -> Account:
        """The account with that id. Raises ``Refusal`` NOT_FOUND on ``id``."""
        which = {"mine": self._installation_id, "account_id": account_id}
        row = self._session.execute(_LOCKED if for_update else _BY_ID, which).first()
        if row is None:
            raise Refusal(ErrorCode.NOT_FOUND, "There is no such account.", field="id")
        return from_row(Account, row)

    def by_ids(self, ids: Collection[UUID]) -> dict[UUID, Account]:
        """The accounts among ``ids`` that exist here, in one statement."""
        rows = self._session.scalars(select(AccountRow).where(self._mine, AccountRow.id.in_(ids)))
        return {row.id: from_row(Account, row) for row in rows}

    def of_customer(self, customer_id: str) -> Account | None:
        """The account of a platform's customer."""
        which = {"mine": self._installation_id, "customer_id": customer_id}
        row = self._session.execute(_BY_CUSTOMER, which).first()
        return from_row(Account, row) if row else None

    def own(self, customer_ids: Collection[str]) -> dict[str, OwnAccounts]:
        """The accounts of each customer, also by the addresses it proved; one statement.

        ``OwnAccounts.under`` compares them with the customer's present address.
        """
        proved = ProvedAddressRow
        buying = select(AccountRow.customer_id.label("whose"), AccountRow.id).where(
            self._mine, AccountRow.customer_id.in_(customer_ids)
        )
        naming = (
            select(proved.customer_id.label("whose"), AccountRow.id)
            .join(proved, proved.email == AccountRow.email)
            .where(
                self._mine,
                AccountRow.reseller_id.is_not(None),
                proved.installation_id == self._installation_id,
                proved.customer_id.in_(customer_ids),
            )
        )
        both = union_all(buying, naming).subquery()
        query = select(both.c.whose, AccountRow).join(both, both.c.id == AccountRow.id)
        found = dict.fromkeys(customer_ids, NO_ACCOUNTS)
        for whose, row in self._session.execute(query.order_by(AccountRow.created_at)):
            account, own = from_row(Account, row), found[whose]
            if account.customer_id == whose:
                found[whose] = replace(own, buyer=account)
            else:
                found[whose] = replace(own, named=(*own.named, account))
        return found

    def unsynchronize_all(self) -> None:
        """BitTitan knows none of the accounts any more: each is synchronized when needed."""
        known = AccountRow.status == AccountStatus.SYNCHRONIZED.value
        self._session.execute(
            update(AccountRow)
            .where(self._mine, known)
            .values(status=AccountStatus.UNSYNCHRONIZED.value, partner_id=None)
            .execution_options(synchronize_session=False)
        )

    def prove(self, customer_id: str, email: str, at: datetime) -> None:
        """Store that the customer proved that (normalized) address; repeating it is harmless."""
        known = self._session.get(ProvedAddressRow, (self._installation_id, customer_id, email))
        if known is None:
            self._session.add(
                ProvedAddressRow(
                    installation_id=self._installation_id,
                    customer_id=customer_id,
                    email=email,
                    proved_at=at,
                )
            )
            self._session.flush()

    def end_customer(self, reseller_id: UUID, email: str) -> Account | None:
        """The reseller's end customer with that (normalized) address."""
        row = self._session.scalar(
            select(AccountRow).where(
                self._mine, AccountRow.reseller_id == reseller_id, AccountRow.email == email
            )
        )
        return from_row(Account, row) if row else None

    def end_customers(self, reseller_id: UUID) -> list[Account]:
        """Every end customer of that reseller, by address."""
        query = select(AccountRow).where(self._mine, AccountRow.reseller_id == reseller_id)
        rows = self._session.scalars(query.order_by(AccountRow.email))
        return [from_row(Account, row) for row in rows]

    def add(self, account: Account) -> None:
        """Store a new account."""
        values = to_columns(account)
        self._session.add(AccountRow(installation_id=self._installation_id, **values))
        self._session.flush()

    def change(self, account_id: UUID, transition: Callable[[Account], Account]) -> Account:
        """Apply a transition to the account as it is now; returns the result.

        The row is locked first, so two changes happen one after the other and each sees the
        other's result. Raises what the transition raises, with nothing stored.
        """
        before = self.get(account_id, for_update=True)
        after = transition(before)
        if after != before:
            self._session.execute(
                update(AccountRow)
                .where(self._mine, AccountRow.id == account_id)
                .values(**to_columns(after))
                .execution_options(synchronize_session=False)
            )
            self._session.expire_all()
        return after


class InvitationRepository(Repository):
    """Stores at most one invitation per end customer: the newest."""

    _rows = InvitationRow

    def keep(self, invitation: Invitation) -> None:
        """Store it instead of the one for the same end customer."""
        values = to_columns(invitation)
        row = self._session.scalar(
            select(InvitationRow).where(
                self._mine, InvitationRow.account_id == invitation.account_id
            )
        )
        if row is None:
            self._session.add(InvitationRow(installation_id=self._installation_id, **values))
        else:
            for name, value in values.items():
                setattr(row, name, value)
        self._session.flush()

    def get(self, invitation_id: UUID) -> Invitation | None:
        """The invitation with that id, unless a newer one has replaced it."""
        row = self._session.scalar(
            select(InvitationRow).where(self._mine, InvitationRow.id == invitation_id)
        )
        return from_row(Invitation, row) if row else None

    def of_accounts(self, account_ids: Collection[UUID]) -> dict[UUID, Invitation]:
        """The invitations of these end customers, in one statement."""
        rows = self._session.scalars(
            select(InvitationRow).where(self._mine, InvitationRow.account_id.in_(account_ids))
        )
        return {row.account_id: from_row(Invitation, row) for row in rows}
