"""The back office's assets: the list, and the page of one with all actions on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.actions import ActionSelection, action
from starlette_admin.flash import flash
from starlette_admin.routing import route

from bittitan_plugin.domain.access import Permission, Viewer
from bittitan_plugin.domain.accounts import Account
from bittitan_plugin.domain.assets import Asset, AssetStatus, ProvisioningStatus
from bittitan_plugin.domain.billing import InvoiceReference
from bittitan_plugin.domain.cancellation import CancellationTerms
from bittitan_plugin.domain.catalogue import ProductType
from bittitan_plugin.domain.coupons import CouponStatus
from bittitan_plugin.domain.history import HistoryEntry
from bittitan_plugin.domain.problems import Problem
from bittitan_plugin.domain.requests import CancellationRequest
from bittitan_plugin.domain.retries import Retry
from bittitan_plugin.domain.texts import whole_number
from bittitan_plugin.services.cancelling import cancellation
from bittitan_plugin.services.cancelling.cancellation import cancel
from bittitan_plugin.services.coupons.code_lookup import mark_of
from bittitan_plugin.services.coupons.showing import show_code
from bittitan_plugin.services.next_attempts import try_now
from bittitan_plugin.services.notifications import resend_welcome
from bittitan_plugin.services.selling.assets import AssetChanges, update_asset
from bittitan_plugin.services.selling.provisioning import synchronize
from bittitan_plugin.store.queries import back_office
from bittitan_plugin.store.queries.assets import AssetFilter, AssetSort, asset_list, sort_key
from bittitan_plugin.store.queries.audience import EVERYTHING
from bittitan_plugin.store.queries.back_office import AssetLine
from bittitan_plugin.store.queries.browsing import Browser
from bittitan_plugin.store.queries.keyset import Window
from bittitan_plugin.store.unit_of_work import UnitOfWork
from bittitan_plugin.web.admin import fields
from bittitan_plugin.web.admin.admin_context import context_of
from bittitan_plugin.web.admin.admin_page import (
    SAID_NO,
    AdminPage,
    Question,
    actor_of,
    faults_of,
    key_in,
    sent,
    to,
)
from bittitan_plugin.web.admin.lists import AdminList
from bittitan_plugin.web.admin.many import Deed
from bittitan_plugin.web.admin.wording import at_a_glance, field_name, recorded, spoken
from bittitan_plugin.web.forms import form_of
from bittitan_plugin.web.pages import money
from bittitan_plugin.web.site import run

KEY = "assets"
#: The longest token that identifies a form sent twice, in characters.
LONGEST_OCCASION = 40
#: What staff are told before they cancel.
CANCELLING = (
    "BitTitan takes the coupon back first; then what was invoiced is credited, and what was "
    "received for it paid back. It cannot be undone."
)


@dataclass(frozen=True, kw_only=True)
class Case:
    """Everything about one asset."""

    asset: Asset
    account: Account
    end_customer: Account | None
    history: tuple[HistoryEntry, ...]
    problems: tuple[Problem, ...]
    #: What could not be finished and is tried again, the next first.
    waiting: tuple[Retry, ...]
    request: CancellationRequest | None
    #: The terms of a cancellation, shown before any action.
    terms: CancellationTerms
    #: The coupon code's last characters.
    masked_code: str | None
    #: The path of its order's page below the back office's root, if the platform has one.
    order_page: str | None

    @property
    def id(self) -> UUID:
        """The asset's id."""
        return self.asset.id

    @property
    def glance(self) -> str:
        """The status that matters most."""
        return at_a_glance(self.asset)

    @property
    def under_way(self) -> bool:
        """Whether work on it is in progress."""
        waits = self.asset.provisioning_status is ProvisioningStatus.PENDING
        return self.asset.status is AssetStatus.CANCELLING or (
            waits and self.asset.status is AssetStatus.ACTIVE and not self.asset.provisioning_error
        )

    @property
    def clocks_open(self) -> bool:
        """Whether Expire and Validity can still be changed."""
        return self.asset.requested_at is None or (
            self.asset.provisioning_status is ProvisioningStatus.FAILED
        )


