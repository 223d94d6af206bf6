"""The subgraph over HTTP: finds the Saleor and the user of a request.

A request names its Saleor by its token's issuer, or by the header ``Saleor-Api-Url``; with neither
it is about the only registered Saleor. ``/saleor/graphql/``, the address for a gateway, always
answers with the subgraph. ``/graphql/`` is shared with the embedded shop, so there only requests
that name a Saleor get the subgraph.
"""

from typing import Any

from anyio import to_thread
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from bittitan_graphql.context import CONTEXT_KEY, RequestScope
from bittitan_graphql.http import GraphQLDoor, answer, bearer_token, error_body
from bittitan_graphql.subgraph import build_subgraph
from bittitan_plugin.domain.access import ANONYMOUS, Viewer
from bittitan_plugin.domain.errors import ErrorCode, Refusal, Unavailable
from bittitan_plugin.platforms.saleor.allowed import normal
from bittitan_plugin.platforms.saleor.apps import AppState, SaleorApp
from bittitan_plugin.platforms.saleor.pages.service import SaleorService
from bittitan_plugin.platforms.saleor.tokens import InvalidToken
from bittitan_plugin.services.ports import Tenant

PATH = "/saleor/graphql/"


class _Context(dict[str, Any]):
    """The request's context; a field that needs a Saleor fails if none is named."""

    def __missing__(self, key: str) -> Any:
        if key == CONTEXT_KEY:
            raise Refusal(
                ErrorCode.REQUIRED,
                "Say which Saleor this is about: sign in with its token, or send its API address "
                "in the header Saleor-Api-Url.",
            )
        raise KeyError(key)


class SubgraphApp(GraphQLDoor):
    """Strawberry's ASGI app over the subgraph."""

    def __init__(self, service: SaleorService, *, development: bool) -> None:
        super().__init__(
            build_subgraph(introspection=development),
            graphql_ide="graphiql" if development else None,
            allow_queries_via_get=False,
            subscription_protocols=(),
        )
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer; an invalid token ends the request before anything runs."""
        try:
            await answer(super().__call__, scope, receive, send)
        except InvalidToken as error:
            await _errors(401, error.message, error.code)(scope, receive, send)
        except Unavailable as failure:
            await _errors(503, failure.message, "Unavailable")(scope, receive, send)

    async def get_context(
        self, request: Request | WebSocket, response: Response | WebSocket
    ) -> dict[str, Any]:
        """The value of ``info.context`` for resolvers."""
        asking = await to_thread.run_sync(self._asking, request)
        context = _Context(request=request, response=response)
        if asking is not None:
            app, viewer = asking
            context[CONTEXT_KEY] = RequestScope(
                tenant=Tenant(self._service.ports, app.installation_id), viewer=viewer
            )
        return context

    def _asking(self, request: HTTPConnection) -> tuple[SaleorApp, Viewer] | None:
        token = bearer_token(request)
        if token is not None:
            identity = self._service.tokens.verify(token)
            return identity.app, identity.viewer
        app = _named(self._service, request) or _only(self._service)
        return None if app is None else (app, ANONYMOUS)


class ByWhoIsAsking:
    """Two schemas at one address: the subgraph if a request names a Saleor, or ``otherwise``."""

    def __init__(self, service: SaleorService, subgraph: ASGIApp, otherwise: ASGIApp) -> None:
        self._service = service
        self._subgraph = subgraph
        self._otherwise = otherwise

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request to one of the two."""
        about_saleor = await to_thread.run_sync(self._is_about_saleor, HTTPConnection(scope))
        await (self._subgraph if about_saleor else self._otherwise)(scope, receive, send)

    def _is_about_saleor(self, request: HTTPConnection) -> bool:
        if "Saleor-Api-Url" in request.headers:
            return True
        token = bearer_token(request)
        return token is not None and self._service.tokens.app_of(token) is not None


def _named(service: SaleorService, request: HTTPConnection) -> SaleorApp | None:
    app = service.apps.of_api_url(normal(request.headers.get("Saleor-Api-Url", "")) or "")
    return None if app is None or app.state is AppState.UNINSTALLED else app


def _only(service: SaleorService) -> SaleorApp | None:
    active = service.apps.all_active()
    return active[0] if len(active) == 1 else None


def _errors(status: int, message: str, code: str) -> Response:
    return JSONResponse({"errors": [error_body(message, code)]}, status_code=status)
