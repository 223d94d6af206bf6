"""Sessions of the pages, in one signed cookie.

The cookie holds a session's id, the user's key and when it began, signed with the process's
secret keys; nothing in it is secret and nothing can be forged. It ends after ``LIFETIME``; when its
user signs out (``store/ended_sessions.py``); or when the platform's ``Identity`` no longer knows
its key, as after a user has ended all sessions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe

from itsdangerous import BadSignature, URLSafeSerializer
from starlette.requests import HTTPConnection
from starlette.responses import Response

from bittitan_plugin.base.clock import Clock
from bittitan_plugin.domain.waits import left

COOKIE = "bittitan_session"
#: How long a session lasts. Our choice: a long working day.
LIFETIME = timedelta(hours=10)


@dataclass(frozen=True, kw_only=True)
class Session:
    """One person signed in on one browser."""

    id: str
    #: The user's key as the platform's ``Identity`` gave it.
    user: str
    began: datetime

    @property
    def runs_out_at(self) -> datetime:
        """The instant from which its cookie is invalid."""
        return self.began + LIFETIME


def cookie_signer(keys: Sequence[str], purpose: str) -> URLSafeSerializer:
    """Signs cookies of one purpose: the first key signs, every key is accepted."""
    return URLSafeSerializer(
        list(reversed(keys)),
        salt=purpose,
        signer_kwargs={"key_derivation": "hmac", "digest_method": sha256},
    )


class Sessions:
    """Opens, reads and closes sessions. The first key signs, every key is accepted."""

    def __init__(self, keys: Sequence[str], clock: Clock, *, secure: bool) -> None:
        self._signer = cookie_signer(keys, "bittitan session")
        self._clock = clock
        #: Whether cookies are sent over TLS only.
        self.secure = secure

    def open(self, response: Response, user: str) -> None:
        """Sign that user in, with a new session id each time, so that none can be planted."""
        content = [token_urlsafe(16), user, int(self._clock().timestamp())]
        response.set_cookie(
            COOKIE,
            str(self._signer.dumps(content)),
            max_age=int(LIFETIME.total_seconds()),
            secure=self.secure,
            httponly=True,
            samesite="lax",
        )

    def close(self, response: Response) -> None:
        """Make the browser delete its session."""
        response.delete_cookie(COOKIE, secure=self.secure, httponly=True, samesite="lax")

    def read(self, request: HTTPConnection) -> Session | None:
        """The session of a request; None without one, for a forged one, or an expired one.

        The caller must check whether it was ended since.
        """
        try:
            key, user, began = self._signer.loads(request.cookies.get(COOKIE, ""))
            session = Session(id=key, user=user, began=datetime.fromtimestamp(began, UTC))
        except (BadSignature, ValueError, TypeError):
            return None
        return session if left(session.runs_out_at, self._clock(), LIFETIME) else None
