"""Calls with a ticket: signed in once more upon 401, and every answer held to its shape."""

from collections.abc import Callable
from typing import TypeVar

from pydantic_core import from_json

from bittitan_plugin.bittitan.coupon_api.answers import AnswerError
from bittitan_plugin.bittitan.coupon_api.calls import Answer, Call
from bittitan_plugin.bittitan.coupon_api.failures import failure_of_broken
from bittitan_plugin.bittitan.coupon_api.session import Session, credentials_refused
from bittitan_plugin.bittitan.coupon_api.transport import Wire

T = TypeVar("T")


class Exchange:
    """What the client's operations are made of."""

    def __init__(self, wire: Wire, session: Session) -> None:
        self._wire = wire
        self._session = session

    def ask(self, call: Call, read: Callable[[object], T]) -> T:
        """The answer as ``read`` understands it.

        ``read`` raises ``AnswerError`` for what it cannot accept. Raises ``Rejected``,
        ``Unavailable`` and, for a write, ``OutcomeUnknown``.
        """
        try:
            return read(self.document(call))
        except AnswerError as broken:
            problem = failure_of_broken(call.effect, call.purpose, broken)
        raise problem

    def document(self, call: Call) -> object:
        """The answer's JSON. Raises as ``ask`` does, and ``AnswerError`` if it is not JSON."""
        return from_json(self._authorized(call).body)

    def _authorized(self, call: Call) -> Answer:
        ticket = self._session.ticket()
        answer = self._wire.send(call, ticket)
        if answer.status == 401:
            # Refused unread, so that even a write may be sent once more.
            answer = self._wire.send(call, self._session.ticket(refused=ticket))
        if answer.status == 401:
            raise credentials_refused()
        return answer
