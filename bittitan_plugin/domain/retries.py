"""When to try again, and when to stop: decisions as values, so they can be tested as tables."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from bittitan_plugin.domain.errors import ErrorCode


@dataclass(frozen=True, kw_only=True)
class RetryPolicy:
    """Exponential backoff with a ceiling, given up after a total time."""

    #: Seconds before the second attempt.
    first_delay: float
    #: No wait is longer, in seconds, unless the other side asks for more.
    longest_delay: float
    #: Seconds since the first failure after which to give up.
    give_up_after: float

    def delay(self, waited: float, asked: float | None = None) -> float | None:
        """Seconds to wait before the next attempt, or None to give up.

        ``waited`` is how long ago the first attempt failed, ``asked`` what the other side wants
        (Retry-After). Waiting as long again as was waited so far doubles every wait, and needs no
        count of the attempts.
        """
        if waited >= self.give_up_after:
            return None
        # The time waited is negative when the clock has been stepped back.
        wait: float = min(self.first_delay + max(waited, 0.0), self.longest_delay)
        return max(wait, asked or 0.0)


@dataclass(frozen=True, kw_only=True)
class Retry:
    """Durable work whose last attempt could not finish, and its next attempt."""

    #: The id under which the work was first handed in: one per cause.
    id: str
    workflow: str
    arguments: tuple[str, ...]
    #: What it is about, as far as that is known.
    asset_id: UUID | None
    order_id: str | None
    #: The step that could not be done, and why.
    step: str
    error_code: ErrorCode
    reason: str
    #: When this step failed first.
    since: datetime
    #: Steps before it that are over, done or given up and reported: they are not begun again.
    settled: tuple[str, ...] = ()
    #: The number of the next attempt; the first attempt of all is number 0.
    attempt: int
    next_attempt_at: datetime
    #: Whether the next attempt is in the queue or at work already.
    is_handed_in: bool = False


#: An attempt that has been due for longer is not going to be made by itself: no worker makes it.
OVERDUE_AFTER = timedelta(minutes=5)

_MINUTE, _DAY = 60.0, 86_400.0

#: Obtaining a coupon or revoking it: the vendor may be down for a day.
VENDOR = RetryPolicy(first_delay=1, longest_delay=_MINUTE, give_up_after=_DAY)
#: Reporting to the platform, invoicing, crediting, mailing: must happen, so tried for three days.
FOLLOW_UP = RetryPolicy(first_delay=1, longest_delay=5 * _MINUTE, give_up_after=3 * _DAY)
#: An event that arrived before the platform had committed what it is about.
ORDER_NOT_DUE = RetryPolicy(first_delay=0.5, longest_delay=30, give_up_after=2 * _MINUTE)
