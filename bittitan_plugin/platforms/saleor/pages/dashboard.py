"""Our pages in Saleor's Dashboard: the app's main page, and one each on an order and a customer.

Everything is rendered here. The Dashboard proves who the user is with a token: in the form it posts
to a widget, or in a message to the page in its frame, which posts it to us. From then on every form
has a session that only we can make; only such a form changes anything.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl
from uuid import UUID

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.errors import BitTitanError, Refusal, Unavailable
from bittitan_plugin.platforms.saleor.allowed import normal
from bittitan_plugin.platforms.saleor.apps import SaleorApp
from bittitan_plugin.platforms.saleor.pages import licenses as licences
from bittitan_plugin.platforms.saleor.pages import settings_form
from bittitan_plugin.platforms.saleor.pages.frames import Frames
from bittitan_plugin.platforms.saleor.pages.protocol import BodyTooLarge, read_body
from bittitan_plugin.platforms.saleor.pages.service import SaleorService
from bittitan_plugin.platforms.saleor.sessions import Session, SessionOver
from bittitan_plugin.platforms.saleor.tokens import InvalidToken
from bittitan_plugin.services import problems
from bittitan_plugin.services.catalogue import services_definition
from bittitan_plugin.services.import_report import ServicesDefinition
from bittitan_plugin.services.installations import get_installation
from bittitan_plugin.services.ports import Tenant
from bittitan_plugin.web.problem_buttons import BUTTONS
from bittitan_plugin.web.settings_entries import account_question, grouped

ROOT = "/saleor/dashboard"
#: Objects of Saleor that a page can be about, by the form field that names them.
_ABOUT = ("orderId", "customerId")
_LONGEST_ID = 255
_TOO_LONG = (
    "It has been open for too long, or the app was installed anew meanwhile. Nothing was changed."
)
#: Bytes of the largest form that is read.
LARGEST_FORM = 64 * 1024

Form = Mapping[str, str]


@dataclass(frozen=True)
class _Visit:
    """A user on a page, what they sent, and the message to show first."""

    session: Session
    form: Form
    said: str = ""
    wrong: str = ""
    #: Refused settings, which stay in the form.
    change: settings_form.Change | None = None


def dashboard_routes(service: SaleorService) -> list[Route]:
    """Every page under ``/saleor/dashboard``."""
    dashboard = Dashboard(service)
    pages = {"": dashboard.main, "/order": dashboard.order, "/customer": dashboard.customer}
    changes = {
        "/settings": dashboard.settings,
        "/services-definition": dashboard.services_definition,
        "/asset": dashboard.asset,
        "/problem": dashboard.problem,
    }
    return [
        *(Route(ROOT + path, dashboard.enter, methods=["GET"]) for path in pages),
        *(
            Route(
                ROOT + path, _posted(dashboard, page, {"accessToken", "session"}), methods=["POST"]
            )
            for path, page in pages.items()
        ),
        *(
            Route(ROOT + path, _posted(dashboard, change, {"session"}), methods=["POST"])
            for path, change in changes.items()
        ),
    ]


class Dashboard:
    """Renders the pages. Synchronous except ``enter``; the web calls it in a thread."""

    def __init__(self, service: SaleorService) -> None:
        self._service = service
        self._frames = Frames(service.ports.clock)

    async def enter(self, request: Request) -> Response:
        """A page in a frame before it knows its user."""
        query = request.query_params
        app = await run_in_threadpool(self._app, query.get("saleorApiUrl", ""))
        if app is None:
            return self._frames.notice(
                404,
                "Open this in Saleor's Dashboard",
                "This page belongs to an app of a Saleor that has it installed. Open it under "
                "Extensions in the Dashboard.",
            )
        dashboards = self._service.allowed.frame_ancestors(app.api_url)
        about = {name: query[name][:_LONGEST_ID] for name in _ABOUT if name in query}
        values = {"action": request.url.path, "fields": about, "dashboards": list(dashboards)}
        return self._frames.page("entry.html", dashboards, values)

    def visit(self, form: Form, accepted: set[str]) -> _Visit:
        """Who sent this form. Raises ``InvalidToken``, ``SessionOver`` or ``Unavailable``."""
        if "session" in accepted and form.get("session"):
            return _Visit(self._service.sessions.read(form["session"]), form)
        if "accessToken" in accepted and form.get("accessToken"):
            identity = self._service.tokens.verify(form["accessToken"])
            if identity.from_dashboard:
                return _Visit(self._service.sessions.begin(identity), form)
            raise InvalidToken("it is a user's own, not one that the Dashboard made for this app")
        raise InvalidToken("there is none")

    def main(self, visit: _Visit) -> Response:
        """The app's own page: settings, *Get Services Definition*, problems, newest licences."""
        ports, tenant = self._service.ports, self._tenant(visit)
        installation = get_installation(tenant)
        viewer = visit.session.viewer
        sells = viewer.may(Permission.MANAGE_ORDERS)
        with tenant.reading() as work:
            open_problems = work.problems.open(limit=10) if sells else []
        values = {
            "active": installation.active,
            "may_configure": viewer.may(Permission.MANAGE_PLUGINS),
            "may_sell": viewer.may(Permission.MANAGE_PRODUCTS),
            "groups": grouped(settings_form.entries(ports, installation, visit.change)),
            "question": account_question(
                ports, installation, asked=visit.change is not None and visit.change.asked
            ),
            "problems": open_problems,
            "buttons": BUTTONS,
            "licences": licences.newest(tenant) if sells else None,
        }
        return self._page("dashboard.html", visit, values)

    def order(self, visit: _Visit) -> Response:
        """The licences of the order on the page."""
        return self._list(visit, "orderId", licences.of_order, "This order has no licences.")

    def customer(self, visit: _Visit) -> Response:
        """The licences of the customer on the page."""
        return self._list(
            visit, "customerId", licences.of_customer, "This customer has no licences."
        )

    def settings(self, visit: _Visit) -> Response:
        """Store the settings; switch the plugin on or off."""
        self._require(visit, Permission.MANAGE_PLUGINS)
        ports = self._service.ports
        installation = get_installation(self._tenant(visit))
        change = settings_form.save(
            self._service.plugins,
            installation,
            settings_form.entries(ports, installation),
            visit.form,
            active={"on": True, "off": False}.get(visit.form.get("do", "")),
            changed_by=visit.session.viewer.email,
        )
        if change is None:
            return self.main(replace(visit, said="The settings are saved."))
        wrong = change.errors.get("") or "Nothing was saved: see the settings marked below."
        return self.main(replace(visit, wrong=wrong, change=change))

    def services_definition(self, visit: _Visit) -> Response:
        """*Get Services Definition*; answers when it is done."""
        self._require(visit, Permission.MANAGE_PRODUCTS)
        done = services_definition.fetch(self._tenant(visit), visit.session.viewer.actor)
        return self.main(replace(visit, said=_summary(done)))

    def asset(self, visit: _Visit) -> Response:
        """Synchronize or cancel one licence, then show the page it was done on."""
        self._require(visit, Permission.MANAGE_ORDERS)
        form, session = visit.form, visit.session
        try:
            asset_id = UUID(form.get("assetId", ""))
        except ValueError:
            return self._notice(404, "There is no such licence", "Reload the page.", session.app)
        said = licences.act(
            self._tenant(visit),
            asset_id,
            session.viewer.actor,
            do=form.get("do", ""),
            comment=form.get("comment", ""),
        )
        return self.page_of(replace(visit, said=said))

    def problem(self, visit: _Visit) -> Response:
        """Do a problem's next step, then show the page again."""
        self._require(visit, Permission.MANAGE_ORDERS)
        session = visit.session
        try:
            key = UUID(visit.form.get("problemId", ""))
        except ValueError:
            return self._notice(404, "There is no such problem", "Reload the page.", session.app)
        problems.act(self._tenant(visit), key, session.viewer.actor)
        return self.main(replace(visit, said="It has begun; reload in a moment to see its end."))

    def page_of(self, visit: _Visit) -> Response:
        """The page that the form was on."""
        if visit.form.get("orderId"):
            return self.order(visit)
        return self.customer(visit) if visit.form.get("customerId") else self.main(visit)

    def refused(self, visit: _Visit, message: str) -> Response:
        """The page again, with the reason why nothing was done."""
        return self.page_of(replace(visit, wrong=message))

    def over(self, status: int, text: str) -> Response:
        """The page for an unknown user."""
        return self._notice(status, "Reload this page", text, None)

    def unknown(self, refused: InvalidToken) -> Response:
        """The page for a token that does not open the page."""
        text = (
            f"Its token is not accepted: {refused.message}. Nothing was changed. Open the app anew "
            "under Extensions in the Dashboard; if that is of no use, remove it and "
            "install it anew: settings and assets stay."
        )
        return self._notice(401, "Open this in Saleor's Dashboard", text, None)

    def _list(
        self,
        visit: _Visit,
        about: str,
        find: Callable[..., list[licences.Licence]],
        nothing: str,
    ) -> Response:
        self._require(visit, Permission.MANAGE_ORDERS)
        subject = visit.form.get(about, "")
        found = find(self._tenant(visit), subject[:_LONGEST_ID])
        values = {"licences": found, "nothing": nothing, "place": {about: subject}}
        return self._page("licences.html", visit, values)

    def _page(self, template: str, visit: _Visit, values: Mapping[str, object]) -> Response:
        session = visit.session
        installation = get_installation(self._tenant(visit))
        shared = {
            "session": self._service.sessions.sealed(session),
            "said": visit.said,
            "wrong": visit.wrong,
        }
        return self._frames.page(
            template,
            self._service.allowed.frame_ancestors(session.app.api_url),
            {**shared, **values},
            status=422 if visit.wrong else 200,
            zone=installation.configuration.zone,
        )

    def _tenant(self, visit: _Visit) -> Tenant:
        return Tenant(self._service.ports, visit.session.app.installation_id)

    def _require(self, visit: _Visit, permission: Permission) -> None:
        if not visit.session.viewer.may(permission):
            raise _Forbidden(permission)

    def forbidden(self, visit: _Visit, permission: Permission) -> Response:
        """The page that names the missing permission."""
        text = f"You need Saleor's permission {permission} to see or do this."
        return self._notice(403, "Not permitted", text, visit.session.app)

    def _notice(self, status: int, title: str, text: str, app: SaleorApp | None) -> Response:
        allowed = self._service.allowed
        ancestors = allowed.frame_ancestors(app.api_url) if app else allowed.origins
        return self._frames.notice(status, title, text, ancestors)

    def _app(self, api_url: str) -> SaleorApp | None:
        app = self._service.apps.of_api_url(normal(api_url) or "")
        return app if app is not None and app.is_active else None


