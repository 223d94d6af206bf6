"""When a vendor is not called: after repeated failures, or while it asked for a pause.

    closed ──failures──► open ──time──► one call tries ──answer──► closed
                          ▲                  │
                          └──── failure ─────┘   (and the next try comes later)

These rules are our choice; the vendor's contract says only that 429 carries ``Retry-After``.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bittitan_plugin.domain.retry_after import LONGEST_RETRY_AFTER
from bittitan_plugin.domain.waits import left

#: Calls that fail one after the other before the circuit opens.
FAILURES_TO_OPEN = 5
#: How long an open circuit waits for its first try, and for any later one at most.
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(seconds=60)
#: How long the one call that tries may take before another may.
TRY_TAKES = timedelta(seconds=90)


class Closure(StrEnum):
    """Why an address is not called."""

    #: It fails; one call at a time may try.
    DOWN = "DOWN"
    #: It asked for a pause, which ends by itself.
    RATE_LIMITED = "RATE_LIMITED"


#: The longest time without calling it.
_LONGEST = {
    Closure.DOWN: max(LONGEST_WAIT, TRY_TAKES),
    Closure.RATE_LIMITED: timedelta(seconds=LONGEST_RETRY_AFTER),
}


@dataclass(frozen=True, kw_only=True)
class Circuit:
    """An address that must not be called now. An address that may be called has no circuit."""

    address: str
    closure: Closure
    #: The kind of failure, without any text of the other side.
    reason: str
    since: datetime
    #: From when on it may be called: by one caller when it is down, by all after a pause.
    retry_at: datetime
    #: Failed tries since it opened.
    tries: int = 0

    def wait(self, now: datetime) -> float:
        """Seconds until it may be called; 0 when it may be now."""
        return left(self.retry_at, now, _LONGEST[self.closure]).total_seconds()

    def trying(self, now: datetime) -> "Circuit":
        """One call tries; the others wait until it must have ended."""
        return replace(self, tries=self.tries + 1, retry_at=now + TRY_TAKES)

    def failed(self, reason: str, now: datetime) -> "Circuit":
        """The try failed: the next one comes after twice the time."""
        wait = min(FIRST_WAIT * 2 ** min(self.tries, 10), LONGEST_WAIT)
        return replace(self, reason=reason, retry_at=now + wait)


def opened(address: str, reason: str, now: datetime) -> Circuit:
    """The vendor fails."""
    return Circuit(
        address=address, closure=Closure.DOWN, reason=reason, since=now, retry_at=now + FIRST_WAIT
    )


def paused(address: str, seconds: float, now: datetime) -> Circuit:
    """The vendor asked for a pause of so many seconds."""
    return Circuit(
        address=address,
        closure=Closure.RATE_LIMITED,
        reason="too many requests",
        since=now,
        retry_at=now + timedelta(seconds=seconds),
    )
