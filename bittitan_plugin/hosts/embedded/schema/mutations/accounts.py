"""Signing in, and the customers staff create."""

import strawberry

from bittitan_plugin.domain.access import Permission
from bittitan_plugin.hosts.embedded.schema.context import HostInfo, platform, require, run
from bittitan_plugin.hosts.embedded.schema.errors import ACCOUNT, AccountError, attempt
from bittitan_plugin.hosts.embedded.schema.fields import mutation, staff_mutation
from bittitan_plugin.hosts.embedded.schema.types.users import User, user_of


@strawberry.input
class UserCreateInput:
    """A customer to be."""

    email: str
    company_name: str = ""
    #: Without one the customer cannot sign in with a password.
    password: str | None = None
    #: Day of the month (1-28) on which deferred invoices are issued.
    billing_day: int | None = None


@strawberry.type
class CreateToken:
    """An access token, or why there is none."""

    token: str | None
    user: User | None
    errors: list[AccountError]


@strawberry.type
class CustomerCreate:
    """The new customer, or why there is none."""

    user: User | None
    errors: list[AccountError]


@strawberry.type
class AccountMutation:
    """Accounts."""

    @mutation
    async def token_create(self, info: HostInfo, email: str, password: str) -> CreateToken | None:
        """Sign in."""
        here = platform(info)
        signed = await run(lambda: here.sign_in(email, password))
        if signed is None:
            error = ACCOUNT.error(
                "INVALID_CREDENTIALS", "Please, enter valid credentials.", "email"
            )
            return CreateToken(token=None, user=None, errors=[error])
        return CreateToken(token=signed[0], user=user_of(info, signed[1]), errors=[])

    @staff_mutation(Permission.MANAGE_USERS)
    async def customer_create(
        self,
        info: HostInfo,
        input: UserCreateInput,  # noqa: A002
    ) -> CustomerCreate | None:
        """Create a customer."""
        require(info, Permission.MANAGE_USERS)
        customers = platform(info).customers
        row, errors = await attempt(
            info,
            ACCOUNT,
            lambda: customers.create(
                email=input.email,
                company=input.company_name,
                password=input.password,
                billing_day=input.billing_day,
            ),
        )
        return CustomerCreate(user=user_of(info, row) if row else None, errors=errors)