class _Forbidden(Exception):
    def __init__(self, permission: Permission) -> None:
        super().__init__(permission)
        self.permission = permission


def _posted(
    dashboard: Dashboard, page: Callable[[_Visit], Response], accepted: set[str]
) -> Callable[[Request], object]:
    """An endpoint that identifies the form's sender before it calls ``page``."""

    def answer(form: Form) -> Response:
        try:
            visit = dashboard.visit(form, accepted)
        except SessionOver:
            return dashboard.over(401, _TOO_LONG)
        except InvalidToken as refused:
            return dashboard.over(401, _TOO_LONG) if refused.expired else dashboard.unknown(refused)
        except Unavailable as failure:
            return dashboard.over(503, failure.message)
        try:
            return page(visit)
        except _Forbidden as refused:
            return dashboard.forbidden(visit, refused.permission)
        except BitTitanError as error:
            return dashboard.refused(visit, _sentence(error))

    async def endpoint(request: Request) -> Response:
        try:
            body = await read_body(request, LARGEST_FORM)
            sent = dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=200))
        except (BodyTooLarge, ValueError):
            return dashboard.over(400, "What was sent is no form of ours. Nothing was changed.")
        return await run_in_threadpool(answer, sent)

    return endpoint


def _sentence(error: BitTitanError) -> str:
    if isinstance(error, Refusal) and error.field:
        return f"{error.field}: {error.message}"
    return str(error)


def _summary(done: ServicesDefinition) -> str:
    counts = f"{done.created} made, {done.updated} brought up to date, {done.unchanged} unchanged"
    skipped = f", {done.skipped_count} left out" if done.skipped_count else ""
    return f"Services definition: {counts}{skipped}."
