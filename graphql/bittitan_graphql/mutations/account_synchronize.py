"""*Save & Synchronize*: making an account known to BitTitan."""

from typing import Annotated
from uuid import UUID

import strawberry

from bittitan_graphql.access import require
from bittitan_graphql.acting import perform
from bittitan_graphql.context import RequestScope, scope_of
from bittitan_graphql.errors import BitTitanAccountError, account_errors
from bittitan_graphql.fields import mutation
from bittitan_graphql.global_ids import ACCOUNT, read_global_id
from bittitan_graphql.inputs import BitTitanAccountSynchronizeInput
from bittitan_graphql.types.accounts import BitTitanAccount
from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.errors import BitTitanError, ErrorCode, Refusal
from bittitan_plugin.services.accounts import customers
from bittitan_plugin.services.accounts import synchronizing as accounts

_AccountId = Annotated[
    strawberry.ID | None,
    strawberry.argument(description="The account's global id; this or `input.customerId`."),
]
_Input = Annotated[
    BitTitanAccountSynchronizeInput | None,
    strawberry.argument(description="The sync options; without them those that are prefilled."),
]


@strawberry.type(description="What came of synchronizing an account.")
class BitTitanAccountSynchronize:
    """After a refusal by BitTitan, ``account.syncError`` says the same to whoever looks later."""

    account: BitTitanAccount | None = strawberry.field(
        default=None, description="The account as it is now; null when there is no such account."
    )
    errors: list[BitTitanAccountError] = strawberry.field(
        default_factory=list, description="Why it was refused; empty when it was not."
    )


@strawberry.type
class AccountSynchronizeMutation:
    """Inherited by ``BitTitanMutation``."""

    @mutation(
        "Saves an account's sync options and makes it known to BitTitan, or adopts it where "
        "BitTitan knows the address. It can be repeated. Assets that waited for the account go "
        "on by themselves. Requires MANAGE_USERS."
    )
    async def bittitan_account_synchronize(
        self,
        info: strawberry.Info,
        id: _AccountId = None,  # noqa: A002
        input: _Input = None,  # noqa: A002
    ) -> BitTitanAccountSynchronize | None:
        """Waits for BitTitan: a person stands before the form."""
        scope, options = scope_of(info), input or BitTitanAccountSynchronizeInput()
        require(scope, Permission.MANAGE_USERS)
        answer = BitTitanAccountSynchronize()
        try:
            account_id = await _account_id(scope, id, options.customer_id)
        except BitTitanError as error:
            answer.errors = account_errors(error)
            return answer
        try:
            await perform(
                scope,
                accounts.save_and_synchronize,
                account_id,
                email=options.email,
                company_name=options.company_name,
                password=options.password,
            )
        except BitTitanError as error:
            answer.errors = account_errors(error)
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
