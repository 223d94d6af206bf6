"""The back office's form of a draft: an order that staff make, edit or delete for a customer."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette_admin.flash import flash
from starlette_admin.routing import route

from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.accounts import Account
from bittitan_plugin.domain.errors import ErrorCode, Faults, Refusal
from bittitan_plugin.domain.history import Actor
from bittitan_plugin.domain.texts import check_search, whole_number
from bittitan_plugin.platforms.shop.admin_orders import KEY, page_of
from bittitan_plugin.platforms.shop.catalogue import Variant
from bittitan_plugin.platforms.shop.checkouts import DEFAULT_CURRENCY
from bittitan_plugin.platforms.shop.drafts import DraftChanges
from bittitan_plugin.platforms.shop.ids import Kind, global_id
from bittitan_plugin.platforms.shop.inputs import LineInput
from bittitan_plugin.platforms.shop.order_form import (
    TypedLine,
    TypedOrder,
    errors_of,
    labels_of,
    lines_of,
    typed_in,
    typed_of,
)
from bittitan_plugin.platforms.shop.order_records import OrderRecord, OrderState
from bittitan_plugin.platforms.shop.platform import ShopPlatform
from bittitan_plugin.platforms.shop.tables import UserRow
from bittitan_plugin.store.unit_of_work import UnitOfWork
from bittitan_plugin.web.admin.admin_context import context_of
from bittitan_plugin.web.admin.admin_page import (
    SAID_NO,
    AdminPage,
    actor_of,
    key_in,
    said,
    sent,
    to,
)
from bittitan_plugin.web.failures import NotPermitted
from bittitan_plugin.web.forms import form_of
from bittitan_plugin.web.site import Site, run

LIST = f"/{KEY}/list"


class OrderFormPage(AdminPage):
    """Making, editing and deleting drafts."""

    path = "/orders"
    add_to_menu = False
    permission = Permission.MANAGE_ORDERS

    def __init__(self, site: Site, platform: ShopPlatform) -> None:
        super().__init__(site)
        self.platform = platform

    @route("/new", methods=["GET"], name="order-new")
    async def blank(self, request: Request) -> Response:
        """The form of a draft, for the customer that the address names, if it names one.

        The draft's id is made here, so that sending the form twice makes one draft.
        """
        customer = request.query_params.get("customer", "")
        return await self._form(request, TypedOrder(occasion=str(uuid4()), customer=customer))

    @route("/new", methods=["POST"], name="order-create")
    async def create(self, request: Request) -> Response:
        """Make the draft; a refused form keeps what was typed."""
        form = await form_of(request)
        typed, by = typed_in(form), actor_of(request)
        if sent(form, "act"):
            return await self._form(request, _rearranged(typed, sent(form, "act")))
        try:
            made = await run(lambda: self._create(typed, by))
        except SAID_NO as no:
            return await self._form(request, typed, no=no)
        flash(request, "The draft has been made. Execute it to sell it.", "success")
        return to(request, page_of(made.row.id))

    @route("/{id}/edit", methods=["GET"], name="order-edit")
    async def edit(self, request: Request) -> Response:
        """The form of a draft as it is; for an order that was executed, its page."""
        draft = await self._draft(request)
        if draft is None:
            return self._no_draft(request)
        return await self._form(request, typed_of(draft), draft=draft)

    @route("/{id}/edit", methods=["POST"], name="order-update")
    async def update(self, request: Request) -> Response:
        """Save the draft; what somebody else changed meanwhile is shown, not overwritten."""
        key, form = key_in(request), await form_of(request)
        typed, by = typed_in(form), actor_of(request)
        draft = await run(lambda: self.platform.orders.get(key))
        if sent(form, "act"):
            return await self._form(request, _rearranged(typed, sent(form, "act")), draft=draft)
        try:
            await run(lambda: self._update(key, typed, by))
        except SAID_NO as no:
            draft = await run(lambda: self.platform.orders.get(key))
            seen = draft.row.version if draft else ""
            changed = "version" in errors_of(no, typed)
            typed = replace(typed, version=str(seen)) if changed else typed
            return await self._form(request, typed, no=no, draft=draft, changed=changed)
        flash(request, "The draft has been saved, at the prices of now.", "success")
        return to(request, page_of(key))

    @route("/{id}/delete", methods=["GET"], name="order-delete-question")
    async def ask_delete(self, request: Request) -> Response:
        """What is deleted."""
        draft = await self._draft(request)
        if draft is None:
            return self._no_draft(request)
        return self.show(request, "shop/admin/order-delete.html", draft=draft)

    @route("/{id}/delete", methods=["POST"], name="order-delete")
    async def delete(self, request: Request) -> Response:
        """Delete the draft as it was looked at."""
        key, form, by = key_in(request), await form_of(request), actor_of(request)
        version = whole_number(sent(form, "version")) or 0
        try:
            gone = await run(lambda: self.platform.drafts.delete(key, by=by, version=version))
        except SAID_NO as no:
            flash(request, said(no), "error")
            return to(request, LIST if _is_gone(no) else page_of(key))
        flash(request, f"Draft {gone.row.sequence} has been deleted.", "success")
        return to(request, LIST)

    @route("/customers", methods=["GET"], name="order-customers")
    async def customers(self, request: Request) -> Response:
        """Customers whose address or company has these words; only for who may see them all."""
        _may_see_customers(request)
        words = check_search(request.query_params.get("q"), "q")
        found = await run(lambda: self.platform.customers.search(words))
        return JSONResponse([{"email": each.email, "name": each.company} for each in found])

    @route("/end-customers", methods=["GET"], name="order-end-customers")
    async def end_customers(self, request: Request) -> Response:
        """The end customers of the customer with that address; for the same people."""
        _may_see_customers(request)
        email = request.query_params.get("customer", "")
        customer = await run(lambda: self.platform.customers.by_email(email))
        if customer is None:
            return JSONResponse([])
        key = global_id(Kind.USER, customer.id)
        known = await self.site.read(lambda work: _end_customers(work, key))
        return JSONResponse([{"email": each.email, "name": each.company} for each in known])

    async def _draft(self, request: Request) -> OrderRecord | None:
        """The order of the address if it is a draft. Raises ``Refusal`` where there is none."""
        key = key_in(request)
        record = await run(lambda: self.platform.orders.get(key))
        if record is None:
            raise Refusal(ErrorCode.NOT_FOUND, "There is no such order.")
        return record if record.row.status == OrderState.DRAFT else None

    def _no_draft(self, request: Request) -> Response:
        flash(request, "Only a draft can be edited or deleted.", "info")
        return to(request, page_of(key_in(request)))

    async def _form(
        self, request: Request, typed: TypedOrder, *, no: Exception | None = None, **values: Any
    ) -> Response:
        offers = await run(self._offers)
        sold = sorted({currency for each in offers.values() for currency in each.prices})
        if not typed.currency:
            chosen = DEFAULT_CURRENCY if DEFAULT_CURRENCY in sold else "".join(sold[:1])
            typed = replace(typed, currency=chosen)
        admin = context_of(request)
        context = {"draft": None, "changed": False} | values
        return self.show(
            request,
            "shop/admin/order-form.html",
            status=422 if no else 200,
            typed=typed,
            errors=errors_of(no, typed) if no else {},
            labels=labels_of(typed),
            offers=offers,
            currencies=sold,
            searches=admin.viewer.may(Permission.MANAGE_USERS),
            taxation=admin.installation.configuration.taxation,
            **context,
        )

    def _offers(self) -> dict[str, Variant]:
        """What is on sale, by the ids that the form sends."""
        sold = self.platform.catalogue.on_sale()
        return {global_id(Kind.VARIANT, each.row.id): each for each in sold}

    def _read(self, typed: TypedOrder) -> tuple[UserRow, Sequence[LineInput]]:
        """Raises ``Refusals`` on everything that is wrong."""
        faults, offers = Faults(), self._offers()
        customer = faults.of(lambda: self._customer(typed.customer), None)
        lines = lines_of(typed, offers, faults)
        faults.check()
        if customer is None:
            raise RuntimeError("a customer that was not found is a fault")
        return customer, lines

    def _customer(self, email: str) -> UserRow:
        customer = self.platform.customers.by_email(email)
        if customer is None or customer.is_staff:
            raise Refusal(
                ErrorCode.NOT_FOUND, "There is no customer with that address.", field="customer"
            )
        return customer

    def _create(self, typed: TypedOrder, by: Actor) -> OrderRecord:
        customer, lines = self._read(typed)
        key = _occasion(typed.occasion)
        return self.platform.drafts.create(
            customer, lines, currency=typed.currency, order_id=key, by=by
        )

    def _update(self, key: UUID, typed: TypedOrder, by: Actor) -> None:
        customer, lines = self._read(typed)
        changes = DraftChanges(user=customer, lines=lines, currency=typed.currency)
        version = whole_number(typed.version) or 0
        self.platform.drafts.update(key, changes, by=by, version=version)


def _end_customers(work: UnitOfWork, customer_id: str) -> Sequence[Account]:
    account = work.accounts.of_customer(customer_id)
    return work.accounts.end_customers(account.id) if account else []


def _may_see_customers(request: Request) -> None:
    """Whoever may not list customers types their addresses."""
    if not context_of(request).viewer.may(Permission.MANAGE_USERS):
        raise NotPermitted(f"the permission {Permission.MANAGE_USERS}")


def _rearranged(typed: TypedOrder, act: str) -> TypedOrder:
    """The form with a line more, or without one, as its buttons ask where no script does it."""
    if act == "add":
        return replace(typed, lines=(*typed.lines, TypedLine()))
    gone = whole_number(act.removeprefix("remove-"))
    left = tuple(line for place, line in enumerate(typed.lines) if place != gone)
    return replace(typed, lines=left or (TypedLine(),))


def _occasion(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Refusal(
            ErrorCode.INVALID, "This form is incomplete: open it once more.", field="occasion"
        ) from None


def _is_gone(no: Exception) -> bool:
    return getattr(no, "code", None) is ErrorCode.NOT_FOUND
