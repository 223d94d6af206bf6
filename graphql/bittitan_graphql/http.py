"""GraphQL over HTTP as in Saleor, for every schema served here: tokens, limits and errors."""

from typing import Any
from uuid import uuid4

import anyio
import structlog
from cross_web import HTTPException
from graphql import GraphQLError
from pydantic_core import from_json
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from strawberry.asgi import GraphQL
from strawberry.http import GraphQLHTTPResponse
from strawberry.types import ExecutionResult

from bittitan_graphql import graphiql
from bittitan_plugin.domain.errors import Refusal, Unavailable
from bittitan_plugin.domain.texts import shortened
from bittitan_plugin.store.writing import NO_DATABASE, logged_fault

log = structlog.get_logger(__name__)

#: Bytes of the largest request. Our choice: a stock file of five million characters fits in.
LARGEST_REQUEST = 6 * 1024 * 1024


#: Seconds for a request to arrive, the server's own limit for a body, and from then on to its
#: answer. Our choice: a mutation waits ten seconds for its work.
LONGEST_ARRIVAL, LONGEST_ANSWER = 120, 60
#: The code of a failure because the database is down, full or read-only.
WITHOUT_DATABASE = "DatabaseUnavailable"


class _RequestTooLarge(Exception):
    """The request is larger than what is read."""


class _NotUnderstood(Exception):
    """A request that is not GraphQL over HTTP; the message gives the reason."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class GraphQLDoor(GraphQL[dict[str, Any], None]):
    """Strawberry's application, which answers like Saleor and refuses with GraphQL errors."""

    async def run(self, *args: Any, **kwargs: Any) -> Any:
        """Run as Strawberry does, but refuse with GraphQL errors instead of plain text."""
        try:
            return await super().run(*args, **kwargs)
        except HTTPException as refused:
            raise _NotUnderstood(refused.status_code, refused.reason) from None

    async def render_graphql_ide(
        self,
        request: Request,  # noqa: ARG002 - Strawberry's signature
    ) -> Response:
        """GraphiQL from our own files instead of other hosts."""
        return graphiql.page()

    def decode_json(self, data: str | bytes) -> object:
        """The parsed body.

        Python's own parser fails on deep nesting and on thousands of digits, and accepts lone
        surrogates, which can be neither stored nor sent.
        """
        try:
            return from_json(data)
        except ValueError as error:
            raise _NotUnderstood(400, f"The request is no JSON of text: {error}.") from None

    def parse_json(self, data: str | bytes) -> Any:
        """The request, which must be an object; Strawberry handles lists of several."""
        found = super().parse_json(data)
        if not isinstance(found, dict | list):
            text = "A GraphQL request is a JSON object, and so are its variables."
            raise _NotUnderstood(400, text)
        return found

    async def process_result(
        self,
        request: Request,  # noqa: ARG002 - Strawberry's signature
        result: ExecutionResult,
    ) -> GraphQLHTTPResponse:
        """The answer as ``shown_result`` makes it."""
        return shown_result(result)

    def create_response(
        self,
        response_data: GraphQLHTTPResponse | list[GraphQLHTTPResponse],
        sub_response: Response,
    ) -> Response:
        """Answer without 200 if anything failed because the database is unavailable."""
        answers = response_data if isinstance(response_data, list) else [response_data]
        codes = {_code(error) for answer in answers for error in answer.get("errors") or ()}
        if WITHOUT_DATABASE in codes:
            sub_response.status_code = 503
        return super().create_response(response_data, sub_response)


