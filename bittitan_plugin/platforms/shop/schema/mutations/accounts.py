"""Signing in, and the customers staff create."""

import strawberry

from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.sign_in import SignInDelayed
from bittitan_plugin.platforms.shop.schema.context import (
    HostInfo,
    address,
    platform,
    require,
    run,
    signed_in,
)
from bittitan_plugin.platforms.shop.schema.errors import ACCOUNT, AccountError, attempt
from bittitan_plugin.platforms.shop.schema.fields import mutation, staff_mutation
from bittitan_plugin.platforms.shop.schema.types.users import User, user_of


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
class PasswordChange:
    """Whose password was changed, or why it was not."""

    user: User | None
    errors: list[AccountError]


@strawberry.type
class DeactivateAllUserTokens:
    """What came of ending all sessions."""

    errors: list[AccountError]


@strawberry.type
class AccountMutation:
    """Accounts."""

    @mutation
    async def token_create(self, info: HostInfo, email: str, password: str) -> CreateToken | None:
        """Sign in."""
        here = platform(info)
        asked_from = address(info)
        try:
            signed = await run(lambda: here.sign_in(email, password, asked_from))
        except SignInDelayed as delayed:
            error = ACCOUNT.error("LOGIN_ATTEMPT_DELAYED", delayed.message, "email")
            return CreateToken(token=None, user=None, errors=[error])
        if signed is None:
            error = ACCOUNT.error(
                "INVALID_CREDENTIALS", "Please, enter valid credentials.", "email"
            )
            return CreateToken(token=None, user=None, errors=[error])
        return CreateToken(token=signed[0], user=user_of(info, signed[1]), errors=[])

    @mutation
    async def password_change(
        self, info: HostInfo, old_password: str, new_password: str
    ) -> PasswordChange | None:
        """Change one's own password. Every session and token there was ends, this one too."""
        user, asked_from, customers = signed_in(info), address(info), platform(info).customers
        try:
            row, errors = await attempt(
                info,
                ACCOUNT,
                lambda: customers.change_password(user, old_password, new_password, asked_from),
            )
        except SignInDelayed as delayed:
            error = ACCOUNT.error("LOGIN_ATTEMPT_DELAYED", delayed.message, "oldPassword")
            return PasswordChange(user=None, errors=[error])
        return PasswordChange(user=user_of(info, row) if row else None, errors=errors)

    @mutation
    async def tokens_deactivate_all(self, info: HostInfo) -> DeactivateAllUserTokens | None:
        """Sign out everywhere: end every session and token of one's own, this one too."""
        user, customers = signed_in(info), platform(info).customers
        await run(lambda: customers.sign_out_everywhere(user.id))
        return DeactivateAllUserTokens(errors=[])

    @staff_mutation(Permission.MANAGE_USERS)
    async def customer_create(
        self, info: HostInfo, input: UserCreateInput
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
