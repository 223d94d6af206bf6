"""Makes the back office: starlette-admin with our theme, our sign-in and our views."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4
from zoneinfo import ZoneInfo

from jinja2 import PackageLoader, pass_context
from jinja2.runtime import Context
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette_admin.base import BaseAdmin
from starlette_admin.flash import flash
from starlette_admin.security.csrf import CSRFMiddleware
from starlette_admin.views import BaseView, DropDown

from bittitan_plugin.domain.texts import shortened
from bittitan_plugin.web.admin.accounts import AccountList, AccountPage
from bittitan_plugin.web.admin.admin_context import StaffOnly, context_of
from bittitan_plugin.web.admin.admin_page import to
from bittitan_plugin.web.admin.assets import AssetList, AssetPage
from bittitan_plugin.web.admin.audit import AuditList
from bittitan_plugin.web.admin.lists import AdminList
from bittitan_plugin.web.admin.overview import Overview
from bittitan_plugin.web.admin.problems import LEADS, ProblemList, ProblemPage
from bittitan_plugin.web.admin.products import ProductForm, ProductList, ProductPage
from bittitan_plugin.web.admin.requests import RequestList, RequestPage
from bittitan_plugin.web.admin.runs import NAMES, RunPage
from bittitan_plugin.web.admin.settings import SettingsPage
from bittitan_plugin.web.admin.stock import StockList, StockPage
from bittitan_plugin.web.admin.theme import AdminTheme, WithoutInlineCode
from bittitan_plugin.web.admin.waiting_work import WaitingWorkList, WaitingWorkPage
from bittitan_plugin.web.admin.wording import at_a_glance, colour, field_name, recorded, spoken
from bittitan_plugin.web.pages import (
    address_of_accent,
    address_of_logo,
    day,
    days_left,
    instant,
    money,
)
from bittitan_plugin.web.problem_buttons import BUTTONS
from bittitan_plugin.web.security_headers import ADMIN
from bittitan_plugin.web.site import Site

ROOT = "/admin"
#: Routes of starlette-admin that fail for lists without relations.
_UNUSED = frozenset({"relation-lookup"})


def admin_routes(site: Site) -> list[BaseRoute]:
    """The back office as one of the application's routes."""
    office, views = _office(site), _views(site)
    for view in views:
        office.add_view(view)
    lists = {each.key: each for each in _lists(views)}
    for each in lists.values():
        each.templates = office.templates
    office.routes = _routes(office, lists)
    # The pages' own protection already wraps this application.
    theirs: object = CSRFMiddleware
    office.middlewares = [each for each in office.middlewares if each.cls is not theirs]
    holder = Starlette()
    office.mount_to(holder)
    _shorten_errors(office.app)
    return list(holder.routes)


def _office(site: Site) -> BaseAdmin:
    office = BaseAdmin(
        title="BitTitan back office",
        base_url=ROOT,
        theme=AdminTheme(),
        auth_provider=StaffOnly(site),
        # The signer takes a list: the last secret signs and every secret is accepted.
        secret_key=site.form_secrets,  # type: ignore[arg-type]
        middlewares=site.middleware(ADMIN),
        timezone_config=None,
        index_view=Overview(site),
        additional_loaders=[PackageLoader(each) for each in filter(None, [site.platform.package])],
    )
    environment = office.templates.env
    environment.add_extension(WithoutInlineCode)
    environment.globals |= {
        "colour": colour,
        "spoken": spoken,
        "glance": at_a_glance,
        "field_name": field_name,
        "recorded": _recorded,
        "product_form": ProductForm.of,
        "run_names": NAMES,
        "problem_buttons": BUTTONS,
        "problem_leads": LEADS,
        "occasion": lambda: uuid4().hex,
    }
    environment.filters |= {
        "money": money,
        "address_of_logo": address_of_logo,
        "address_of_accent": address_of_accent,
        "instant": _in_zone(instant),
        "day": _in_zone(day),
        "days_left": _days_left,
    }
    return office


def _routes(office: BaseAdmin, lists: Mapping[str | None, AdminList]) -> list[Route | Mount]:
    """starlette-admin's routes, without those that our lists do not use."""
    routed = (each for each in office.routes if isinstance(each, Route))
    show = next(each.endpoint for each in routed if each.name == "list")

    async def action(request: Request) -> Response:
        """An action on rows, such as an export; starlette-admin fails when none is named."""
        if not request.query_params.get("name"):
            return JSONResponse({"msg": "Say which action: name is missing."}, 400)
        # starlette-admin reads the same form, and leaves its files open.
        async with request.form():
            answer: Response = await office.handle_action(request)
        if answer.status_code == 400 and "text/html" in request.headers.get("accept", ""):
            # A page, and no script, waits for the answer.
            flash(request, json.loads(bytes(answer.body))["msg"], "error")
            return to(request, f"/{request.path_params['key']}/list")
        return answer

    async def rows(request: Request) -> Response:
        """A list, with the columns that matter first where the address names none."""
        chosen = lists.get(request.path_params["key"])
        if chosen and chosen.shown and not request.query_params.get("cols"):
            asked = [*request.query_params.multi_items(), ("cols", ",".join(chosen.shown))]
            request = Request(
                {**request.scope, "query_string": urlencode(asked).encode()}, request.receive
            )
        answer: Response = await show(request)
        return answer

    endpoints = dict.fromkeys(_UNUSED, _nothing_here) | {"action": action, "list": rows}
    routes = [
        Route(each.path, endpoints[each.name], methods=each.methods, name=each.name)
        if isinstance(each, Route) and each.name in endpoints
        else each
        for each in office.routes
    ]
    # A route is looked for in this order, and every page links to many files.
    return sorted(routes, key=lambda route: route.name != "static")


def _shorten_errors(application: Starlette) -> None:
    """Have an error's page not repeat all of what was asked, and only users get a page at all."""
    show = application.exception_handlers[HTTPException]

    async def render_error(request: Request, error: Exception) -> Response:
        if not hasattr(request.state, "admin_context"):  # nobody is signed in, as for a file
            return _nothing_here(request)
        if isinstance(error, HTTPException):
            # For an invalid filter the error quotes the whole text.
            error = HTTPException(error.status_code, shortened(str(error.detail)), error.headers)
        answer: Response = await show(request, error)
        return answer

    application.add_exception_handler(HTTPException, render_error)


def _nothing_here(_request: Request) -> Response:
    return PlainTextResponse("There is nothing at this address.", 404)


def _views(site: Site) -> list[BaseView]:
    """The views in the order of the menu."""
    return [
        ProductList(site),
        ProductPage(site),
        _people(site),
        *site.platform.admin_views(site),
        AssetList(site),
        AssetPage(site),
        RequestList(site),
        RequestPage(site),
        StockPage(site),
        StockList(site),
        ProblemList(site),
        ProblemPage(site),
        WaitingWorkList(site),
        WaitingWorkPage(site),
        RunPage(site),
        AuditList(site),
        SettingsPage(site),
    ]


def _lists(views: Iterable[BaseView]) -> Iterator[AdminList]:
    """The lists among them, also within a group of the menu."""
    for view in views:
        if isinstance(view, DropDown):
            yield from _lists(view.views)
        elif isinstance(view, AdminList):
            yield view


def _people(site: Site) -> BaseView:
    """The platform's users, and the accounts that BitTitan knows them by."""
    views: list[type[BaseView] | BaseView] = [
        *site.platform.people_views(site),
        AccountList(site),
        AccountPage(site),
    ]
    return DropDown("People", views, icon="fa-solid fa-users")


def _in_zone(wording: Callable[[Any, ZoneInfo], str]) -> Callable[[Context, Any], str]:
    """A filter that reads the instance's time zone from the request."""

    @pass_context
    def filtered(context: Context, when: Any) -> str:
        return wording(when, context_of(context["request"]).zone)

    return filtered


@pass_context
def _recorded(context: Context, field: str, value: str | None) -> str | None:
    return recorded(field, value, context_of(context["request"]).zone)


@pass_context
def _days_left(context: Context, until: datetime) -> str:
    return days_left(until, context_of(context["request"]).now)