async def answer(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Have ``app`` answer, reading at most ``LARGEST_REQUEST`` bytes within the time limits.

    Other errors are raised on. Work that was not answered in time is not left incomplete.
    """
    try:
        with anyio.fail_after(_first_limit(scope)) as limit:
            await app(scope, _limited(receive, limit), send)
    except _RequestTooLarge:
        text = f"A request may have at most {LARGEST_REQUEST // 1024 // 1024} MB."
        refusal = _refusal(413, text, "RequestTooLarge")
        await refusal(scope, receive, send)
    except _NotUnderstood as error:
        refusal = _refusal(error.status, str(error), "BadRequest")
        await refusal(scope, receive, send)
    except TimeoutError:
        text = (
            f"The request took more than {LONGEST_ARRIVAL} seconds to arrive, or then more than "
            f"{LONGEST_ANSWER} to be answered. See what became of it, then send it again."
        )
        refusal = _refusal(503, text, "Timeout")
        await refusal(scope, receive, send)
    except NO_DATABASE as error:
        refusal = _refusal(503, _without_database(error), WITHOUT_DATABASE)
        await refusal(scope, receive, send)


def _first_limit(scope: Scope) -> int:
    """The first time limit in seconds: for the request to arrive, if it has a body to wait for."""
    return LONGEST_ARRIVAL if scope.get("method") == "POST" else LONGEST_ANSWER


def _limited(receive: Receive, limit: anyio.CancelScope) -> Receive:
    """The same request, reading never more than ``LARGEST_REQUEST`` bytes.

    Once all of it has arrived, the time for its answer begins. Raises ``_RequestTooLarge`` at the
    first byte too many.
    """
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > LARGEST_REQUEST:
            raise _RequestTooLarge
        if message["type"] == "http.request" and not message.get("more_body", False):
            limit.deadline = anyio.current_time() + LONGEST_ANSWER
        return message

    return counted


def _refusal(status: int, text: str, code: str) -> Response:
    return JSONResponse({"errors": [error_body(text, code)]}, status)


def bearer_token(request: HTTPConnection) -> str | None:
    """The token of ``Authorization: Bearer`` or of Saleor's ``Authorization-Bearer``."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() in {"bearer", "jwt"} and token.strip():
        return token.strip()
    return request.headers.get("Authorization-Bearer", "").strip() or None


def _code(error: object) -> object:
    extensions = error.get("extensions", {}) if isinstance(error, dict) else {}
    return extensions.get("exception", {}).get("code")


def shown_result(result: ExecutionResult) -> GraphQLHTTPResponse:
    """An answer for clients: data, errors as ``shown_error`` makes them, and its cost."""
    answer: GraphQLHTTPResponse = {"data": result.data}
    if result.errors:
        answer["errors"] = [shown_error(error) for error in result.errors]
    if result.extensions:
        answer["extensions"] = result.extensions
    return answer


def shown_error(error: GraphQLError) -> dict[str, Any]:
    """An error for clients, with ``extensions.exception.code`` and without internals.

    An unexpected error has an ``id`` beside the code, by which the log has the details.
    """
    cause = error.original_error
    shown: dict[str, Any] = {**error.formatted, "message": shortened(error.message)}
    if isinstance(cause, Refusal):
        shown |= error_body(cause.message, cause.code, field=cause.field)
    elif isinstance(cause, Unavailable):
        shown |= error_body(cause.message, cause.reported_as)
    elif isinstance(cause, NO_DATABASE):
        shown |= error_body(_without_database(cause), WITHOUT_DATABASE)
    elif cause is None or isinstance(cause, GraphQLError):
        shown["extensions"] = {"exception": {"code": "GraphQLError"}, **(error.extensions or {})}
    else:
        id_ = uuid4().hex
        log.error("resolver failed", id=id_, path=error.path, exc_info=cause)
        shown |= error_body("Internal Server Error", "InternalServerError")
        shown["extensions"]["exception"]["id"] = id_
    return shown


def _without_database(error: SQLAlchemyError) -> str:
    return f"The database {logged_fault(error)}. See what became of it, then send it again."


def error_body(message: str, code: str, **more: str | None) -> dict[str, Any]:
    """One error of an answer."""
    return {"message": message, "extensions": {"exception": {"code": code}, **more}}
