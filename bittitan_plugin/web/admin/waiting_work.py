"""The back office's waiting work: what could not be finished, why, and when it is tried again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.routing import route

from bittitan_plugin.domain.access import Permission, Viewer
from bittitan_plugin.domain.errors import ErrorCode
from bittitan_plugin.domain.retries import OVERDUE_AFTER, Retry
from bittitan_plugin.services.next_attempts import try_work_now
from bittitan_plugin.services.workflow_ids import Workflow
from bittitan_plugin.store.queries import back_office
from bittitan_plugin.store.queries.back_office import WaitingLine
from bittitan_plugin.store.queries.browsing import Browser
from bittitan_plugin.store.unit_of_work import UnitOfWork
from bittitan_plugin.web.admin import fields
from bittitan_plugin.web.admin.admin_page import AdminPage, sent
from bittitan_plugin.web.admin.lists import AdminList
from bittitan_plugin.web.admin.wording import spoken
from bittitan_plugin.web.forms import form_of

KEY = "waiting-work"


@dataclass(frozen=True, kw_only=True)
class Row:
    """A line of the list, and how it stands now."""

    line: WaitingLine
    #: WAITING, UNDER_WAY or OVERDUE.
    state: str

    @property
    def id(self) -> str:
        """The id under which the work was first handed in."""
        return self.line.id

    @property
    def retry(self) -> Retry:
        """What waits."""
        return self.line.retry


class WaitingWorkList(AdminList):
    """What waits for another attempt, the next first."""

    key = KEY
    menu_label = "Waiting work"
    display_name = "waiting work"
    icon = "fa-solid fa-hourglass-half"
    permission = Permission.MANAGE_ORDERS
    row_click_navigate = False
    row_actions = []
    fields_default_sort = [("next_attempt_at", False)]
    shown = [
        "state",
        "try_now",
        "workflow",
        "step",
        "order_number",
        "asset",
        "reason",
        "next_attempt_at",
        "attempt",
    ]
    fields = [
        fields.status("state", "State", lambda row: row.state),
        fields.button(
            "try_now",
            "Action",
            lambda row: None if row.retry.is_handed_in else row.id,
            template="fields/list/try-now.html",
        ),
        fields.choice("workflow", "What", lambda row: row.retry.workflow, Workflow),
        fields.text("order_number", "Order", lambda row: row.line.order_number),
        fields.asset_link("asset", "Asset", lambda row: row.line.asset),
        fields.plain("step", "Step", lambda row: spoken(row.retry.step)),
        fields.text("reason", "Why", lambda row: row.retry.reason),
        fields.moment("next_attempt_at", "Next attempt", lambda row: row.retry.next_attempt_at),
        fields.moment("since", "Since", lambda row: row.retry.since),
        fields.number("attempt", "Tried", lambda row: row.retry.attempt),
        fields.choice("error_code", "Kind of reason", lambda row: row.retry.error_code, ErrorCode),
    ]

    def can_view_detail(self, request: Request) -> bool:
        """The row says it all; its asset has a page."""
        return False

    def browser(self, work: UnitOfWork) -> Browser[WaitingLine]:
        """The list's query."""
        return back_office.waiting_work(work)

    def look(self, work: UnitOfWork, key: UUID, viewer: Viewer) -> Any:
        """Nothing: there is no more to show than the row."""
        return None

    async def lines(self, found: Sequence[WaitingLine]) -> Sequence[Row]:
        """Each with its state."""
        due_before = self.site.ports.clock() - OVERDUE_AFTER
        rows = []
        for line in found:
            state = "UNDER_WAY" if line.retry.is_handed_in else "WAITING"
            if line.retry.next_attempt_at < due_before:
                state = "OVERDUE"
            rows.append(Row(line=line, state=state))
        return rows


class WaitingWorkPage(AdminPage):
    """Staff's action on waiting work."""

    path = f"/{KEY}"
    add_to_menu = False
    permission = Permission.MANAGE_ORDERS

    @route("/try-now", methods=["POST"], name="waiting-work-try-now")
    async def try_now(self, request: Request) -> Response:
        """*Try now*; the work's id is sent in the form, because platforms' ids are part of it."""
        work_id = sent(await form_of(request), "work")
        return await self.act(
            request,
            f"/{KEY}/list",
            "It is being tried.",
            lambda: try_work_now(self.site.tenant, work_id),
        )
