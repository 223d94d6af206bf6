"""Browsers that somebody has signed in on before, as OWASP's *device cookies* have it.

Who signs in on one of them is not taken for a stranger of the same network: what others guess there
delays nobody who was here before. The cookie lets nobody in.
"""

from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256
from secrets import token_urlsafe

from itsdangerous import BadSignature, URLSafeSerializer
from starlette.requests import HTTPConnection
from starlette.responses import Response

from bittitan_plugin.domain.addresses import normalized

COOKIE = "bittitan_device"
#: How long a browser is remembered after the last time. Ours.
REMEMBERED = timedelta(days=180)


class Devices:
    """Remembers browsers by a signed cookie. The first key signs, every key is believed."""

    def __init__(self, keys: Sequence[str], *, secure: bool) -> None:
        self._signer = URLSafeSerializer(
            list(reversed(keys)),
            salt="bittitan device",
            signer_kwargs={"key_derivation": "hmac", "digest_method": sha256},
        )
        self._secure = secure

    def known(self, request: HTTPConnection, email: str) -> str | None:
        """The browser's name where that account has signed in on it; None for a stranger."""
        try:
            name, account = self._signer.loads(request.cookies.get(COOKIE, ""))
        except (BadSignature, ValueError, TypeError):
            return None
        return str(name) if account == _account(email) else None

    def remember(self, request: HTTPConnection, response: Response, email: str) -> None:
        """That account has just signed in on this browser."""
        name = self.known(request, email) or token_urlsafe(16)
        response.set_cookie(
            COOKIE,
            str(self._signer.dumps([name, _account(email)])),
            max_age=int(REMEMBERED.total_seconds()),
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )


def _account(email: str) -> str:
    """Whoever uses the browser next learns no address from it."""
    return sha256(normalized(email).encode(errors="replace")).hexdigest()
