"""The API as an ASGI application: who is asking, whether they may, the answer, and the faults."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    build_schema,
    execute_sync,
    get_operation_ast,
    parse,
    validate,
)
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bittitan_plugin.bittitan.sandbox.endpoint import ABORT
from tests.fakes.saleor.catalogue_mutations import CatalogueMutations
from tests.fakes.saleor.faults import Fault
from tests.fakes.saleor.order_mutations import OrderMutations
from tests.fakes.saleor.queries import Queries
from tests.fakes.saleor.records import App, Asked, User
from tests.fakes.saleor.signing import claims_of
from tests.fakes.saleor.state import FakeSaleor
from tests.fakes.saleor.views import Views

SDL = (Path(__file__).parent / "schema.graphql").read_text(encoding="utf-8")
SCHEMA = build_schema(SDL)

#: What an app needs for a field at the top.
PERMISSIONS = {
    "user": "MANAGE_USERS",
    "orders": "MANAGE_ORDERS",
    "orderFulfill": "MANAGE_ORDERS",
    "orderFulfillmentReturnProducts": "MANAGE_ORDERS",
    "orderGrantRefundCreate": "MANAGE_ORDERS",
    "transactionRequestRefundForGrantedRefund": "HANDLE_PAYMENTS",
    "invoiceCreate": "MANAGE_ORDERS",
    "invoiceUpdate": "MANAGE_ORDERS",
    "updateMetadata": "MANAGE_ORDERS",
    "attributeCreate": "MANAGE_PRODUCT_TYPES_AND_ATTRIBUTES",
    "productTypeCreate": "MANAGE_PRODUCT_TYPES_AND_ATTRIBUTES",
    "productAttributeAssign": "MANAGE_PRODUCT_TYPES_AND_ATTRIBUTES",
    "categoryCreate": "MANAGE_PRODUCTS",
    "collectionCreate": "MANAGE_PRODUCTS",
    "collectionChannelListingUpdate": "MANAGE_PRODUCTS",
    "collectionAddProducts": "MANAGE_PRODUCTS",
    "productBulkCreate": "MANAGE_PRODUCTS",
    "productUpdate": "MANAGE_PRODUCTS",
    "productChannelListingUpdate": "MANAGE_PRODUCTS",
    "productVariantChannelListingUpdate": "MANAGE_PRODUCTS",
}

Resolver = Callable[..., Any]


class Api:
    """Saleor's GraphQL endpoint."""

    def __init__(self, saleor: FakeSaleor) -> None:
        self._saleor = saleor

    async def __call__(self, request: Request) -> Response:
        body = await request.json()
        app = self._app(request)
        operation = _read(body["query"]).name
        fault = self._saleor.faults.take(operation)
        if fault and not fault.after_work:
            return await _faulty(fault, request)
        user = self._user(request)
        answer = await run_in_threadpool(self._answer, body, app, user, operation)
        if fault:
            return await _faulty(fault, request)
        return JSONResponse(answer, status_code=200 if "data" in answer else 400)

    def _app(self, request: Request) -> App | None:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        apps = self._saleor.apps.values()
        return next((app for app in apps if app.active and app.token == token), None)

    def _user(self, request: Request) -> User | None:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return self._saleor.users.get(str(claims_of(token).get("user_id")))

    def _answer(
        self, body: Mapping[str, Any], app: App | None, user: User | None, operation: str
    ) -> dict[str, Any]:
        read = _read(body["query"])
        if read.errors:
            return {"errors": [error.formatted for error in read.errors]}
        saleor = self._saleor
        with saleor.lock:
            saleor.ledger.append(
                Asked(operation, dict(body["variables"]), app.identifier if app else None)
            )
            result = execute_sync(
                SCHEMA,
                read.document,
                root_value=self._root(app, user),
                variable_values=body["variables"],
            )
        return dict(result.formatted)

    def _root(self, app: App | None, user: User | None) -> dict[str, Resolver]:
        saleor = self._saleor
        fields = {
            **Queries(saleor, app).fields(),
            "me": lambda _info: None if user is None else Views(saleor).user(user),
            **OrderMutations(saleor).fields(),
            **CatalogueMutations(saleor).fields(),
        }
        return {name: _guarded(name, resolver, app) for name, resolver in fields.items()}


def create_app(saleor: FakeSaleor) -> Starlette:
    """The application of that Saleor."""

    async def jwks(_request: Request) -> Response:
        saleor.signing.fetched += 1
        if not saleor.signing.published:
            return PlainTextResponse("", status_code=502)
        return JSONResponse(saleor.signing.jwks())

    app = Starlette(
        routes=[
            Route("/graphql/", Api(saleor).__call__, methods=["POST"]),
            Route("/.well-known/jwks.json", jwks),
        ]
    )
    app.state.saleor = saleor
    return app


def _guarded(name: str, resolver: Resolver, app: App | None) -> Resolver:
    needed = PERMISSIONS.get(name)

    def checked(info: object, **arguments: object) -> Any:
        if needed is not None and (app is None or needed not in app.permissions):
            raise GraphQLError(
                f"To access this path, you need one of the following permissions: {needed}",
                extensions={"exception": {"code": "PermissionDenied"}},
            )
        return resolver(info, **arguments)

    return checked


async def _faulty(fault: Fault, request: Request) -> Response:
    if fault.kind == "drop":
        request.state._state[ABORT]()
        return PlainTextResponse("")
    if fault.kind == "silent":
        while (await request.receive())["type"] != "http.disconnect":
            pass
    if fault.kind == "garbage":
        return PlainTextResponse('{"data": {"order"')
    if fault.kind == "errors":
        error = {"message": "oops", "extensions": {"exception": {"code": fault.code}}}
        return JSONResponse({"errors": [error], "data": None})
    headers = {"Retry-After": fault.retry_after} if fault.retry_after else {}
    return PlainTextResponse("<html>no</html>", status_code=fault.status, headers=headers)


@dataclass(frozen=True)
class _Read:
    """A query that was parsed and held against the schema."""

    document: DocumentNode
    name: str
    errors: list[GraphQLError]


@cache
def _read(query: str) -> _Read:
    """The same few queries come again and again, and reading one takes longer than answering it."""
    document = parse(query)
    operation = get_operation_ast(document)
    name = operation.name.value if operation and operation.name else ""
    return _Read(document, name, validate(SCHEMA, document))
