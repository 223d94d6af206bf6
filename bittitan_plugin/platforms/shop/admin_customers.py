"""The back office's customers: the list, the page of one, its form, and who is locked out."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from uuid import UUID

from sqlalchemy import case, func, select
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.flash import flash
from starlette_admin.routing import route

from bittitan_plugin.domain.access import Permission, Viewer
from bittitan_plugin.domain.account_credit import AccountCredit
from bittitan_plugin.domain.accounts import Account, AccountStatus
from bittitan_plugin.domain.described import Described
from bittitan_plugin.domain.errors import ErrorCode, Refusal, Refusals
from bittitan_plugin.domain.history import Actor
from bittitan_plugin.domain.orders import EndCustomer
from bittitan_plugin.domain.texts import quoted, whole_number
from bittitan_plugin.platforms.shop.account_credit import credit_of
from bittitan_plugin.platforms.shop.customer_details import CustomerDetails
from bittitan_plugin.platforms.shop.events import customer_of
from bittitan_plugin.platforms.shop.ids import Kind, global_id, try_parse
from bittitan_plugin.platforms.shop.link_mails import LINK_SENT, LinkMails
from bittitan_plugin.platforms.shop.locking import locking_question
from bittitan_plugin.platforms.shop.platform import ShopPlatform
from bittitan_plugin.platforms.shop.tables import OrderRow, UserRow
from bittitan_plugin.services.accounts.customers import (
    follow_customer,
    open_account,
    open_end_customer,
)
from bittitan_plugin.services.accounts.synchronizing import save_and_synchronize
from bittitan_plugin.store.queries.browsing import Browser
from bittitan_plugin.store.queries.reselling import end_customers_of, invited, resellers
from bittitan_plugin.store.unit_of_work import UnitOfWork
from bittitan_plugin.web.admin import fields
from bittitan_plugin.web.admin.accounts import SyncForm
from bittitan_plugin.web.admin.accounts import page_of as page_of_account
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
from bittitan_plugin.web.forms import form_of
from bittitan_plugin.web.site import Site, run

KEY = "customers"
#: The most end customers on a reseller's page; the list of accounts has the others.
MOST_END_CUSTOMERS = 50
#: The inputs of the form with their labels, in their order.
LABELS = {
    "email": "E-mail",
    "company": "Company",
    "name": "Name",
    "street": "Street and number",
    "postal_code": "Postal code",
    "city": "City",
    "country": "Country",
    "tax_number": "Tax number",
    "billing_day": "Billing day",
    "password": "Password",
}
#: What of them is kept as it was typed.
_COLUMNS = [name for name in LABELS if name != "password"]


class CustomerKind(Described):
    """How a customer buys."""

    DIRECT = "DIRECT", "It buys for itself."
    RESELLER = "RESELLER", "It has end customers of its own."
    END_CUSTOMER = "END_CUSTOMER", "It signs in to what resellers bought for it."


class CustomerState(Described):
    """Whether a customer may sign in."""

    ACTIVE = "ACTIVE", "It may sign in."
    LOCKED_OUT = "LOCKED_OUT", "It may not sign in."

    @classmethod
    def of(cls, row: UserRow) -> "CustomerState":
        """That of a user."""
        return cls.LOCKED_OUT if row.disabled_at else cls.ACTIVE


@dataclass(frozen=True, kw_only=True)
class CustomerLine:
    """A customer as a row of the list; ``account`` is None until it is known to the plugin."""

    user: UserRow
    kind: CustomerKind
    account: Account | None

    @property
    def id(self) -> UUID:
        """The customer's."""
        return self.user.id


@dataclass(frozen=True, kw_only=True)
class CustomerCase:
    """A customer with its account at BitTitan, and for a reseller its end customers."""

    user: UserRow
    account: Account | None
    end_customers: Sequence[Account]
    #: The accounts of resellers' end customers whose address it proved to be its own.
    named: Sequence[Account]
    #: How many orders it has; None if the viewer may not see sales.
    orders: int | None
    most = MOST_END_CUSTOMERS

    @property
    def id(self) -> UUID:
        """The customer's."""
        return self.user.id

    @property
    def credit(self) -> AccountCredit:
        """Whether it buys on account."""
        return credit_of(self.user)

    @property
    def state(self) -> CustomerState:
        """Whether it may sign in."""
        return CustomerState.of(self.user)

    @property
    def sync(self) -> SyncForm:
        """The form that makes it known to BitTitan, filled in."""
        if self.account is not None:
            return SyncForm.of(self.account)
        return SyncForm(email=self.user.email, company_name=self.user.company or self.user.email)


