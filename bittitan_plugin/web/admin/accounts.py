"""The back office's accounts: the list, and the page of one with *Synchronize* and its options."""

from dataclasses import dataclass, field
from uuid import UUID

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.actions import ActionSelection, action
from starlette_admin.flash import flash
from starlette_admin.routing import route

from bittitan_plugin.domain.access import Permission, Viewer
from bittitan_plugin.domain.accounts import Account, AccountStatus
from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.invitations import Invitation
from bittitan_plugin.services.accounts.invitations import invite
from bittitan_plugin.services.accounts.synchronizing import save_and_synchronize
from bittitan_plugin.store.queries import back_office
from bittitan_plugin.store.queries.assets import newest_of_accounts
from bittitan_plugin.store.queries.audience import EVERYTHING
from bittitan_plugin.store.queries.back_office import AccountLine
from bittitan_plugin.store.queries.browsing import Browser
from bittitan_plugin.store.unit_of_work import UnitOfWork
from bittitan_plugin.web.admin import fields
from bittitan_plugin.web.admin.admin_page import (
    SAID_NO,
    AdminPage,
    actor_of,
    faults_of,
    key_in,
    sent,
    to,
)
from bittitan_plugin.web.admin.lists import AdminList
from bittitan_plugin.web.admin.many import Deed
from bittitan_plugin.web.forms import form_of
from bittitan_plugin.web.invitations import address_of_invitations
from bittitan_plugin.web.site import run

KEY = "accounts"
#: The most assets on an account's page; the list of assets has the others.
NEWEST = 10


@dataclass(frozen=True, kw_only=True)
class SyncForm:
    """The form of *Save & Synchronize*."""

    email: str
    company_name: str
    #: Passed on, and never shown again.
    password: str = field(default="", repr=False)

    @classmethod
    def of(cls, account: Account) -> "SyncForm":
        """The form of an account, filled in."""
        options = account.sync_options
        return cls(email=options.email, company_name=options.company)

    @classmethod
    def sent(cls, form: FormData) -> "SyncForm":
        """The form as it was sent."""
        return cls(**{name: sent(form, name) for name in ("email", "company_name", "password")})

    @property
    def given(self) -> dict[str, str | None]:
        """The options as ``save_and_synchronize`` takes them."""
        return {
            "email": self.email,
            "company_name": self.company_name,
            "password": self.password or None,
        }


@dataclass(frozen=True, kw_only=True)
class AccountCase:
    """An account, its reseller, and what it bought last."""

    account: Account
    reseller: Account | None
    #: None if the viewer may not see sales, which need another permission than accounts.
    assets: tuple[Asset, ...] | None
    #: The newest invitation of an end customer.
    invitation: Invitation | None
    #: The address of the platform's page of this customer, if it has one.
    customer_page: str | None

    @property
    def sync(self) -> SyncForm:
        """The form of *Save & Synchronize*, filled in."""
        return SyncForm.of(self.account)

    @property
    def id(self) -> UUID:
        """The account's id."""
        return self.account.id


class AccountList(AdminList):
    """Every account, by e-mail address."""

    key = KEY
    menu_label = "Accounts"
    display_name = "account"
    icon = "fa-solid fa-building"
    permission = Permission.MANAGE_USERS
    detail_template = "account.html"
    fields_default_sort = ["email"]
    fields = [
        fields.text("email", "E-mail", lambda line: line.account.email),
        fields.text("company", "Company", lambda line: line.account.company),
        fields.choice("status", "BitTitan", lambda line: line.account.status, AccountStatus),
        fields.text("sync_error", "Why not", lambda line: line.account.sync_error),
        fields.text("reseller", "End customer of", lambda line: line.reseller_email),
        fields.moment("created_at", "Known since", lambda line: line.account.created_at),
    ]

    def browser(self, work: UnitOfWork) -> Browser[AccountLine]:
        """The list's query."""
        return back_office.accounts(work)

    @action(name="synchronize", text="Synchronize with BitTitan", custom_response=True)
    async def synchronize_many(self, request: Request, selection: ActionSelection) -> Response:
        """*Save & Synchronize* each as it is prefilled; work that waits for it continues."""
        actor, tenant = actor_of(request), self.site.tenant
        deed = Deed(
            title="Synchronize with BitTitan",
            done="synchronized",
            do=lambda key: save_and_synchronize(tenant, key, actor),
        )
        return await self.each(request, selection, deed)

    def look(self, work: UnitOfWork, key: UUID, viewer: Viewer) -> AccountCase:
        """The account, and what it bought."""
        account = work.accounts.get(key)
        newest = None
        if viewer.may(Permission.MANAGE_ORDERS):
            newest = tuple(newest_of_accounts(work, EVERYTHING, [key], NEWEST)[key])
        return AccountCase(
            account=account,
            reseller=work.accounts.get(account.reseller_id) if account.reseller_id else None,
            assets=newest,
            invitation=work.invitations.of_accounts([key]).get(key),
            customer_page=self.site.platform.customer_page(account.customer_id)
            if account.customer_id
            else None,
        )


class AccountPage(AdminPage):
    """Staff's actions on accounts."""

    path = "/accounts"
    add_to_menu = False
    permission = Permission.MANAGE_USERS

    @route("/{id}/synchronize", methods=["POST"], name="account-synchronize")
    async def synchronize(self, request: Request) -> Response:
        """*Save & Synchronize*: work that waits for the account then continues by itself."""
        key, actor = key_in(request), actor_of(request)
        options = SyncForm.sent(await form_of(request))
        tenant = self.site.tenant
        try:
            await run(lambda: save_and_synchronize(tenant, key, actor, **options.given))
        except SAID_NO as no:
            return self.show(
                request, "synchronize.html", status=422, sync=options, errors=faults_of(no)
            )
        flash(request, "The account is synchronized with BitTitan.", "success")
        return to(request, page_of(key))

    @route("/{id}/invitation", methods=["POST"], name="account-invitation")
    async def invite(self, request: Request) -> Response:
        """Send an end customer a link that proves its address and shows its licences."""
        key, address = key_in(request), address_of_invitations(self.site)
        actor = actor_of(request)
        return await self.act(
            request,
            page_of(key),
            "The invitation has been sent.",
            lambda: invite(self.site.tenant, key, address, actor),
        )


def page_of(account_id: UUID) -> str:
    """The path of an account's page below the back office's root."""
    return f"/{KEY}/detail?pk={account_id}"
