"""Queries for accounts."""

from typing import Annotated

import strawberry

from bittitan_graphql.access import audience, require_signed_in, sees_account
from bittitan_graphql.context import scope_of
from bittitan_graphql.fields import argument, query
from bittitan_graphql.global_ids import ACCOUNT, read_global_id
from bittitan_graphql.paging import (
    After,
    Asked,
    Before,
    CountableConnection,
    First,
    Last,
    connected,
    searched,
)
from bittitan_graphql.types.accounts import BitTitanAccount
from bittitan_plugin.domain.access import Permission
from bittitan_plugin.store.queries.lists import account_list

_AccountId = Annotated[strawberry.ID, argument("The account's global id.")]
_Search = Annotated[
    str | None, argument("Part of the e-mail address or the company name, whatever its case.")
]


@strawberry.type
class AccountQueries:
    """Inherited by ``BitTitanQuery``."""

    @query(
        "One account, or null when there is none that the viewer may see. Requires "
        "MANAGE_USERS, or to be signed in as that customer or as its reseller.",
    )
    async def bittitan_account(
        self, info: strawberry.Info, id: _AccountId
    ) -> BitTitanAccount | None:
        """Others' accounts are reported as missing."""
        scope = scope_of(info)
        require_signed_in(scope, Permission.MANAGE_USERS)
        account = await scope.loaders.account.load(read_global_id(ACCOUNT, id))
        if account is None or not await sees_account(scope, account, Permission.MANAGE_USERS):
            return None
        return BitTitanAccount.of(account)

    @query(
        "Accounts by e-mail address: all of them with MANAGE_USERS; to a signed-in "
        "customer its own and those of its end customers.",
    )
    async def bittitan_accounts(
        self,
        info: strawberry.Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        search: _Search = None,
    ) -> CountableConnection[BitTitanAccount] | None:
        """One statement, and another one only for ``totalCount``."""
        scope = scope_of(info)
        readers = await audience(scope, Permission.MANAGE_USERS)
        wanted = searched(search)
        return await connected(
            scope,
            Asked(first, after, last, before),
            lambda work: account_list(work, readers, wanted),
            BitTitanAccount.of,
        )
