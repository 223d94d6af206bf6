"""Browsers that somebody has signed in on before, as OWASP's *device cookies* have it.

Who signs in on one of them is not taken for a stranger of the same network: what others guess there
delays nobody who was here before. The cookie lets nobody in. It ends with the user's sessions when
the user ends them all, or changes the password: whoever knew the old one, or made the account
before its owner did, may have gathered any number of these, and each would have guesses of its own.
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
#: How long a browser is remembered after the last time. Ours.
REMEMBERED = timedelta(days=180)


@dataclass(frozen=True, kw_only=True)
class Device:
    """A browser on which somebody has signed in."""

    name: str
    #: The user's key as it was then (see ``Identity``): worth nothing once the user has another.
    user: str


class Devices:
    """Remembers browsers by a signed cookie. The first key signs, every key is believed."""

    def __init__(self, keys: Sequence[str], clock: Clock, *, secure: bool) -> None:
        self._signer = cookie_signer(keys, "bittitan device")
        self._clock = clock
        self._secure = secure

    def known(self, request: HTTPConnection, email: str) -> Device | None:
        """The browser, where that account has signed in on it; None for a stranger.

        Whether its user's key is still good is for the caller to see.
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
        # By its mark: whoever uses the browser next learns no address from the cookie.
        content = [name, account_mark(email), user, int(self._clock().timestamp())]
        response.set_cookie(
            COOKIE,
            str(self._signer.dumps(content)),
            max_age=int(REMEMBERED.total_seconds()),
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )
