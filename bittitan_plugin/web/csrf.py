"""Stops other sites from making a signed-in browser change anything here (CSRF).

There are two checks. Browsers name the origin of a request (``Sec-Fetch-Site``): one from another
site is refused. And every form carries the token of a signed cookie. The token belongs to the
session it was made in, so that nobody can plant a token of their own in a browser beforehand.
"""

from collections.abc import Sequence
from secrets import compare_digest, token_hex

from itsdangerous import BadSignature, URLSafeSerializer
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp
from starlette_admin.security.csrf import CSRFMiddleware, csrf_input

from bittitan_plugin.web.pages import Pages
from bittitan_plugin.web.sessions import Sessions

__all__ = ["Csrf", "csrf_input"]


#: What the tokens are signed for.
_SALT = "bittitan-csrf"


class Csrf(BaseHTTPMiddleware):
    """Refuses forged forms with a page that explains what to do."""

    # The token has starlette-admin's name and places, because its pages and scripts carry it.
    cookie_name = CSRFMiddleware.cookie_name
    header_name = CSRFMiddleware.header_name
    field_name = CSRFMiddleware.field_name
    safe_methods = CSRFMiddleware.safe_methods

    def __init__(
        self, app: ASGIApp, secrets: Sequence[str], pages: Pages, sessions: Sessions
    ) -> None:
        super().__init__(app)
        # The last secret signs and every secret is accepted.
        self._signer = URLSafeSerializer(list(secrets), salt=_SALT)
        self._pages = pages
        self._sessions = sessions

    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        """Let the request through if this site's own page sent it."""
        kept = self._kept(request)
        token = kept or self._new(request)
        request.state.csrf_token = token
        if request.method not in self.safe_methods and not await self._is_ours(request, kept):
            return self._refused(request)
        response = await call_next(request)
        if token != kept:
            # Readable by scripts: those of starlette-admin send it in a header.
            response.set_cookie(
                self.cookie_name, token, samesite="lax", secure=self._sessions.secure
            )
        return response

    def _new(self, request: Request) -> str:
        session = self._sessions.read(request)
        # A session has one token: otherwise each of several pages loaded at once would have its
        # own, and the browser keeps only the last.
        content = [session.id, ""] if session else ["", token_hex(32)]
        return str(self._signer.dumps(content))

    def _kept(self, request: Request) -> str:
        """The token in the browser's cookie; empty when it is not ours or another session's.

        Where nobody is signed in (any more), any of ours is accepted: it can change nothing, and
        a form sent after its session ended leads to the sign-in and back.
        """
        kept = request.cookies.get(self.cookie_name, "")
        try:
            session_id, _ = self._signer.loads(kept)
        except (BadSignature, ValueError, TypeError):
            return ""
        session = self._sessions.read(request)
        return kept if session is None or session.id == session_id else ""

    async def _is_ours(self, request: Request, kept: str) -> bool:
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
            return False
        sent = await self._sent(request)
        return bool(kept) and compare_digest(sent.encode(errors="replace"), kept.encode())

    async def _sent(self, request: Request) -> str:
        """The token that was sent, in a header or in a form, whose files do not stay open."""
        token = request.headers.get(self.header_name)
        if token is not None:
            return token
        # Kept, so that the handler can read it again.
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
