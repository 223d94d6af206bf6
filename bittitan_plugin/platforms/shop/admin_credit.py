"""The page on which staff decide whether a customer buys on account, and up to what debt."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.flash import flash
from starlette_admin.routing import route

from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.account_credit import AccountCredit
from bittitan_plugin.domain.errors import ErrorCode, Faults, Refusal
from bittitan_plugin.domain.money import Money
from bittitan_plugin.domain.texts import quoted
from bittitan_plugin.platforms.shop.account_credit import credit_of
from bittitan_plugin.platforms.shop.admin_customers import KEY, page_of
from bittitan_plugin.platforms.shop.checkouts import DEFAULT_CURRENCY
from bittitan_plugin.platforms.shop.platform import ShopPlatform
from bittitan_plugin.platforms.shop.tables import UserRow
from bittitan_plugin.web.admin.admin_context import context_of
from bittitan_plugin.web.admin.admin_page import (
    SAID_NO,
    AdminPage,
    actor_of,
    faults_of,
    key_in,
    sent,
    to,
)
from bittitan_plugin.web.forms import form_of
from bittitan_plugin.web.site import Site, run

#: The inputs of the form with their labels, in their order.
LABELS = {
    "allowed": "Buys on account",
    "creditLimit": "Owes at most",
    "creditCurrency": "Currency",
}


class CreditPage(AdminPage):
    """A customer's credit."""

    path = f"/{KEY}"
    add_to_menu = False
    permission = Permission.MANAGE_USERS

    def __init__(self, site: Site, platform: ShopPlatform) -> None:
        super().__init__(site)
        self.platform = platform

    @route("/{id}/credit", methods=["GET"], name="customer-credit-form")
    async def form(self, request: Request) -> Response:
        """What is decided now."""
        user = await self._customer(request)
        return await self._form(request, user, typed=_shown(credit_of(user)))

    @route("/{id}/credit", methods=["POST"], name="customer-credit")
    async def decide(self, request: Request) -> Response:
        """Decide; a refused form keeps what was typed."""
        key, form, by = key_in(request), await form_of(request), actor_of(request)
        user = await self._customer(request)
        try:
            await run(lambda: self.platform.account_credits.set(key, _credit(form), by=by))
        except SAID_NO as no:
            typed = {name: sent(form, name) for name in LABELS}
            return await self._form(request, user, typed=typed, errors=faults_of(no), status=422)
        flash(request, "Saved. Orders that were made before stay as they are.", "success")
        return to(request, page_of(key))

    async def _customer(self, request: Request) -> UserRow:
        key = key_in(request)
        return await run(lambda: self.platform.customers.get(key))

    async def _form(
        self,
        request: Request,
        user: UserRow,
        *,
        typed: Mapping[str, str],
        errors: Mapping[str, str] | None = None,
        status: int = 200,
    ) -> Response:
        return self.show(
            request,
            "shop/admin/customer-credit.html",
            status=status,
            user=user,
            owed=await self._owed(request, user.id),
            typed=typed,
            errors=errors or {},
            labels=LABELS,
        )

    async def _owed(self, request: Request, user_id: UUID) -> Sequence[Money] | None:
        """What the customer owes; None if the viewer may not see sales."""
        if not context_of(request).viewer.may(Permission.MANAGE_ORDERS):
            return None
        return await run(lambda: self.platform.account_credits.owed(user_id))


def _credit(form: FormData) -> AccountCredit:
    """What was typed; without an amount there is no limit, whatever the currency."""
    allowed, text = sent(form, "allowed") == "yes", sent(form, "creditLimit").strip()
    if not text:
        return AccountCredit(allowed=allowed)
    faults = Faults()
    currency = sent(form, "creditCurrency").strip().upper()
    amount = faults.of(lambda: _amount(text), Money.of(0, DEFAULT_CURRENCY)).amount
    known = faults.of(lambda: _currency(currency), DEFAULT_CURRENCY)
    faults.check()
    return AccountCredit(allowed=allowed, limit=Money(amount, known))


def _amount(text: str) -> Money:
    try:
        return Money.of(text, DEFAULT_CURRENCY)
    except Refusal as refusal:
        raise Refusal(refusal.code, refusal.message, field="creditLimit") from None


def _currency(text: str) -> str:
    try:
        return Money.of(0, text).currency
    except Refusal:
        raise Refusal(
            ErrorCode.INVALID,
            f"{quoted(text)} is not a currency: give three letters such as USD.",
            field="creditCurrency",
        ) from None


def _shown(credit: AccountCredit) -> dict[str, str]:
    limit = credit.limit
    return {
        "allowed": "yes" if credit.allowed else "",
        "creditLimit": f"{limit.amount:f}" if limit else "",
        "creditCurrency": limit.currency if limit else DEFAULT_CURRENCY,
    }
