"""Recognizes browsers that somebody has signed in on before, by OWASP's *device cookies*.

A sign-in on such a browser is not counted with strangers on the same network: their wrong guesses
do not delay it. The cookie itself signs nobody in. It ends with the user's sessions when the user
ends them all, or changes the password: whoever knew the old one, or made the account before its
owner did, may have collected many such cookies, and each would allow guesses of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from secrets import token_urlsafe

from itsdangerous import BadSignature
from starlette.requests import HTTPConnection
from starlette.responses import Response

from bittitan_plugin.base.clock import Clock
from bittitan_plugin.domain.sign_in import account_mark
from bittitan_plugin.domain.waits import left
from bittitan_plugin.web.sessions import cookie_signer

COOKIE = "bittitan_device"
#: How long a browser is remembered after its last sign-in. Our choice.
REMEMBERED = timedelta(days=180)


@dataclass(frozen=True, kw_only=True)
class Device:
    """A browser on which somebody has signed in."""

    name: str
    #: The user's key as it was then (see ``Identity``): invalid once the user has another.
    user: str


class Devices:
    """Remembers browsers by a signed cookie. The first key signs, every key is accepted."""

    def __init__(self, keys: Sequence[str], clock: Clock, *, secure: bool) -> None:
        self._signer = cookie_signer(keys, "bittitan device")
        self._clock = clock
        self._secure = secure

    def known(self, request: HTTPConnection, email: str) -> Device | None:
        """The browser, where that account has signed in on it; None for a stranger.

        The caller must check whether its user's key is still valid.
        """
        try:
            name, account, user, seconds = self._signer.loads(request.cookies.get(COOKIE, ""))
            until = datetime.fromtimestamp(seconds, UTC) + REMEMBERED
        except (BadSignature, ValueError, TypeError):
            return None
        if account != account_mark(email) or not left(until, self._clock(), REMEMBERED):
            return None
        return Device(name=name, user=user)

    def remember(self, request: HTTPConnection, response: Response, email: str, user: str) -> None:
        """That account has just signed in on this browser, and ``user`` is its key."""
        known = self.known(request, email)
        name = known.name if known and known.user == user else token_urlsafe(16)
        # By a digest: the next user of the browser learns no address from the cookie.
        content = [name, account_mark(email), user, int(self._clock().timestamp())]
        response.set_cookie(
            COOKIE,
            str(self._signer.dumps(content)),
            max_age=int(REMEMBERED.total_seconds()),
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )
