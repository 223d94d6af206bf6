"""Every address that is served, and what everybody who knocks there is answered.

Answers come down to few words, the most first: ``OK`` (2xx, or a form that led on), ``REFUSED``
(401), ``SIGN_IN`` (led to the door), ``DENIED`` (403), ``NOT_FOUND`` (404), ``BAD`` (another 4xx:
let in, and told what is wrong with what was sent), ``AWAY`` (503).
"""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from types import MethodType
from typing import Any
from uuid import uuid4

import httpx
from starlette.routing import BaseRoute, Host, Mount, Route
from starlette_admin.base import BaseAdmin

from bittitan_plugin.cli.serving import site_of
from bittitan_plugin.platforms.shop.ids import Kind, parse_id
from bittitan_plugin.web.csrf import Csrf
from bittitan_plugin.web.site import Site
from tests.integration.portal.browsing import Visitor
from tests.security.belongings import END_CUSTOMER, RIVAL
from tests.security.matrix import Row, Table
from tests.security.permission_fixture import APP, ELSEWHERE, VIEWERS, Stage, rewound

#: The back office's lists, by starlette-admin's key.
LISTS = (
    "products", "accounts", "orders", "assets", "cancellation-requests", "codes", "problems",
    "waiting-work", "audit", "customers", "staff", "invoices",
)  # fmt: skip
#: How an action's address says which rows it is about: the subject's.
CHOSEN = {"action": "pks={id}", "row-action": "pk={id}"}
#: Whoever is answered with one of these has changed nothing.
CLOSED = frozenset({"REFUSED", "SIGN_IN", "DENIED", "NOT_FOUND"})


@dataclass(frozen=True)
class Address:
    """One route with one method; ``path`` is its pattern."""

    method: str
    path: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def addresses(routes: Sequence[BaseRoute], prefix: str = "") -> Iterator[Address]:
    """Every route there is, whatever it is mounted in."""
    for route in routes:
        if isinstance(route, Route):
            methods = route.methods or {"GET", "POST"}
            for method in sorted(methods - {"HEAD", "OPTIONS"}):
                for path in _named(prefix + route.path):
                    yield from _with_actions(routes, route, Address(method, path))
        elif isinstance(route, Mount) and route.routes:
            yield from addresses(route.routes, prefix + route.path)
        elif isinstance(route, Mount):
            yield Address("GET", f"{prefix}{route.path}/{{file}}")
        else:
            assert not isinstance(route, Host)
            raise TypeError(f"{route!r} is a kind of route that is not tried yet")


def _with_actions(routes: Sequence[BaseRoute], route: Route, address: Address) -> Iterator[Address]:
    """The address and, where it does what its query names, each of the names there are."""
    yield address
    if route.name not in {"action", "row-action"}:
        return
    endpoints = [each.endpoint for each in routes if isinstance(each, Route)]
    bound = [each.__self__ for each in endpoints if isinstance(each, MethodType)]
    office = next(each for each in bound if isinstance(each, BaseAdmin))
    view = office._find_view_by_key(address.path.split("/")[-2])
    names = view._actions if route.name == "action" else view._row_actions
    for name in sorted(names):
        yield replace(address, path=f"{address.path}?name={name}&{CHOSEN[route.name]}")


def _named(path: str) -> list[str]:
    """starlette-admin's own routes are tried for each of our lists."""
    return [path.replace("{key}", each) for each in LISTS] if "{key}" in path else [path]


def area(address: str) -> str:
    """The part of the site that an address belongs to."""
    path = address.partition(" ")[2].replace("/_api/", "/")
    first, second = [*path.strip("/").split("/"), ""][:2]
    if first == "admin":
        return f"/admin/{second}"
    return f"/{first}/" if first in {"portal", "saleor"} else "/"


def table(stage: Stage, asked: Iterable[Address]) -> Table:
    """Every cell of these addresses, really tried."""
    return asyncio.run(_table(stage, asked))


async def _table(stage: Stage, asked: Iterable[Address]) -> Table:
    site = site_of(stage.shop.application, stage.platform)
    found: Table = {}
    with rewound(stage.file) as rewinding:
        browsers = {viewer: await cookies_of(stage, site, viewer) for viewer in VIEWERS}
        for address in asked:
            row = found[str(address)] = Row()
            for viewer in VIEWERS:
                async with _browser(stage, viewer, browsers[viewer]) as client:
                    answered = await _knocked(stage, client, address)
                # Signing out leads to the door, and is meant to.
                closed = answered in CLOSED and not address.path.startswith("/sign-out")
                row[viewer] = rewinding.rewound(answered, closed=closed)
    return found


def _browser(stage: Stage, viewer: str, cookies: httpx.Cookies) -> httpx.AsyncClient:
    client = httpx.AsyncClient(
        transport=httpx.ASGITransport(app=stage.shop.app),
        base_url="http://shop.example",
        cookies=cookies,
    )
    if viewer in {APP, ELSEWHERE}:
        client.headers["Authorization"] = f"Bearer {stage.token(viewer)}"
    return client


async def cookies_of(stage: Stage, site: Site, viewer: str) -> httpx.Cookies:
    """What a browser keeps from any page: a session, and what its forms are taken by."""
    visitor = Visitor(stage.shop.app, site, stage.people.get(viewer))
    async with _browser(stage, viewer, visitor.cookies) as client:
        await client.get("/sign-in")
        return client.cookies


async def _knocked(stage: Stage, client: httpx.AsyncClient, address: Address) -> str:
    path, options = filled(stage, address.path), dict[str, Any]()
    if path in {"/graphql/", "/saleor/graphql/"}:
        options["json"] = {"query": "{ __typename }"}
    elif address.method != "GET" and not path.startswith("/saleor/"):
        options["data"] = {
            "csrftoken": client.cookies[Csrf.cookie_name],
            "once": uuid4().hex,
            "request": str(stage.here.request.id),
            "reason": "It is in use.",
            "comment": "It is in use.",
            "work": stage.here.retry.id,
            "name": "Ours",
            # Of an export: the rows that were chosen.
            "scope": "selected",
            "format": "csv",
        }
    try:
        return outcome(await client.request(address.method, path, **options))
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def outcome(answer: httpx.Response) -> str:
    """What an answer comes down to."""
    status = answer.status_code
    if status in {302, 303, 307}:
        return "SIGN_IN" if answer.headers["location"].startswith("/sign-in") else "OK"
    if status == 400 and answer.text == '{"msg":"Forbidden"}':
        return "DENIED"  # as starlette-admin says it of an action
    named = {401: "REFUSED", 403: "DENIED", 404: "NOT_FOUND", 503: "AWAY"}
    if status in named:
        return named[status]
    return "OK" if status < 400 else "BAD" if status < 500 else f"FAILED {status}"


def filled(stage: Stage, pattern: str) -> str:
    """The path with the subject's keys in it."""
    here = stage.here
    asset, order = here.assets["sold"].id, parse_id(Kind.ORDER, stage.sold.draft)
    executed = parse_id(Kind.ORDER, stage.sold.order)
    invoice = stage.shop.platform.invoices.of_orders([executed])[executed][0]
    if pattern.endswith("/withdraw"):
        asset = here.assets["asked"].id
    keys: dict[str, object] = {
        "/admin/assets/": asset,
        "/portal/licenses/": asset,
        "/portal/end-customers/": here.accounts[END_CUSTOMER].id,
        "/admin/orders/": order,
        "/admin/invoices/": invoice.id,
        "/invoices/": invoice.id,
        "/admin/products/": here.unpublished.id,
        "/admin/accounts/": here.accounts[END_CUSTOMER].id,
        "/admin/problems/": here.problem_id,
        "/admin/runs/": here.run.id,
        "/admin/cancellation-requests/": here.request.id,
        "/admin/stock/revocations/": here.revocation.id,
        "/admin/codes/": here.code.id,
        "/admin/waiting-work/": here.retry.id,
        "/admin/audit/": 1,
        "/admin/customers/": stage.people[RIVAL].id,
        "/admin/staff/": stage.people["no permission"].id,
    }
    for start, key in keys.items():
        if pattern.replace("/_api/", "/").startswith(start):
            pattern = pattern.replace("{id}", str(key)).replace("{id:uuid}", str(key))
            if pattern.endswith("/detail"):
                return f"{pattern}?pk={key}"
    nothing = {"{file}": "nothing", "{token}": "nothing", "{storage}": "x", "{path:path}": "y"}
    for name, value in nothing.items():
        pattern = pattern.replace(name, value)
    if "{" in pattern:
        raise LookupError(f"{pattern}: say in tests/security/routes.py which key belongs there")
    return pattern
