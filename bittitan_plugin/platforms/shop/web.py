"""The shop's HTTP routes: GraphQL and its public keys."""

from typing import Any

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from bittitan_graphql.http import GraphQLDoor, answer, bearer_token, error_body
from bittitan_plugin.base.cipher import UnreadableSecret
from bittitan_plugin.platforms.shop.customers import viewer_of
from bittitan_plugin.platforms.shop.platform import ShopPlatform
from bittitan_plugin.platforms.shop.schema import ShopSchema
from bittitan_plugin.platforms.shop.schema.loaders import Loaders
from bittitan_plugin.platforms.shop.tokens import InvalidToken

GRAPHQL_PATH = "/graphql/"
JWKS_PATH = "/.well-known/jwks.json"


def graphql_routes(
    platform: ShopPlatform, schema: ShopSchema, *, graphiql: bool = True
) -> list[BaseRoute]:
    """The routes to mount at the root; GraphiQL is only for development."""

    async def jwks(_request: Request) -> Response:
        try:
            return JSONResponse(dict(await anyio.to_thread.run_sync(platform.tokens.jwks)))
        except UnreadableSecret as unreadable:
            return _without_key(unreadable)

    return [
        Route(GRAPHQL_PATH, ShopGraphQL(platform, schema, graphiql=graphiql)),
        Route(JWKS_PATH, jwks),
    ]


class ShopGraphQL(GraphQLDoor):
    """Strawberry's ASGI app that knows who asks, and hides internal errors from strangers."""

    def __init__(self, platform: ShopPlatform, schema: ShopSchema, *, graphiql: bool) -> None:
        super().__init__(
            schema,
            graphql_ide="graphiql" if graphiql else None,
            allow_queries_via_get=False,
            subscription_protocols=(),
        )
        self._platform = platform
        self._extensions = schema.plugin_extensions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer; an invalid token ends the request before anything runs."""
        try:
            await answer(super().__call__, scope, receive, send)
        except InvalidToken as error:
            body = {"errors": [error_body(error.message, error.code)]}
            await JSONResponse(body, status_code=401)(scope, receive, send)
        except UnreadableSecret as unreadable:
            await _without_key(unreadable)(scope, receive, send)

    async def get_context(
        self, request: Request | WebSocket, response: Response | WebSocket
    ) -> dict[str, Any]:
        """The value of ``info.context`` for resolvers."""
        platform = self._platform
        user = await anyio.to_thread.run_sync(platform.user, bearer_token(request))
        viewer = viewer_of(user)
        context: dict[str, Any] = {
            "request": request,
            "response": response,
            "address": request.client.host if request.client else "unknown",
            "platform": platform,
            "user": user,
            "viewer": viewer,
            "loaders": Loaders(platform),
        }
        for extension in self._extensions:
            context["bittitan"] = extension.request_scope(
                installation=platform.installation, viewer=viewer
            )
        return context


def _without_key(unreadable: UnreadableSecret) -> Response:
    """The answer when this process does not (yet) have the key that unseals the signing key."""
    body = {"errors": [error_body(unreadable.message, unreadable.reported_as)]}
    return JSONResponse(body, status_code=503)
