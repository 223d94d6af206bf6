"""GraphQL over HTTP as Saleor has it, for every schema served here: tokens in, errors out."""

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

from bittitan_plugin.domain.errors import Refusal, Unavailable
from bittitan_plugin.domain.texts import shortened
from bittitan_plugin.store.writing import NO_DATABASE, logged_fault

log = structlog.get_logger(__name__)

#: Bytes of the largest request. Ours: a stock file of five million characters fits in.
LARGEST_REQUEST = 6 * 1024 * 1024


#: Seconds for a request to arrive, as long as the server gives its body, and from then on to its
#: answer. Ours: a mutation waits ten for its work.
LONGEST_ARRIVAL, LONGEST_ANSWER = 120, 60
#: The code of what could not be done because the database is away, full or read-only.
WITHOUT_DATABASE = "DatabaseUnavailable"


class _RequestTooLarge(Exception):
    """More came than is read."""


class _NotUnderstood(Exception):
    """A request that is no GraphQL over HTTP; the message says why."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class GraphQLDoor(GraphQL[dict[str, Any], None]):
    """Strawberry's application: it answers as Saleor does, and refuses in GraphQL's errors."""

    async def run(self, *args: Any, **kwargs: Any) -> Any:
        """As Strawberry, which would refuse in plain text: clients read GraphQL's errors."""
        try:
            return await super().run(*args, **kwargs)
        except HTTPException as refused:
            raise _NotUnderstood(refused.status_code, refused.reason) from None

    def decode_json(self, data: str | bytes) -> object:
        """What was sent.

        Python's own reader fails on nesting and on thousands of digits, and takes halves of
        characters, which can be neither stored nor sent on.
        """
        try:
            return from_json(data)
        except ValueError as error:
            raise _NotUnderstood(400, f"The request is no JSON of text: {error}.") from None

    def parse_json(self, data: str | bytes) -> Any:
        """The request, which is an object; of several in a list Strawberry says more."""
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
        """See ``shown_result``."""
        return shown_result(result)

    def create_response(
        self,
        response_data: GraphQLHTTPResponse | list[GraphQLHTTPResponse],
        sub_response: Response,
    ) -> Response:
        """What could not be done for want of the database is no 200, whatever else was done."""
        answers = response_data if isinstance(response_data, list) else [response_data]
        codes = {_code(error) for answer in answers for error in answer.get("errors") or ()}
        if WITHOUT_DATABASE in codes:
            sub_response.status_code = 503
        return super().create_response(response_data, sub_response)


async def answer(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Have ``app`` answer, which reads ``LARGEST_REQUEST`` bytes at most and in good time.

    What else it raises passes through. Whatever was not answered in time is not left half done.
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
    """Seconds until the whole request is there; only of what is sent anything is waited for."""
    return LONGEST_ARRIVAL if scope.get("method") == "POST" else LONGEST_ANSWER


def _limited(receive: Receive, limit: anyio.CancelScope) -> Receive:
    """The same request, of which never more than ``LARGEST_REQUEST`` bytes are held.

    Once all of it is there, the time for its answer begins. Raises ``_RequestTooLarge`` where the
    byte too many is read.
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
    """An answer as clients see it: data, errors as ``shown_error`` has them, and what it cost."""
    answer: GraphQLHTTPResponse = {"data": result.data}
    if result.errors:
        answer["errors"] = [shown_error(error) for error in result.errors]
    if result.extensions:
        answer["extensions"] = result.extensions
    return answer


def shown_error(error: GraphQLError) -> dict[str, Any]:
    """An error as clients see it, with ``extensions.exception.code``; nothing of our insides.

    What is unforeseen has an ``id`` beside the code, under which the log says all.
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