class AssetList(AdminList):
    """Every asset; the newest first."""

    key = KEY
    menu_label = "Assets"
    display_name = "asset"
    icon = "fa-solid fa-ticket"
    permission = Permission.MANAGE_ORDERS
    list_template = "assets.html"
    detail_template = "asset.html"
    fields_default_sort = [("purchase_date", True)]
    shown = [
        "name",
        "glance",
        "account",
        "end_customer",
        "order_number",
        "quantity",
        "total",
        "purchase_date",
    ]
    fields = [
        fields.text("name", "Name", lambda line: line.asset.name),
        fields.status("glance", "At a glance", lambda line: at_a_glance(line.asset)),
        fields.text("account", "Account", lambda line: line.account_email),
        fields.text("end_customer", "End customer", lambda line: line.end_customer_email),
        fields.text("order_number", "Order", lambda line: line.asset.order_number),
        fields.number("quantity", "Licences", lambda line: line.asset.quantity),
        fields.amount("total", "Total", lambda line: line.asset.total),
        fields.moment("purchase_date", "Bought", lambda line: line.asset.purchase_date),
        fields.text("friendly_name", "Friendly name", lambda line: line.asset.friendly_name),
        fields.choice("status", "Status", lambda line: line.asset.status, AssetStatus),
        fields.choice(
            "provisioning_status",
            "Provisioning",
            lambda line: line.asset.provisioning_status,
            ProvisioningStatus,
        ),
        fields.choice(
            "coupon_status", "Coupon", lambda line: line.asset.coupon_status, CouponStatus
        ),
        fields.moment(
            "coupon_expires_at", "Code expires", lambda line: line.asset.coupon_expires_at
        ),
        fields.choice(
            "product_type", "Product type", lambda line: line.asset.product_type, ProductType
        ),
        fields.text("invoice", "Invoice", lambda line: _number(line.asset.invoice), one_line=True),
        fields.text(
            "credit_invoice",
            "Credit",
            lambda line: _number(line.asset.credit_invoice),
            one_line=True,
        ),
    ]

    async def get_pk_value(self, request: Request, obj: AssetLine | Case) -> UUID:
        """A row is identified by the asset's id."""
        return obj.asset.id

    def browser(self, work: UnitOfWork) -> Browser[AssetLine]:
        """The list's query."""
        return back_office.assets(work)

    async def named(self, request: Request, item: AssetLine) -> str:
        """Many have the same name: the order tells them apart."""
        return f"{item.asset.friendly_name or item.asset.name}, order {item.asset.order_number}"

    @action(name="synchronize", text="Synchronize", custom_response=True)
    async def synchronize_many(self, request: Request, selection: ActionSelection) -> Response:
        """Ask again for the coupon of each, or repeat its failed steps."""
        actor, tenant = actor_of(request), self.site.tenant
        deed = Deed(
            title="Synchronize",
            done="being synchronized",
            do=lambda key: synchronize(tenant, key, actor),
        )
        return await self.each(request, selection, deed)

    @action(name="try-now", text="Try now what waits", custom_response=True)
    async def try_many_now(self, request: Request, selection: ActionSelection) -> Response:
        """Try at once what waits for another attempt."""
        tenant = self.site.tenant
        deed = Deed(
            title="Try now what waits", done="being tried", do=lambda key: try_now(tenant, key)
        )
        return await self.each(request, selection, deed)

    @action(name="resend", text="Send the e-mail again", custom_response=True)
    async def resend_many(self, request: Request, selection: ActionSelection) -> Response:
        """The welcome e-mail of each once more, after a question."""
        form, actor, tenant = await form_of(request), actor_of(request), self.site.tenant
        occasion = sent(form, "occasion")[:LONGEST_OCCASION] or uuid4().hex
        deed = Deed(
            title="Send the e-mail again",
            done="sent again",
            question="The buyer of each gets the e-mail with its coupon code once more.",
            typed={"occasion": occasion},
            do=lambda key: resend_welcome(tenant, key, actor, occasion),
        )
        return await self.each(request, selection, deed)

    def look(self, work: UnitOfWork, key: UUID, viewer: Viewer) -> Case:
        """Everything about one asset."""
        ports = self.site.ports
        asset = work.assets.get(key)
        ids = [asset.account_id, *([asset.end_customer_id] if asset.end_customer_id else [])]
        accounts = work.accounts.by_ids(ids)
        code = asset.coupon_code
        return Case(
            asset=asset,
            account=accounts[asset.account_id],
            end_customer=accounts.get(asset.end_customer_id) if asset.end_customer_id else None,
            history=tuple(work.assets.history([key])[key]),
            problems=tuple(work.problems.open_of(key).values()),
            waiting=tuple(work.retries.of_assets([key]).get(key, ())),
            request=work.requests.latest_of(key),
            terms=cancellation.terms(ports, work.installations.by_id(work.installation_id), asset),
            masked_code=ports.cipher.masked(code) if code else None,
            order_page=self.site.platform.order_page(asset.order_id),
        )


