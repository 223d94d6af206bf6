"""The back office's problems: what needs a person, each with its next step as a button."""

from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.routing import route

from bittitan_plugin.domain.access import Permission, Viewer
from bittitan_plugin.domain.problems import Problem, ProblemAction, ProblemKind
from bittitan_plugin.services import problems
from bittitan_plugin.store.queries import back_office
from bittitan_plugin.store.queries.browsing import Browser
from bittitan_plugin.store.unit_of_work import UnitOfWork
from bittitan_plugin.web.admin import fields
from bittitan_plugin.web.admin.admin_page import AdminPage, actor_of, key_in
from bittitan_plugin.web.admin.lists import AdminList

KEY = "problems"

#: The link of a problem that is solved elsewhere: its text, and the path from the root.
LEADS = {
    ProblemAction.OPEN_SETTINGS: ("Open the settings", "/settings"),
    ProblemAction.CONFIRM_REVOCATION: ("Open the revocations", "/stock"),
}


class ProblemList(AdminList):
    """Every problem; those that are open come first."""

    key = KEY
    menu_label = "Problems"
    display_name = "problem"
    icon = "fa-solid fa-triangle-exclamation"
    permission = Permission.MANAGE_ORDERS
    detail_template = "problem.html"
    fields_default_sort = [("resolved_at", True), ("first_at", True)]
    shown = ["message", "state", "next_step", "occurrences", "first_at", "last_at"]
    fields = [
        fields.text("message", "What happened", lambda it: it.message),
        fields.status("state", "State", lambda it: "RESOLVED" if it.resolved_at else "OPEN"),
        fields.choice("kind", "Kind", lambda it: it.kind, ProblemKind),
        fields.plain("next_step", "Next step", lambda it: it.next_step),
        fields.number("occurrences", "Times", lambda it: it.occurrences),
        fields.moment("first_at", "Since", lambda it: it.first_at),
        fields.moment("last_at", "Last", lambda it: it.last_at),
        fields.moment("resolved_at", "Resolved", lambda it: it.resolved_at),
    ]

    def browser(self, work: UnitOfWork) -> Browser[Problem]:
        """The list's query."""
        return back_office.problems(work)

    def look(self, work: UnitOfWork, key: UUID, viewer: Viewer) -> Any:
        """The problem."""
        return work.problems.get(key)


class ProblemPage(AdminPage):
    """Staff's actions on a problem."""

    path = f"/{KEY}"
    add_to_menu = False
    permission = Permission.MANAGE_ORDERS

    @route("/{id}/act", methods=["POST"], name="problem-act")
    async def act_on(self, request: Request) -> Response:
        """Do the problem's next step."""
        key, actor = key_in(request), actor_of(request)
        return await self.act(
            request,
            page_of(key),
            "It is being done; the problem closes by itself when its cause is gone.",
            lambda: problems.act(self.site.tenant, key, actor),
        )

    @route("/{id}/dismiss", methods=["POST"], name="problem-dismiss")
    async def dismiss(self, request: Request) -> Response:
        """Put it aside until it happens again."""
        key, actor = key_in(request), actor_of(request)
        return await self.act(
            request,
            f"/{KEY}/list",
            "Put aside until it happens again.",
            lambda: problems.dismiss(self.site.tenant, key, actor),
        )


def page_of(problem_id: UUID) -> str:
    """The path of a problem's page below the back office's root."""
    return f"/{KEY}/detail?pk={problem_id}"
