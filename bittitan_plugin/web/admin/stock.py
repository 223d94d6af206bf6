"""The back office's coupon stock: contents, imports, and codes that staff must revoke."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from uuid import UUID

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.flash import flash
from starlette_admin.routing import route

from bittitan_plugin.domain.access import Permission, Viewer
from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.catalogue import ProductType
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.history import Actor
from bittitan_plugin.domain.revocations import PORTAL_STEPS, Revocation, RevocationState
from bittitan_plugin.domain.stock import StockCode, StockState
from bittitan_plugin.services.cancelling import stock_revocation
from bittitan_plugin.services.stock import withdrawal as stock_withdrawal
from bittitan_plugin.services.stock.import_runs import start_stock_import
from bittitan_plugin.services.stock.importing import ImportMode
from bittitan_plugin.services.stock.reports import stock_report
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
    key_in,
    said,
    sent,
    to,
)
from bittitan_plugin.web.admin.lists import AdminList
from bittitan_plugin.web.forms import form_of
from bittitan_plugin.web.pages import money
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
            return await self._page(request, status=422, error=said(no))
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
        """Take one code out of the stock; the form names the code itself."""

        def do(typed: Mapping[str, str], actor: Actor) -> None:
            _check_sure(typed["sure"])
            key = stock_withdrawal.find_code(self.site.tenant, typed["code"])
            stock_withdrawal.withdraw(self.site.tenant, key, typed["reason"], actor)

        return await self._take_out(request, "Withdrawn: that code is not sold.", do)

    @route("/undo", methods=["POST"], name="stock-undo")
    async def undo(self, request: Request) -> Response:
        """Take an import back, as far as its codes are unsold."""

        def do(typed: Mapping[str, str], actor: Actor) -> None:
            _check_sure(typed["sure"])
            made = _import_id(typed["import"])
            stock_withdrawal.undo_import(self.site.tenant, made, typed["reason"], actor)

        return await self._take_out(request, "Undone: its unsold codes are withdrawn.", do)

    async def _take_out(
        self, request: Request, done: str, act: Callable[[Mapping[str, str], Actor], None]
    ) -> Response:
        """Do it; a refused form keeps what was typed."""
        form, actor = await form_of(request), actor_of(request)
        typed = {name: sent(form, name) for name in ("code", "import", "reason", "sure")}
        try:
            await run(lambda: act(typed, actor))
        except SAID_NO as no:
            return await self._page(request, status=422, error=said(no), typed=typed)
        flash(request, done, "success")
        return to(request, "/stock")

    async def _page(
        self,
        request: Request,
        *,
        status: int = 200,
        error: str = "",
        typed: Mapping[str, str] = MappingProxyType({}),
    ) -> Response:
        report = await run(lambda: stock_report(self.site.tenant))
        return self.show(
            request,
            "stock.html",
            status=status,
            error=error,
            typed=typed,
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


def _check_sure(sure: str) -> None:
    if not sure:
        raise Refusal(ErrorCode.REQUIRED, "Tick the box to say that you are sure.", field="sure")


def _import_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Refusal(ErrorCode.NOT_FOUND, "Choose an import.", field="import") from None


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
