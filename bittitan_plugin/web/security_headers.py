"""Headers that let browsers run only our own scripts and send data only to us.

``PAGES`` is for pages with our own templates. ``ADMIN`` loosens exactly two things for
starlette-admin, because its templates have three inline scripts and inline styles: those scripts
run by a nonce that is new with each answer, and style attributes are allowed.
"""

from secrets import token_urlsafe

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_COMMON = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'; "
)
PAGES = _COMMON + "script-src 'self'; style-src 'self'"
ADMIN = _COMMON + (
    "script-src 'self' 'nonce-{nonce}'; style-src-elem 'self' 'nonce-{nonce}'; "
    "style-src-attr 'unsafe-inline'"
)
#: The name of the answer's nonce in ``request.state``.
NONCE = "csp_nonce"


class SecurityHeaders:
    """ASGI middleware: adds the headers to every answer; ``{nonce}`` in the policy is filled in.

    ``referrer`` is which addresses browsers tell where they come from: this site's, or none where
    the address itself is a secret.
    """

    def __init__(self, app: ASGIApp, policy: str = PAGES, referrer: str = "same-origin") -> None:
        self._app = app
        self._policy = policy
        self._referrer = referrer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer through the wrapped application."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        nonce = token_urlsafe(16)
        scope.setdefault("state", {})[NONCE] = nonce

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add(MutableHeaders(scope=message), nonce)
            await send(message)

        await self._app(scope, receive, with_headers)

    def _add(self, headers: MutableHeaders, nonce: str) -> None:
        headers["Content-Security-Policy"] = self._policy.replace("{nonce}", nonce)
        headers["X-Content-Type-Options"] = "nosniff"
        headers["X-Frame-Options"] = "DENY"
        headers["Referrer-Policy"] = self._referrer
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        if headers.get("content-type", "").startswith("text/html"):
            # Pages show coupon codes and customers; no cache may keep them.
            headers["Cache-Control"] = "no-store"
