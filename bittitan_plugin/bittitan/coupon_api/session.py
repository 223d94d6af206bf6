"""The session with the coupon API: adds its ticket to calls and reads their answers.

One ticket is shared by every thread and renewed before it lapses.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from pydantic_core import from_json

from bittitan_plugin.bittitan.coupon_api.answers import AnswerError, TicketAnswer
from bittitan_plugin.bittitan.coupon_api.calls import Answer, Call, Effect
from bittitan_plugin.bittitan.coupon_api.failures import failure_of_broken
from bittitan_plugin.bittitan.coupon_api.transport import Transport
from bittitan_plugin.domain.errors import BitTitanError, Rejected

#: How long before its expiry a ticket is exchanged for a new one.
RENEW_AHEAD = timedelta(seconds=60)

_PURPOSE = "sign in"
#: Which setting is at fault when the sign-in is refused over one of its inputs.
_SETTINGS = {"email": "api_email", "password": "api_password"}
_OWN_FIELDS = {"api_url", "api_email", "api_password"}

T = TypeVar("T")


@dataclass(frozen=True)
class _Ticket:
    text: str = field(repr=False)
    #: When to exchange it, or None to use it until it is refused.
    renew_at: datetime | None


class Session:
    """Signs in when needed. If several threads need a ticket at once, one signs in for all."""

    def __init__(
        self, transport: Transport, *, email: str, password: str, now: Callable[[], datetime]
    ) -> None:
        self._transport = transport
        self._email = email
        self._password = password
        self._now = now
        self._lock = threading.Lock()
        self._ticket: _Ticket | None = None
        self._flight: Future[_Ticket] | None = None

    def ask(self, call: Call, read: Callable[[object], T]) -> T:
        """The answer as ``read`` understands it.

        ``read`` raises ``AnswerError`` for an answer it cannot accept. Raises ``Rejected``,
        ``Unavailable`` and, for a write, ``OutcomeUnknown``.
        """
        try:
            return read(self.document(call))
        except AnswerError as broken:
            problem = failure_of_broken(call.effect, call.purpose, broken)
        raise problem

    def document(self, call: Call) -> object:
        """The answer's JSON. Raises what ``ask`` raises, and ``AnswerError`` if it is not JSON."""
        ticket = self._usable()
        answer = self._transport.send(call, ticket)
        if answer.status == 401:
            # Refused unread, so that even a write may be sent once more.
            answer = self._transport.send(call, self._usable(refused=ticket))
        return _document(answer)

    def check(self) -> None:
        """Sign in again, whatever ticket there is. Raises what ``_usable`` raises."""
        ticket = self._sign_in(urgent=True)
        with self._lock:
            self._ticket = ticket

    def _usable(self, *, refused: str | None = None) -> str:
        """A ticket to use now; never the ``refused`` one.

        Raises ``Rejected`` (on ``api_email``, ``api_password`` or ``api_url``) or
        ``Unavailable``. A thread that waited for another thread's sign-in shares its failure, so
        that a vendor that hangs gets one call and not one per thread.
        """
        with self._lock:
            if self._ticket and self._ticket.text != refused and not self._is_due(self._ticket):
                return self._ticket.text
            flight, leads = self._flight, False
            if flight is None:
                flight, leads = Future(), True
                self._flight = flight
        if leads:
            self._land(flight)
        return flight.result().text

    def _land(self, flight: "Future[_Ticket]") -> None:
        try:
            ticket = self._sign_in()
        except BaseException as error:
            with self._lock:
                self._flight = None
            flight.set_exception(error)
        else:
            with self._lock:
                self._ticket, self._flight = ticket, None
            flight.set_result(ticket)

    def _is_due(self, ticket: _Ticket) -> bool:
        return ticket.renew_at is not None and ticket.renew_at <= self._now()

    def _sign_in(self, *, urgent: bool = False) -> _Ticket:
        call = Call(
            purpose=_PURPOSE,
            method="POST",
            path="/v1/sessions",
            effect=Effect.READ,
            accepts=frozenset({201}),
            body={"email": self._email, "password": self._password},
            urgent=urgent,
        )
        try:
            answer = self._transport.send(call)
            granted = TicketAnswer.read(_document(answer))
        except Rejected as refusal:
            raise _on_setting(refusal) from None
        except AnswerError as broken:
            raise _on_setting(failure_of_broken(Effect.READ, _PURPOSE, broken)) from None
        # A ticket that looks stale on arrival shows that the clocks differ (or that it is
        # very short-lived): it is used until refused rather than renewed before every call.
        renew_at = granted.expires_at - RENEW_AHEAD
        return _Ticket(granted.ticket, renew_at if renew_at > self._now() else None)


def _document(answer: Answer) -> object:
    if answer.status == 401:  # the sign-in itself, or a ticket that was given just now
        raise Rejected(
            "INVALID_CREDENTIALS",
            "The coupon API does not accept this e-mail address and password.",
            field="api_password",
        )
    return from_json(answer.body)


def _on_setting(failure: BitTitanError) -> BitTitanError:
    """The same failure with the setting at fault; a refusal without a field names the address."""
    if not isinstance(failure, Rejected):
        return failure
    known = failure.field if failure.field in _OWN_FIELDS else None
    setting = known or _SETTINGS.get(failure.field or "", "api_url")
    return Rejected(failure.code, failure.message, field=setting)
