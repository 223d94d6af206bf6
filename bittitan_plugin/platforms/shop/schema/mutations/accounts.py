"""Signing in, and the customers staff create."""

import strawberry

from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.sign_in import SignInDelayed
from bittitan_plugin.platforms.shop.schema.context import (
    ShopInfo,
    address,
    platform,
    run,
    signed_in,
    viewer,
)
from bittitan_plugin.platforms.shop.schema.errors import AccountError, AccountErrorCode
from bittitan_plugin.platforms.shop.schema.fields import mutation
from bittitan_plugin.platforms.shop.schema.types.orders import User, user_of


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

    token: str | None = None
    user: User | None = None
    errors: list[AccountError] = strawberry.field(default_factory=list)


@strawberry.type
class UserPayload:
    """What mutations of a user answer."""

    user: User | None = None
    errors: list[AccountError] = strawberry.field(default_factory=list)


@strawberry.type
class CustomerCreate(UserPayload):
    """The new customer, or why there is none."""


@strawberry.type
class PasswordChange(UserPayload):
    """Whose password was changed, or why it was not."""


@strawberry.type
class DeactivateAllUserTokens:
    """What came of ending all sessions."""

    errors: list[AccountError] = strawberry.field(default_factory=list)


@strawberry.type
class AccountMutation:
    """Accounts."""

    @mutation()
    async def token_create(self, info: ShopInfo, email: str, password: str) -> CreateToken | None:
        """Sign in."""
        here, asked_from = platform(info), address(info)
        try:
            signed = await run(lambda: here.sign_in(email, password, asked_from))
        except SignInDelayed as delayed:
            return CreateToken(errors=[_delayed("email", delayed)])
        if signed is None:
            code, message = AccountErrorCode.INVALID_CREDENTIALS, "Please, enter valid credentials."
            return CreateToken(errors=[AccountError(field="email", message=message, code=code)])
        return CreateToken(token=signed[0], user=user_of(info, signed[1]))

    @mutation()
    async def password_change(
        self, info: ShopInfo, old_password: str, new_password: str
    ) -> PasswordChange | None:
        """Change one's own password. Every session and token there was ends, this one too."""
        user, asked_from, customers = signed_in(info), address(info), platform(info).customers
        try:
            row = await run(
                lambda: customers.change_password(user, old_password, new_password, asked_from)
            )
        except SignInDelayed as delayed:
            return PasswordChange(errors=[_delayed("oldPassword", delayed)])
        return PasswordChange(user=user_of(info, row))

    @mutation()
    async def tokens_deactivate_all(self, info: ShopInfo) -> DeactivateAllUserTokens | None:
        """Sign out everywhere: end every session and token of one's own, this one too."""
        user, customers = signed_in(info), platform(info).customers
        await run(lambda: customers.sign_out_everywhere(user.id))
        return DeactivateAllUserTokens()

    @mutation(needs=Permission.MANAGE_USERS)
    async def customer_create(
        self, info: ShopInfo, input: UserCreateInput
    ) -> CustomerCreate | None:
        """Create a customer."""
        customers = platform(info).customers
        row = await run(
            lambda: customers.create(
                email=input.email,
                company=input.company_name,
                password=input.password,
                billing_day=input.billing_day,
                by=viewer(info).actor,
            )
        )
        return CustomerCreate(user=user_of(info, row))


def _delayed(field: str, delayed: SignInDelayed) -> AccountError:
    code = AccountErrorCode.LOGIN_ATTEMPT_DELAYED
    return AccountError(field=field, message=delayed.message, code=code)
