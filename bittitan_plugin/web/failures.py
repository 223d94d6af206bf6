"""Turns failures into pages that explain what failed, what was changed, and what to do
next.
"""

from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import quote

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bittitan_plugin.base.cipher import UnreadableSecret
from bittitan_plugin.domain.errors import (
    OF_PLATFORM,
    ErrorCode,
    OutcomeUnknown,
    Refusal,
    Rejected,
    Unavailable,
)
from bittitan_plugin.store.writing import NO_DATABASE, logged_fault
from bittitan_plugin.web.pages import Pages

log = structlog.get_logger(__name__)

SIGN_IN = "/sign-in"
#: Seconds after which to try a page again when something it needs is down. Our choice.
RETRY_AFTER_S = 60
_STATUS = {ErrorCode.NOT_FOUND: 404, ErrorCode.PLUGIN_INACTIVE: 409}


class NotSignedIn(Exception):
    """Nobody is signed in, or no longer; signing in leads back to the page."""


class NotPermitted(Exception):
    """The signed-in user has no permission; the message names the one needed."""


async def answered(
    app: ASGIApp,
    scope: Scope,
    receive: Receive,
    send: Send,
    answer_to: Callable[[Exception], Response | None],
) -> None:
    """Answer through ``app``, and answer its exceptions by ``answer_to``.

    An exception is raised on if ``answer_to`` has no answer, or if something was sent already.
    """
    if scope["type"] != "http":
        await app(scope, receive, send)
        return
    started = False

    async def watched(message: Message) -> None:
        nonlocal started
        started = started or message["type"] == "http.response.start"
        await send(message)

    try:
        await app(scope, receive, watched)
    except Exception as error:
        answer = None if started else answer_to(error)
        if answer is None:
            raise
        await answer(scope, receive, send)


class WithoutDatabase:
    """ASGI middleware: answers 503 without a page when the database is down."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer through the wrapped application, or 503 with the reason."""
        await answered(self._app, scope, receive, send, self._answer)

    @staticmethod
    def _answer(error: Exception) -> Response | None:
        if not isinstance(error, NO_DATABASE):
            return None
        return JSONResponse({"message": f"The database {logged_fault(error)}."}, 503)


class Failures:
    """ASGI middleware: turns what handlers raise into pages, as long as nothing was sent."""

    def __init__(self, app: ASGIApp, pages: Pages) -> None:
        self._app = app
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer through the wrapped application."""
        await answered(
            self._app, scope, receive, send, lambda error: self._answer(Request(scope), error)
        )

    def _answer(self, request: Request, error: Exception) -> Response:
        if isinstance(error, NotSignedIn):
            return RedirectResponse(sign_in_address(request), 303)
        status, title, text = worded(error)
        answer = self._pages.notice(request, status, title, text)
        if status == HTTPStatus.SERVICE_UNAVAILABLE:
            answer.headers["Retry-After"] = str(RETRY_AFTER_S)
        return answer


def sign_in_address(request: Request) -> str:
    """The sign-in's address, with the way back; a form that was sent leads back to its page."""
    came_from = request.url.path
    if request.method == "GET" and request.url.query:
        came_from += f"?{request.url.query}"
    elif request.method != "GET":
        came_from = local_path(request.headers.get("Referer", ""), request) or came_from
    return f"{SIGN_IN}?next={quote(came_from, safe='/')}"


def local_path(address: str, request: Request) -> str | None:
    """The path of an address on this site; None for one that leads anywhere else."""
    base = str(request.base_url)
    root = f"{request.url.scheme}://{request.url.netloc}/"
    for prefix in (base, root):
        if address.startswith(prefix):
            return "/" + address.removeprefix(prefix).lstrip("/")
    inside = address.startswith("/") and not address.startswith(("//", "/\\"))
    return address if inside and not any(ord(c) < 32 for c in address) else None


def worded(error: Exception) -> tuple[int, str, str]:
    """Status, title and text of the page for a failure. An unexpected one is logged."""
    match error:
        case NotPermitted():
            return 403, "This is not for this account", f"It needs {error}."
        case Refusal():
            return _STATUS.get(error.code, 400), "This cannot be done", error.message
        case Rejected():
            return 409, f"{_side(error)} said no", error.message
        case Unavailable():
            return (503, *_waiting(error))
        case OutcomeUnknown():
            return 503, "The answer got lost", f"{error.message} It will be looked up."
        case SQLAlchemyError():
            fault = logged_fault(error)
            return (
                503,
                f"The database {fault.partition(' (')[0].partition(':')[0]}",
                f"It {fault}. Nothing was changed. Orders that come in meanwhile are not lost. "
                "Reload this page in a minute; if it stays like this, tell your administrator.",
            )
        case HTTPException():
            title = HTTPStatus(error.status_code).phrase
            return error.status_code, title, "There is nothing at this address."
        case _:
            log.error("page failed", exc_info=error)
            return (
                500,
                "This page failed",
                "The log says why. Nothing is done twice: go back, reload and try again.",
            )


def _waiting(error: Unavailable) -> tuple[str, str]:
    if isinstance(error, UnreadableSecret):
        return (
            "This cannot be read yet",
            "It is encrypted with a key that this server does not have. Nothing was changed. Try "
            "again in a while; if it stays like this, tell your administrator to look at "
            "BITTITAN_SECRET_KEYS.",
        )
    return f"{_side(error)} cannot be reached", f"{error.message} Try again in a while."


def _side(error: Rejected | Unavailable) -> str:
    return "The shop's platform" if error.reported_as in OF_PLATFORM else "BitTitan"
