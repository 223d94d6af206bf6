"""The back office's long runs: imports and reconciliations, with a bar that survives a reload."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.flash import flash
from starlette_admin.routing import route

from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.reconciliation import MOST_CHANGES
from bittitan_plugin.domain.runs import Run, RunKind
from bittitan_plugin.domain.texts import quoted, whole_number
from bittitan_plugin.services.reconciling import reconciliation
from bittitan_plugin.services.stock.import_runs import start_services_definition
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
from bittitan_plugin.web.site import run

#: The most runs in the list, and each kind's name.
LISTED = 20
NAMES = {
    RunKind.RECONCILIATION: "Reconciliation",
    RunKind.STOCK_IMPORT: "Import of coupon codes",
    RunKind.SERVICES_DEFINITION: "Get services definition",
}


class RunPage(AdminPage):
    """Begins long work and shows how far it has come."""

    path = "/runs"
    menu_label = "Long work"
    icon = "fa-solid fa-bars-progress"

    def is_accessible(self, request: Request) -> bool:
        """Whether the user may begin any kind of run."""
        viewer = context_of(request).viewer
        return viewer.may(Permission.MANAGE_ORDERS) or viewer.may(Permission.MANAGE_PRODUCTS)

    @route("", methods=["GET"], name="runs")
    async def index(self, request: Request) -> Response:
        """The latest runs, and the form of a reconciliation."""
        kind = None if _sees(request, RunKind.RECONCILIATION) else RunKind.SERVICES_DEFINITION
        found = await self.site.read(lambda work: work.runs.latest(kind, LISTED))
        return self.show(request, "runs.html", runs=found, most_changes=MOST_CHANGES)

    @route("/services-definition", methods=["POST"], name="run-services-definition")
    async def services_definition(self, request: Request) -> Response:
        """*Get Services Definition*."""
        _demand(request, Permission.MANAGE_PRODUCTS)
        actor = actor_of(request)
        return await self._begin(
            request, "/products/list", lambda: start_services_definition(self.site.tenant, actor)
        )

    @route("/reconciliation", methods=["POST"], name="run-reconciliation")
    async def reconcile(self, request: Request) -> Response:
        """Compare platform, assets and coupons; correct differences if the form asks for it."""
        _demand(request, Permission.MANAGE_ORDERS)
        form, who = await form_of(request), context_of(request).viewer.email
        most, apply = sent(form, "max_changes").strip(), sent(form, "apply") == "yes"

        def start() -> Run:
            changes = whole_number(most)
            if changes is None or changes < 0:
                raise Refusal(ErrorCode.INVALID, f"{quoted(most)} is not a number of changes.")
            return reconciliation.start(self.site.tenant, who, apply=apply, max_changes=changes)

        return await self._begin(request, "/runs", start)

    @route("/{id}", methods=["GET"], name="run")
    async def one(self, request: Request) -> Response:
        """One run: its bar while it is at work, its report afterwards."""
        key = key_in(request)
        found = await self.site.read(lambda work: work.runs.get(key))
        if not _sees(request, found.kind):
            raise NotPermitted(f"the permission {Permission.MANAGE_ORDERS}")
        return self.show(request, "run.html", run=found)

    async def _begin(self, request: Request, back: str, start: Callable[[], Run]) -> Response:
        try:
            begun = await run(start)
        except SAID_NO as no:
            flash(request, said(no), "error")
            return to(request, back)
        return to(request, f"/runs/{begun.id}")


def _sees(request: Request, kind: RunKind) -> bool:
    """Whether the user may see the report of such a run.

    Reports name orders, customers and codes, so they need MANAGE_ORDERS. The report of *Get
    Services Definition* is for everybody who may begin it, as in GraphQL.
    """
    viewer = context_of(request).viewer
    if kind is RunKind.SERVICES_DEFINITION and viewer.may(Permission.MANAGE_PRODUCTS):
        return True
    return viewer.may(Permission.MANAGE_ORDERS)


def _demand(request: Request, permission: Permission) -> None:
    viewer = context_of(request).viewer
    if not viewer.may(permission):
        raise NotPermitted(f"the permission {permission}")