class CustomerList(AdminList):
    """Every customer, by e-mail address."""

    key = KEY
    menu_label = "Customers"
    display_name = "customer"
    icon = "fa-solid fa-users"
    permission = Permission.MANAGE_USERS
    list_template = "shop/admin/customers.html"
    detail_template = "shop/admin/customer.html"
    fields_default_sort = ["email"]
    fields = [
        fields.text("email", "E-mail", lambda line: line.user.email),
        fields.text("company", "Company", lambda line: line.user.company),
        fields.text("name", "Name", lambda line: line.user.name),
        fields.choice("kind", "Kind", lambda line: line.kind, CustomerKind),
        fields.status(
            "bittitan",
            "BitTitan",
            lambda line: line.account.status if line.account else AccountStatus.UNSYNCHRONIZED,
        ),
        fields.choice("state", "State", lambda line: CustomerState.of(line.user), CustomerState),
        fields.moment("created_at", "Customer since", lambda line: line.user.created_at),
    ]

    def __init__(self, site: Site, platform: ShopPlatform) -> None:
        super().__init__(site)
        self.platform = platform

    def browser(self, work: UnitOfWork) -> Browser[tuple[UserRow, str]]:
        """The list's query; there is one shop, so it needs no filter by installation."""
        kind = case(
            (UserRow.id.in_(_keys(resellers(work))), CustomerKind.RESELLER),
            (UserRow.id.in_(_keys(invited(work))), CustomerKind.END_CUSTOMER),
            else_=CustomerKind.DIRECT,
        )
        locked = UserRow.disabled_at.is_not(None)
        return Browser(
            rows=select(UserRow, kind.label("kind")).where(~UserRow.is_staff),
            key=UserRow.id,
            columns={
                "email": UserRow.email,
                "company": UserRow.company,
                "name": UserRow.name,
                "kind": kind,
                "state": case((locked, CustomerState.LOCKED_OUT), else_=CustomerState.ACTIVE),
                "created_at": UserRow.created_at,
            },
            searched=[UserRow.email, UserRow.company, UserRow.name, UserRow.tax_number],
            to_item=lambda row: (row[0], row[1]),
        )

    async def lines(self, found: Sequence[tuple[UserRow, str]]) -> list[CustomerLine]:
        """The customers with their accounts."""
        ids = {user.id: global_id(Kind.USER, user.id) for user, _ in found}
        own = await self.site.read(lambda work: work.accounts.own(list(ids.values())))
        return [
            CustomerLine(user=user, kind=CustomerKind(kind), account=own[ids[user.id]].buyer)
            for user, kind in found
        ]

    def look(self, work: UnitOfWork, key: UUID, viewer: Viewer) -> CustomerCase:
        """The customer, its account and end customers."""
        user = self.platform.customers.get(key)
        customer_id = global_id(Kind.USER, key)
        own = work.accounts.own([customer_id])[customer_id].under(user.email)
        account = own.buyer
        orders = select(func.count()).select_from(OrderRow).where(OrderRow.user_id == key)
        return CustomerCase(
            user=user,
            account=account,
            end_customers=end_customers_of(work, account.id, MOST_END_CUSTOMERS) if account else [],
            named=own.named,
            orders=work.session.scalar(orders) if viewer.may(Permission.MANAGE_ORDERS) else None,
        )


