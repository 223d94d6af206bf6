"""A problem: something that needs a person, said once, with the next step."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class ProblemKind(StrEnum):
    """What kind of attention is needed."""

    PROVISIONING_FAILED = "PROVISIONING_FAILED"
    ORDER_REFUSED = "ORDER_REFUSED"
    CANCELLATION_STUCK = "CANCELLATION_STUCK"
    REFUNDED_BUT_REDEEMED = "REFUNDED_BUT_REDEEMED"
    REFUND_UNCLEAR = "REFUND_UNCLEAR"
    FOLLOW_UP_FAILED = "FOLLOW_UP_FAILED"


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Raised once per ``key``; repetitions count up and refresh the message."""

    id: UUID
    kind: ProblemKind
    #: What it is about; the same cause gives the same key.
    key: str
    asset_id: UUID | None
    message: str
    next_step: str
    first_at: datetime
    last_at: datetime
    occurrences: int
    resolved_at: datetime | None = None