class AssetPage(AdminPage):
    """Staff's actions on one asset."""

    path = "/assets"
    add_to_menu = False
    permission = Permission.MANAGE_ORDERS

    @route("/{id}/synchronize", methods=["POST"], name="asset-synchronize")
    async def synchronize(self, request: Request) -> Response:
        """*Synchronize*: ask again for the coupon, or repeat failed steps."""
        key, actor = key_in(request), actor_of(request)
        return await self.act(
            request,
            page_of(key),
            "It is being synchronized with BitTitan.",
            lambda: synchronize(self.site.tenant, key, actor),
        )

    @route("/{id}/try-now", methods=["POST"], name="asset-try-now")
    async def try_now(self, request: Request) -> Response:
        """*Try now*: what waits for another attempt."""
        key = key_in(request)
        return await self.act(
            request,
            page_of(key),
            "It is being tried.",
            lambda: try_now(self.site.tenant, key),
        )

    @route("/{id}/resend", methods=["POST"], name="asset-resend")
    async def resend(self, request: Request) -> Response:
        """*Resend*: the welcome e-mail once more."""
        key, actor, form = key_in(request), actor_of(request), await form_of(request)
        occasion = sent(form, "occasion")[:LONGEST_OCCASION] or None
        return await self.act(
            request,
            page_of(key),
            "The e-mail with the coupon code has been sent again.",
            lambda: resend_welcome(self.site.tenant, key, actor, occasion),
        )

    @route("/find", methods=["POST"], name="asset-find")
    async def find(self, request: Request) -> Response:
        """The page of the asset that holds a code. Sent as a form, because addresses are logged."""
        code = sent(await form_of(request), "code")
        found = await self.site.read(lambda work: self._holding(work, code))
        if found is None:
            flash(request, "No asset holds that code.", "warning")
            return to(request, f"/{KEY}/list")
        return to(request, page_of(found))

    def _holding(self, work: UnitOfWork, code: str) -> UUID | None:
        wanted = AssetFilter(code_mark=mark_of(self.site.ports, work, code))
        newest = sort_key(AssetSort.PURCHASE_DATE, descending=True)
        page = asset_list(work, EVERYTHING, wanted, newest).page(Window(size=1))
        return page.entries[0].item.id if page.entries else None

    @route("/{id}/code", methods=["POST"], name="asset-code")
    async def show_code(self, request: Request) -> Response:
        """The coupon code in full, on a page that is not cached."""
        key, actor = key_in(request), actor_of(request)
        asset, code = await run(lambda: show_code(self.site.tenant, key, actor))
        return self.show(request, "code.html", asset=asset, code=code)

    @route("/{id}/edit", methods=["POST"], name="asset-edit")
    async def edit(self, request: Request) -> Response:
        """Change what may be changed, which also retries a failed asset.

        A refused form keeps what was typed, and names every fault.
        """
        key, actor, form = key_in(request), actor_of(request), await form_of(request)
        names = ("friendly_name", "expire_days", "validity_days")
        typed = {name: sent(form, name).strip() for name in names}
        changes: dict[str, object] = {"friendly_name": typed["friendly_name"] or None}
        for name in ("expire_days", "validity_days"):
            if text := typed[name]:
                number = whole_number(text)
                changes[name] = text if number is None else number
        wanted = AssetChanges(**changes)  # type: ignore[arg-type] # checked by the use case
        try:
            await run(lambda: update_asset(self.site.tenant, key, actor, wanted))
        except SAID_NO as no:
            return self.show(
                request,
                "asset-edit.html",
                status=422,
                typed=typed,
                errors=faults_of(no),
                clocks_open="expire_days" in form,
                action=request.url.path,
            )
        flash(request, "Saved.", "success")
        return to(request, page_of(key))

    @route("/{id}/cancel", methods=["GET"], name="asset-cancel-question")
    async def ask_cancel(self, request: Request) -> Response:
        """What is taken back and credited, and until when that can be."""
        key = key_in(request)
        asset, terms, seen = await self.site.read(lambda work: self._terms(work, key))
        if not terms.allowed:
            flash(request, terms.message, "info")
            return to(request, page_of(key))
        question = Question(
            heading=f"Cancel all {asset.quantity} licences?",
            facts=at_stake(asset, terms),
            terms=f"{terms.message} {CANCELLING}",
            button=f"Cancel all {asset.quantity} licences",
            action=f"/{KEY}/{key}/cancel",
            back=page_of(key),
            comment="Comment, for the record",
            hidden={"seen": str(seen)},
        )
        return self.ask(request, question)

    def _terms(self, work: UnitOfWork, key: UUID) -> tuple[Asset, CancellationTerms, int]:
        asset = work.assets.get(key)
        installation = work.installations.by_id(work.installation_id)
        terms = cancellation.terms(self.site.ports, installation, asset)
        return asset, terms, len(work.assets.history([key])[key])

    @route("/{id}/cancel", methods=["POST"], name="asset-cancel")
    async def cancel(self, request: Request) -> Response:
        """*Cancel*, on the terms that were shown; an outdated page only reports that."""
        key, actor, form = key_in(request), actor_of(request), await form_of(request)
        comment = sent(form, "comment")
        if await self._is_stale(request, key, sent(form, "seen")):
            return to(request, page_of(key))
        return await self.act(
            request,
            page_of(key),
            "The cancellation is being executed: BitTitan first, then the credit.",
            lambda: cancel(self.site.tenant, key, actor, comment),
        )

    async def _is_stale(self, request: Request, key: UUID, seen: str) -> bool:
        """Whether the asset changed since its page was shown; if so, shows what changed."""
        history = await self.site.read(lambda work: work.assets.history([key])[key])
        known = max(whole_number(seen) or 0, 0)
        if known >= len(history):
            return False
        flash(request, _what_changed(history[known:], context_of(request).zone), "warning")
        return True


