"""No other site can make a signed-in browser change anything here.

Two locks. Browsers say where a request comes from (``Sec-Fetch-Site``): what comes from another
site is refused. And every form carries the token of a signed cookie, which is starlette-admin's
own protection, used for all pages alike.
"""

from collections.abc import Sequence

from starlette.middleware.base import RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp
from starlette_admin.security.csrf import CSRFMiddleware, csrf_input

from bittitan_plugin.web.pages import Pages

__all__ = ["Csrf", "csrf_input"]


class Csrf(CSRFMiddleware):
    """Refuses forged forms with a page that says what to do."""

    def __init__(self, app: ASGIApp, secrets: Sequence[str], pages: Pages) -> None:
        # The last signs and every one is believed, as the signer takes a list.
        super().__init__(app, list(secrets))  # type: ignore[arg-type]
        self._pages = pages

    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        """Let the request through if this site's own page sent it."""
        changing = request.method not in self.safe_methods
        origin = request.headers.get("Sec-Fetch-Site", "same-origin")
        if changing and origin not in {"same-origin", "none"}:
            return self._refused(request)
        response = await super().dispatch(request, call_next)
        # The base class refuses in plain text; what a handler answers is never of this type.
        if changing and isinstance(response, PlainTextResponse) and response.status_code == 403:
            return self._refused(request)
        return response

    async def _get_submitted_token(self, request: Request) -> str | None:
        """As the base class, which leaves files of a form open until they are collected."""
        token = request.headers.get(self.header_name)
        if token is not None:
            return token
        # Kept, so that the handler behind can read it once more.
        await request.body()
        async with request.form() as form:
            return str(form.get(self.field_name) or "")

    def _refused(self, request: Request) -> Response:
        return self._pages.notice(
            request,
            403,
            "This form is out of date",
            "It was not sent by a page of this site that is still valid, so nothing was changed. "
            "Go back, reload the page and send it again.",
        )