class CustomerPage(AdminPage):
    """Staff's actions on customers."""

    path = f"/{KEY}"
    add_to_menu = False
    permission = Permission.MANAGE_USERS

    def __init__(self, site: Site, platform: ShopPlatform) -> None:
        super().__init__(site)
        self.platform = platform
        self._mails = LinkMails(site.ports, platform, site.settings.public_url)

    @route("/new", methods=["GET"], name="customer-new")
    async def blank(self, request: Request) -> Response:
        """The form of a new customer."""
        return self._form(request, typed={})

    @route("/new", methods=["POST"], name="customer-create")
    async def create(self, request: Request) -> Response:
        """Make the customer; a refused form keeps what was typed."""
        form, by = await form_of(request), actor_of(request)
        try:
            made = await run(lambda: self._made(form, by))
        except SAID_NO as no:
            return self._form(request, typed=dict(form), errors=faults_of(no), status=422)
        flash(request, f"{made.email} is a customer now.", "success")
        return to(request, page_of(made.id))

    @route("/{id}/edit", methods=["GET"], name="customer-form")
    async def form(self, request: Request) -> Response:
        """The form of a customer."""
        key = key_in(request)
        user = await run(lambda: self.platform.customers.get(key))
        return self._form(request, typed=_shown(user), user=user)

    @route("/{id}/edit", methods=["POST"], name="customer-edit")
    async def edit(self, request: Request) -> Response:
        """Change what was changed in the form; a refused one keeps what was typed."""
        key, form, by = key_in(request), await form_of(request), actor_of(request)
        customers = self.platform.customers
        user = await run(lambda: customers.get(key))
        try:
            await run(lambda: self._edited(user, form, by))
        except SAID_NO as no:
            typed = _shown(user) | dict(form)
            return self._form(request, typed=typed, errors=faults_of(no), status=422, user=user)
        flash(request, "Saved.", "success")
        return to(request, page_of(key))

    @route("/{id}/link", methods=["POST"], name="customer-link")
    async def send_link(self, request: Request) -> Response:
        """Send the customer an invitation, or a link to choose another password."""
        key, by = key_in(request), actor_of(request)

        def send() -> None:
            self._mails.send(self.platform.customers.get(key).id, by)

        return await self.act(request, page_of(key), LINK_SENT, send)

    @route("/{id}/lock", methods=["GET"], name="customer-lock-question")
    async def ask_lock(self, request: Request) -> Response:
        """What locking the customer out, or letting it in, would do."""
        key = key_in(request)
        user = await run(lambda: self.platform.customers.get(key))
        question = locking_question(
            user,
            f"/{KEY}/{key}",
            page_of(key),
            out="Every session and access token of the customer ends at once, and it can no longer "
            "sign in to the shop or see its licences. Its orders, licences, invoices and end "
            "customers stay as they are, and staff may still order for it. You can let it in again "
            "at any time.",
            again="It signs in with its password as before.",
        )
        return self.ask(request, question)

    @route("/{id}/disable", methods=["POST"], name="customer-disable")
    async def disable(self, request: Request) -> Response:
        """Lock the customer out."""
        key, by, customers = key_in(request), actor_of(request), self.platform.customers
        done = "The customer is locked out: every session and token has ended."
        return await self.act(request, page_of(key), done, lambda: customers.disable(key, by=by))

    @route("/{id}/enable", methods=["POST"], name="customer-enable")
    async def enable(self, request: Request) -> Response:
        """Let the customer in again."""
        key, by, customers = key_in(request), actor_of(request), self.platform.customers
        done = "The customer may sign in again."
        return await self.act(request, page_of(key), done, lambda: customers.enable(key, by=by))

    @route("/{id}/synchronize", methods=["POST"], name="customer-synchronize")
    async def synchronize(self, request: Request) -> Response:
        """*Save & Synchronize*, though it may have ordered nothing yet."""
        key, actor, tenant = key_in(request), actor_of(request), self.site.tenant
        options = SyncForm.sent(await form_of(request))

        def synchronize() -> None:
            account = open_account(tenant, global_id(Kind.USER, key))
            save_and_synchronize(tenant, account.id, actor, **options.given)

        try:
            await run(synchronize)
        except SAID_NO as no:
            errors = faults_of(no)
            return self.show(request, "synchronize.html", status=422, sync=options, errors=errors)
        flash(request, "The account is synchronized with BitTitan.", "success")
        return to(request, page_of(key))

    @route("/{id}/end-customers/new", methods=["GET"], name="end-customer-new")
    async def blank_end_customer(self, request: Request) -> Response:
        """The form of a new end customer of this reseller."""
        key = key_in(request)
        user = await run(lambda: self.platform.customers.get(key))
        return self._end_customer_form(request, user, typed={})

    @route("/{id}/end-customers/new", methods=["POST"], name="end-customer-create")
    async def create_end_customer(self, request: Request) -> Response:
        """Make the end customer; a refused form keeps what was typed."""
        key, form, actor = key_in(request), await form_of(request), actor_of(request)
        user = await run(lambda: self.platform.customers.get(key))
        named = EndCustomer(email=sent(form, "email"), name=sent(form, "name"))

        def make() -> Account:
            reseller = open_account(self.site.tenant, global_id(Kind.USER, key))
            return open_end_customer(self.site.tenant, reseller.id, named, actor)

        try:
            made = await run(make)
        except SAID_NO as no:
            return self._end_customer_form(
                request, user, typed=dict(form), errors=faults_of(no), status=422
            )
        flash(request, f"{made.email} is an end customer of {user.email} now.", "success")
        return to(request, page_of_account(made.id))

    def _end_customer_form(
        self,
        request: Request,
        reseller: UserRow,
        *,
        typed: Mapping[str, object],
        errors: Mapping[str, str] | None = None,
        status: int = 200,
    ) -> Response:
        return self.show(
            request,
            "shop/admin/customer-end-customer.html",
            status=status,
            reseller=reseller,
            typed=typed,
            errors=errors or {},
        )

    def _form(
        self,
        request: Request,
        *,
        typed: Mapping[str, object],
        errors: Mapping[str, str] | None = None,
        status: int = 200,
        user: UserRow | None = None,
    ) -> Response:
        return self.show(
            request,
            "shop/admin/customer-form.html",
            status=status,
            user=user,
            was=_shown(user) if user else {},
            typed=typed,
            errors=errors or {},
            labels=LABELS,
        )

    def _made(self, form: FormData, by: Actor) -> UserRow:
        details = _details({name: sent(form, name) for name in _COLUMNS})
        password = sent(form, "password") or None
        return self.platform.customers.create(**asdict(details), password=password, by=by)

    def _edited(self, user: UserRow, form: FormData, by: Actor) -> UserRow:
        stored = _shown(user)
        typed = {name: sent(form, name).strip() for name in _COLUMNS if name in form}
        # Only what was changed is sent on, so that two people do not undo each other's changes.
        was = {name: sent(form, f"was.{name}") for name in typed}
        changed = {name: text for name, text in typed.items() if text != was[name]}
        stale = [
            Refusal(
                ErrorCode.INVALID,
                f"Meanwhile it was changed to {quoted(stored[name])}. Look, then save again.",
                field=name,
            )
            for name, text in changed.items()
            if stored[name] not in (was[name], text)
        ]
        if stale:
            raise Refusals(stale)
        edited = self.platform.customers.edit(
            user.id, _details(stored | changed), by=by, password=sent(form, "password") or None
        )
        follow_customer(self.site.tenant, customer_of(user), customer_of(edited))
        return edited


def _keys(customer_ids: Sequence[str]) -> list[UUID]:
    return [key for each in customer_ids if (key := try_parse(Kind.USER, each))]


def _details(texts: Mapping[str, str]) -> CustomerDetails:
    """What was typed. What is no number is refused as a billing day as 0 is."""
    day = texts["billing_day"].strip()
    others = {name: text for name, text in texts.items() if name != "billing_day"}
    return CustomerDetails(**others, billing_day=(whole_number(day) or 0) if day else None)


def _shown(user: UserRow) -> dict[str, str]:
    """A customer's details as the form has them."""
    details = asdict(CustomerDetails.of(user))
    return {name: "" if value is None else str(value) for name, value in details.items()}


def page_of(customer_id: UUID) -> str:
    """The path of a customer's page below the back office's root."""
    return f"/{KEY}/detail?pk={customer_id}"
