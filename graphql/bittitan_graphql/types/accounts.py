"""The GraphQL types of accounts: resellers, direct customers and end customers."""

import strawberry

from bittitan_graphql.access import sees_account
from bittitan_graphql.context import scope_of
from bittitan_graphql.fields import field
from bittitan_graphql.global_ids import ACCOUNT, global_id
from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.accounts import Account, AccountStatus


@strawberry.type(description="What BitTitan is told of an account.")
class BitTitanSyncOptions:
    """Give other values to `bittitanAccountSynchronize` to change them."""

    email: str = strawberry.field(description="E-mail address.")
    company_name: str = strawberry.field(
        description="Company name; the e-mail address where the account has none."
    )


@strawberry.type(description="A customer account and its standing with BitTitan.")
class BitTitanAccount:
    """Visible to staff, to the customer itself and to its reseller."""

    source: strawberry.Private[Account]
    id: strawberry.ID = strawberry.field(description="Global id.")
    customer_id: strawberry.ID | None = strawberry.field(
        description="The platform's user, or null for the end customer of a reseller."
    )
    email: str = strawberry.field(description="E-mail address.")
    company: str = strawberry.field(description="Company name.")
    status: AccountStatus = strawberry.field(description="Whether BitTitan knows it.")

    @field("The options as they are prefilled for synchronizing. Requires MANAGE_USERS, else null.")
    def sync_options(self, info: strawberry.Info) -> BitTitanSyncOptions | None:
        """The password is never stored, so it cannot be shown."""
        permitted = scope_of(info).viewer.may(Permission.MANAGE_USERS)
        options = self.source.sync_options
        if not permitted:
            return None
        return BitTitanSyncOptions(email=options.email, company_name=options.company)

    @field("Why synchronizing failed last. Requires MANAGE_USERS, else null.")
    def sync_error(self, info: strawberry.Info) -> str | None:
        """In words for staff."""
        permitted = scope_of(info).viewer.may(Permission.MANAGE_USERS)
        return self.source.sync_error if permitted else None

    @field(
        "For an end customer, its reseller. "
        "Requires MANAGE_USERS or to be that reseller, else null."
    )
    async def reseller(self, info: strawberry.Info) -> "BitTitanAccount | None":
        """Loaded together for a whole page."""
        if self.source.reseller_id is None:
            return None
        scope = scope_of(info)
        reseller = await scope.loaders.account.load(self.source.reseller_id)
        if reseller is None or not await sees_account(scope, reseller, Permission.MANAGE_USERS):
            return None
        return BitTitanAccount.of(reseller)

    @classmethod
    def of(cls, account: Account) -> "BitTitanAccount":
        """Made from the domain's value."""
        return cls(
            source=account,
            id=global_id(ACCOUNT, account.id),
            customer_id=strawberry.ID(account.customer_id) if account.customer_id else None,
            email=account.email,
            company=account.company,
            status=account.status,
        )