def _change(entry: HistoryEntry, zone: ZoneInfo) -> str:
    field, who = entry.change.field, entry.actor.name or spoken(entry.actor.kind)
    before = recorded(field, entry.change.before, zone) or "–"
    after = recorded(field, entry.change.after, zone) or "–"
    return f"{field_name(field)}: {before} → {after} (by {who})"


def at_stake(asset: Asset, terms: CancellationTerms) -> dict[str, str]:
    """What a cancellation takes away and gives back, for the question before it."""
    return {
        "Licences": f"{asset.quantity} × {asset.name}",
        "Name": asset.friendly_name or "",
        "Order": asset.order_number,
        "To be credited": money(terms.refund),
    }


def _what_changed(entries: Sequence[HistoryEntry], zone: ZoneInfo) -> str:
    """The changes, a sentence each, the newest last; as many as fit into a message."""
    told = [_change(entry, zone) for entry in entries[-5:]]
    return (
        "Nothing was done, because this page was out of date. Meanwhile: "
        + "; ".join(told)
        + ". Look again, then decide."
    )


def _number(invoice: InvoiceReference | None) -> str | None:
    return invoice.number if invoice else None


def page_of(asset_id: UUID) -> str:
    """The path of an asset's page below the back office's root."""
    return f"/{KEY}/detail?pk={asset_id}"
