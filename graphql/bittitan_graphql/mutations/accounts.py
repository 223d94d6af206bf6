"""The mutation *Save & Synchronize*, which makes an account known to BitTitan."""

from typing import Annotated
from uuid import UUID

import strawberry

from bittitan_graphql.acting import perform
from bittitan_graphql.context import RequestScope, scope_of
from bittitan_graphql.errors import BitTitanAccountError, refusals, refusals_in
from bittitan_graphql.fields import argument, mutation, optional
from bittitan_graphql.global_ids import ACCOUNT, read_global_id
from bittitan_graphql.types.accounts import BitTitanAccount
from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.services.accounts import customers
from bittitan_plugin.services.accounts import synchronizing as accounts


@strawberry.input(description="The sync options of an account.")
class BitTitanAccountSynchronizeInput:
    """Null leaves an option as `syncOptions` shows it."""

    customer_id: strawberry.ID | None = optional(
        "The platform's user, instead of `id`: its account is opened if it has none."
    )
    email: str | None = optional("E-mail address under which BitTitan is to know the account.")
    company_name: str | None = optional("Company name, at most 255 characters.")
    password: str | None = optional(
        "The account's BitTitan password; only older contracts need it. Passed on, never kept."
    )


_AccountId = Annotated[
    strawberry.ID | None, argument("The account's global id; this or `input.customerId`.")
]
_Input = Annotated[
    BitTitanAccountSynchronizeInput | None,
    argument("The sync options; without them those that are prefilled."),
]


@strawberry.type(description="What came of synchronizing an account.")
class BitTitanAccountSynchronize:
    """After a refusal by BitTitan, ``account.syncError`` says the same to whoever looks later."""

    account: BitTitanAccount | None = optional(
        "The account as it is now; null when there is no such account."
    )
    errors: list[BitTitanAccountError] = refusals()


@strawberry.type
class AccountMutations:
    """Inherited by ``BitTitanMutation``."""

    @mutation(
        "Saves an account's sync options and makes it known to BitTitan, or adopts it where "
        "BitTitan knows the address. It can be repeated. Assets that waited for the account go "
        "on by themselves.",
        needs=Permission.MANAGE_USERS,
    )
    async def bittitan_account_synchronize(
        self, info: strawberry.Info, id: _AccountId = None, input: _Input = None
    ) -> BitTitanAccountSynchronize | None:
        """Waits for BitTitan, because a person waits at the form."""
        scope, options = scope_of(info), input or BitTitanAccountSynchronizeInput()
        answer = BitTitanAccountSynchronize()
        account_id = await _account_id(scope, id, options.customer_id)
        with refusals_in(answer):
            await perform(
                scope,
                accounts.save_and_synchronize,
                account_id,
                scope.viewer.actor,
                email=options.email,
                company_name=options.company_name,
                password=options.password,
            )
        account = await scope.loaders.account.load(account_id)
        answer.account = BitTitanAccount.of(account) if account else None
        return answer


async def _account_id(scope: RequestScope, account_id: str | None, customer_id: str | None) -> UUID:
    if account_id is not None and customer_id is not None:
        raise Refusal(ErrorCode.INVALID, "Give id or customerId, not both.", field="customer_id")
    if account_id is not None:
        return read_global_id(ACCOUNT, account_id)
    if customer_id is None:
        raise Refusal(ErrorCode.REQUIRED, "Give the account's id, or a customerId.", field="id")
    if not customer_id.strip():
        raise Refusal(ErrorCode.REQUIRED, "The customer's id is empty.", field="customer_id")
    account = await perform(scope, customers.open_account, customer_id)
    return account.id
