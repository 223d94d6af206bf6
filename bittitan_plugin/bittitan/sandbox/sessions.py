"""Tickets of the sandbox: random, and valid until their expiry by the sandbox's clock."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from bittitan_plugin.bittitan.sandbox.errors import ApiError
from bittitan_plugin.bittitan.sandbox.inputs import SessionInput


class Sessions:
    """One account may sign in; any number of its tickets are valid side by side."""

    def __init__(
        self, now: Callable[[], datetime], *, email: str, password: str, lifetime: timedelta
    ) -> None:
        self._now = now
        self._account = SessionInput(email=email, password=password)
        self._lifetime = lifetime
        self._tickets: dict[str, datetime] = {}
        #: The number of successful sign-ins.
        self.granted = 0

    def sign_in(self, request: SessionInput) -> tuple[str, datetime]:
        """A new ticket and its expiry. Raises 401 ``INVALID_CREDENTIALS``."""
        known = request.email.casefold() == self._account.email.casefold()
        fits = secrets.compare_digest(request.password.encode(), self._account.password.encode())
        if not (known and fits):
            raise ApiError(401, "INVALID_CREDENTIALS", "Unknown e-mail address or wrong password.")
        ticket, expires_at = secrets.token_urlsafe(24), self._now() + self._lifetime
        self._tickets[ticket] = expires_at
        self.granted += 1
        return ticket, expires_at

    def check(self, authorization: str | None) -> None:
        """Raises 401 ``TICKET_REQUIRED`` or ``TICKET_INVALID``."""
        scheme, _, ticket = (authorization or "").partition(" ")
        if scheme != "Ticket":
            raise ApiError(401, "TICKET_REQUIRED", "Sign in at POST /v1/sessions.")
        if self._tickets.get(ticket, self._now()) <= self._now():
            raise ApiError(401, "TICKET_INVALID", "The ticket is unknown or has expired.")

    def revoke_all(self) -> None:
        """Make every ticket given so far invalid."""
        self._tickets.clear()
