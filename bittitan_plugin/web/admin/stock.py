"""The back office's coupon stock: contents, imports, and codes that staff must revoke."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from uuid import UUID

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.flash import flash
from starlette_admin.routing import route

from bittitan_plugin.domain.access import Permission, Viewer
from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.catalogue import ProductType
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.revocations import PORTAL_STEPS, Revocation, RevocationState
from bittitan_plugin.domain.stock import StockCode, StockState
from bittitan_plugin.domain.texts import check_line
from bittitan_plugin.services.cancelling import stock_revocation
from bittitan_plugin.services.stock import withdrawal as stock_withdrawal
from bittitan_plugin.services.stock.import_runs import start_stock_import
from bittitan_plugin.services.stock.importing import ImportMode
from bittitan_plugin.services.stock.reports import stock_report
from bittitan_plugin.services.stock.withdrawal import Remaining
from bittitan_plugin.store.queries import back_office
from bittitan_plugin.store.queries.browsing import Browser
from bittitan_plugin.store.queries.keyset import Window
from bittitan_plugin.store.queries.lists import revocation_list
from bittitan_plugin.store.queries.stock import newest_imports
from bittitan_plugin.store.unit_of_work import UnitOfWork
from bittitan_plugin.web.admin import fields
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
from bittitan_plugin.web.forms import form_of
from bittitan_plugin.web.pages import counted, money
from bittitan_plugin.web.site import run

#: The most revocations shown; there are few, because customers wait for each.
AWAITING = 100
#: The newest imports, which can be undone here; older ones by id on the command line.
NEWEST = 20

MODES = {
    ImportMode.DRY_RUN: "Dry run: only say what would happen",
    ImportMode.ALL_OR_NONE: "Import, unless a row is bad",
    ImportMode.GOOD_ROWS: "Import the good rows, and list the bad ones",
}

#: The fields of the page's forms.
LABELS = {
    "file": "CSV file",
    "code": "One code",
    "code_reason": "Why the code",
    "import": "A whole import",
    "import_reason": "Why the import",
}


@dataclass(frozen=True, kw_only=True)
class Awaited:
    """A revocation and the asset with its codes."""

    revocation: Revocation
    asset: Asset
    masked_codes: str


@dataclass(frozen=True, kw_only=True)
class CodeLine:
    """A code as a row of the list: never in full."""

    code: StockCode
    masked: str

    @property
    def id(self) -> UUID:
        """The code's id."""
        return self.code.id


class StockPage(AdminPage):
    """The stock's page."""

    path = "/stock"
    menu_label = "Coupon stock"
    icon = "fa-solid fa-boxes-stacked"
    permission = Permission.MANAGE_ORDERS

    @route("", methods=["GET"], name="stock")
    async def index(self, request: Request) -> Response:
        """The stock's contents, what waits, and the form of an import."""
        return await self._page(request)

    @route("/import", methods=["POST"], name="stock-import")
    async def take(self, request: Request) -> Response:
        """Start the durable import of a file of codes."""
        async with request.form() as form:
            file = form.get("file")
            name = file.filename or "" if isinstance(file, UploadFile) else ""
            content = await file.read() if isinstance(file, UploadFile) else b""
            mode = sent(form, "mode")
        chosen = ImportMode(mode) if mode in set(ImportMode) else ImportMode.DRY_RUN
        actor = actor_of(request)
        try:
            begun = await run(
                lambda: start_stock_import(self.site.tenant, actor, name, content, chosen)
            )
        except SAID_NO as no:
            return await self._page(request, mode=chosen, errors=_at(no, {"": "file"}))
        return to(request, f"/runs/{begun.id}")

    @route("/revocations/{id}/confirm", methods=["GET"], name="revocation-confirm-question")
    async def ask_confirm(self, request: Request) -> Response:
        """What follows when the codes were revoked in BitTitan's portal."""
        return await self._ask_about(
            request,
            heading="Were the codes revoked in BitTitan's portal?",
            terms="Then the asset is cancelled: what was invoiced is credited, and what was "
            "received for it paid back. It cannot be undone.",
            button="Yes, revoked: cancel and credit",
        )

    @route("/revocations/{id}/redeemed", methods=["GET"], name="revocation-redeemed-question")
    async def ask_redeemed(self, request: Request) -> Response:
        """What follows when the codes had been used."""
        return await self._ask_about(
            request,
            heading="Had a code been redeemed?",
            terms="Then the sale stands: nothing is credited, and the customer is told so.",
            button="Yes, it had been redeemed",
        )

    async def _ask_about(
        self, request: Request, *, heading: str, terms: str, button: str
    ) -> Response:
        key = key_in(request)
        waiting = await self.site.read(self._awaited)
        found = next((each for each in waiting if each.revocation.id == key), None)
        if found is None:
            flash(request, "Nothing waits there any more.", "info")
            return to(request, "/stock")
        question = Question(
            heading=heading,
            facts={
                "Licences": f"{found.asset.quantity} × {found.asset.name}",
                "Order": found.asset.order_number,
                "Code": found.masked_codes,
                "Sold for": money(found.asset.total),
            },
            terms=terms,
            button=button,
            action=request.url.path.removeprefix(request.scope["root_path"]),
            back="/stock",
        )
        return self.ask(request, question)

    @route("/revocations/{id}/confirm", methods=["POST"], name="revocation-confirm")
    async def confirm(self, request: Request) -> Response:
        """Record that the codes were revoked in BitTitan's portal."""
        key, actor = key_in(request), actor_of(request)
        return await self.act(
            request,
            "/stock",
            "Confirmed: the asset is cancelled and credited.",
            lambda: stock_revocation.confirm(self.site.tenant, key, actor),
        )

    @route("/revocations/{id}/redeemed", methods=["POST"], name="revocation-redeemed")
    async def redeemed(self, request: Request) -> Response:
        """Record that the codes had been used: the sale remains."""
        key, actor = key_in(request), actor_of(request)
        return await self.act(
            request,
            "/stock",
            "Noted: the codes were redeemed, and the sale stands.",
            lambda: stock_revocation.report_redeemed(self.site.tenant, key, actor),
        )

    @route("/withdraw", methods=["POST"], name="stock-withdraw")
    async def withdraw(self, request: Request) -> Response:
        """Take one code out of the stock: asks, by the code itself, then does it."""
        form, actor = await form_of(request), actor_of(request)
        if sent(form, "sure"):
            key, reason = _id_in(form, "code"), sent(form, "reason")
            return await self.act(
                request,
                "/stock",
                "Withdrawn: that code is not sold.",
                lambda: stock_withdrawal.withdraw(self.site.tenant, key, reason, actor),
            )
        typed = {name: sent(form, name) for name in ("code", "code_reason")}
        errors = _faults_of_reason(typed, "code_reason")
        try:
            code = await run(lambda: stock_withdrawal.find_unsold(self.site.tenant, typed["code"]))
        except SAID_NO as no:
            return await self._page(request, typed=typed, errors=_at(no) | errors)
        if errors:
            return await self._page(request, typed=typed, errors=errors)
        return self.ask(request, self._before_withdrawing(code, typed["code_reason"]))

    def _before_withdrawing(self, code: StockCode, reason: str) -> Question:
        return Question(
            heading="Withdraw this code?",
            facts={
                "Code": self.site.ports.cipher.masked(code.code),
                "Product type": code.product_type.label,
                "Licences": str(code.licenses),
                "Why": reason,
            },
            terms="Then it is not sold. The list keeps who withdrew it, when and why; a corrected "
            "row with it can be imported.",
            button="Yes, withdraw it",
            action="/stock/withdraw",
            back="/stock",
            hidden={"code": str(code.id), "reason": reason, "sure": "yes"},
        )

    @route("/undo", methods=["POST"], name="stock-undo")
    async def undo(self, request: Request) -> Response:
        """Take an import back, as far as its codes are unsold: asks, then does it."""
        form, actor = await form_of(request), actor_of(request)
        if sent(form, "sure"):
            key, reason = _id_in(form, "import"), sent(form, "reason")
            return await self.act(
                request,
                "/stock",
                "Undone: its unsold codes are withdrawn.",
                lambda: stock_withdrawal.undo_import(self.site.tenant, key, reason, actor),
            )
        typed = {name: sent(form, name) for name in ("import", "import_reason")}
        errors = _faults_of_reason(typed, "import_reason")
        try:
            made = _id_in(form, "import")
            left = await run(lambda: stock_withdrawal.before_undo(self.site.tenant, made))
        except SAID_NO as no:
            errors = _at(no, {"id": "import"}) | errors
            return await self._page(request, typed=typed, errors=errors)
        if errors:
            return await self._page(request, typed=typed, errors=errors)
        return self.ask(request, _before_undoing(made, left, typed["import_reason"]))

    async def _page(
        self,
        request: Request,
        *,
        mode: ImportMode = ImportMode.DRY_RUN,
        typed: Mapping[str, str] = MappingProxyType({}),
        errors: Mapping[str, str] = MappingProxyType({}),
    ) -> Response:
        """The page; a refused form keeps what was typed."""
        report = await run(lambda: stock_report(self.site.tenant))
        return self.show(
            request,
            "stock.html",
            status=422 if errors else 200,
            mode=mode,
            typed=typed,
            errors=errors,
            labels=LABELS,
            report=report,
            modes=MODES,
            steps=PORTAL_STEPS,
            awaited=await self.site.read(self._awaited),
            imports=await self.site.read(lambda work: newest_imports(work, NEWEST)),
        )

    def _awaited(self, work: UnitOfWork) -> list[Awaited]:
        page = revocation_list(work, [RevocationState.AWAITING]).page(Window(size=AWAITING))
        found = [entry.item for entry in page.entries]
        assets = work.assets.by_ids([each.asset_id for each in found])
        return [
            Awaited(
                revocation=each,
                asset=assets[each.asset_id],
                masked_codes=self._masked(assets[each.asset_id]),
            )
            for each in found
        ]

    def _masked(self, asset: Asset) -> str:
        if asset.coupon_code is None:
            return ""
        return self.site.ports.cipher.masked(asset.coupon_code)


def _before_undoing(made: UUID, left: Remaining, reason: str) -> Question:
    codes = counted(left.unsold.codes, "code", "codes")
    licenses = counted(left.unsold.licenses, "licence", "licences")
    return Question(
        heading="Undo this import?",
        facts={
            "File": left.source,
            "Unsold, will be withdrawn": f"{codes} with {licenses}",
            "Sold, stay": counted(left.sold, "code", "codes"),
            "Why": reason,
        },
        terms="Then what is unsold of it is not sold. The list keeps who withdrew it, when and "
        "why; corrected rows can be imported.",
        button="Yes, undo the import",
        action="/stock/undo",
        back="/stock",
        hidden={"import": str(made), "reason": reason, "sure": "yes"},
    )


def _at(no: Exception, fields: Mapping[str, str] = MappingProxyType({})) -> dict[str, str]:
    """What was refused, by the field of the page where it is said."""
    return {fields.get(name, name): message for name, message in faults_of(no).items()}


def _faults_of_reason(typed: Mapping[str, str], name: str) -> dict[str, str]:
    try:
        check_line(typed[name], "reason")
    except Refusal as no:
        return {name: no.message}
    return {}


def _id_in(form: FormData, name: str) -> UUID:
    try:
        return UUID(sent(form, name))
    except ValueError:
        raise Refusal(ErrorCode.NOT_FOUND, f"Choose one: {LABELS[name]}.", field=name) from None


class StockList(AdminList):
    """Every code of the stock, masked; those expiring soonest first."""

    key = "codes"
    menu_label = "Codes"
    display_name = "code"
    icon = "fa-solid fa-barcode"
    permission = Permission.MANAGE_ORDERS
    row_click_navigate = False
    row_actions = []
    fields_default_sort = ["expires_at"]
    fields = [
        fields.plain("code", "Code", lambda line: line.masked, exported=False),
        fields.choice("state", "State", lambda line: line.code.state, StockState),
        fields.choice(
            "product_type", "Product type", lambda line: line.code.product_type, ProductType
        ),
        fields.text("sku", "Article", lambda line: line.code.sku),
        fields.number("licenses", "Licences", lambda line: line.code.licenses),
        fields.moment("expires_at", "Expires", lambda line: line.code.expires_at),
        fields.text("note", "Note", lambda line: line.code.note),
    ]

    def can_view_detail(self, request: Request) -> bool:
        """A code has no page of its own."""
        return False

    def browser(self, work: UnitOfWork) -> Browser[StockCode]:
        """The list's query."""
        return back_office.stock_codes(work)

    def look(self, work: UnitOfWork, key: UUID, viewer: Viewer) -> Any:
        """Nothing: there is no more to show than the row."""
        return None

    async def lines(self, found: Sequence[StockCode]) -> list[CodeLine]:
        """The rows with their codes masked."""
        cipher = self.site.ports.cipher
        return await run(
            lambda: [CodeLine(code=code, masked=cipher.masked(code.code)) for code in found]
        )
