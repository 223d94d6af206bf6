"""A customer's request to cancel an asset: what can become of it, and what each answer leads to.

Requests are values, as assets are. A request is decided once: a second decision is refused, with
the first one in the message.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from bittitan_plugin.domain.described import Described
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.texts import is_text, seen

#: Longest comment of a customer, and reason of staff, in characters. The limit is our choice.
LONGEST_TEXT = 1000
#: How long before its deadline staff are reminded of a pending request. Our choice.
REMINDER_BEFORE = timedelta(hours=48)


class RequestState(Described):
    """What became of a request. All but the first are final, unless BitTitan overrules."""

    PENDING = "PENDING", "Staff have not decided yet."
    WITHDRAWN = "WITHDRAWN", "The customer took it back."
    ACCEPTED = "ACCEPTED", "The cancellation executes, or has been executed."
    REFUSED = "REFUSED", "Staff said no, or BitTitan did not take the coupon back."
    EXPIRED = "EXPIRED", "Nobody decided before the deadline."


#: Who decided, where BitTitan did not take the coupon back.
_VENDOR = "BitTitan"


@dataclass(frozen=True, kw_only=True)
class CancellationRequest:
    """One customer's wish to have one asset cancelled."""

    id: UUID
    asset_id: UUID
    #: Where answers go: the address of whoever asked.
    requested_by: str
    #: Why, in the customer's words; may be empty.
    comment: str
    created_at: datetime
    #: The first instant at which it is too late, as it was when it was asked.
    deadline: datetime
    state: RequestState = RequestState.PENDING
    decided_at: datetime | None = None
    #: An e-mail address, or a word for another decider; None while it is pending.
    decided_by: str | None = None
    #: Why it was refused.
    reason: str | None = None
    #: When staff were reminded, or first notified if that was late enough to need no reminder.
    reminded_at: datetime | None = None

    @property
    def is_pending(self) -> bool:
        """Whether it can still be decided."""
        return self.state is RequestState.PENDING

    def withdrawn(self, at: datetime, by: str) -> "CancellationRequest":
        """The customer takes it back. Raises ``Refusal`` once it is decided."""
        return self._decided(RequestState.WITHDRAWN, at, by)

    def accepted(self, at: datetime, by: str) -> "CancellationRequest":
        """The cancellation goes ahead. Raises ``Refusal`` once it is decided."""
        return self._decided(RequestState.ACCEPTED, at, by)

    def refused(self, at: datetime, by: str, reason: str) -> "CancellationRequest":
        """Staff refuse it. Raises ``Refusal`` once it is decided, or without a reason."""
        if not reason.strip():
            raise Refusal(
                ErrorCode.REQUIRED, "Say why: the customer is told the reason.", field="reason"
            )
        reason = check_text(reason, field="reason")
        return replace(self._decided(RequestState.REFUSED, at, by), reason=reason)

    def expired(self, at: datetime) -> "CancellationRequest":
        """Nobody decided in time. Raises ``Refusal`` once it is decided."""
        return self._decided(RequestState.EXPIRED, at, "deadline")

    def overruled(self, at: datetime, reason: str) -> "CancellationRequest":
        """It was accepted, and BitTitan did not take the coupon back. Repeating it is harmless."""
        if self.state is not RequestState.ACCEPTED:
            return self
        return replace(
            self, state=RequestState.REFUSED, decided_at=at, decided_by=_VENDOR, reason=reason
        )

    def is_overruled_since(self, at: datetime) -> bool:
        """Whether BitTitan's refusal has become the answer to it, then or later."""
        decided = self.decided_at is not None and self.decided_at >= at
        return self.state is RequestState.REFUSED and self.decided_by == _VENDOR and decided

    def reminder_due(self, now: datetime) -> bool:
        """Whether staff must be reminded now; once only, and never once decided or too late."""
        return (
            self.is_pending
            and self.reminded_at is None
            and self.deadline - REMINDER_BEFORE <= now < self.deadline
        )

    def reminded(self, at: datetime) -> "CancellationRequest":
        """Staff have been reminded."""
        return replace(self, reminded_at=at)

    def _decided(self, state: RequestState, at: datetime, by: str) -> "CancellationRequest":
        if not self.is_pending:
            raise already_decided(self)
        return replace(self, state=state, decided_at=at, decided_by=by)


def already_decided(request: CancellationRequest) -> Refusal:
    """The refusal of a second decision. It names no person: customers may read it."""
    said = {
        RequestState.WITHDRAWN: "was withdrawn by the customer",
        RequestState.ACCEPTED: "has been accepted",
        RequestState.REFUSED: "has been refused",
        RequestState.EXPIRED: "was closed at its deadline",
    }[request.state]
    when = f" on {request.decided_at:%Y-%m-%d %H:%M} (UTC)" if request.decided_at else ""
    return Refusal(ErrorCode.REQUEST_DECIDED, f"This request {said}{when}.", field="id")


def check_text(text: str, *, field: str) -> str:
    """A comment or reason without blanks around it. Raises ``Refusal`` on ``field``."""
    text = seen(text).strip()
    if len(text) > LONGEST_TEXT:
        raise Refusal(
            ErrorCode.INVALID,
            f"It has {len(text)} characters; at most {LONGEST_TEXT} are accepted.",
            field=field,
        )
    if not is_text(text):
        raise Refusal(ErrorCode.INVALID, "It holds a character that is no text.", field=field)
    return text
