"""Threads for what strangers can make us ask of a Saleor, apart from those that serve everybody.

Whoever asks a Saleor that hangs waits with it. So few of these are at work for one Saleor at a
time, in threads that are nobody else's, and one too many is refused at once instead of waiting.
"""

from collections import Counter
from collections.abc import Callable
from typing import TypeVar

from anyio import CapacityLimiter, to_thread

Result = TypeVar("Result")

#: At work for one Saleor at a time. Ours.
MOST = 2
#: Seconds after which one that was refused is worth another try. Ours.
RETRY_AFTER_S = 10


class Busy(Exception):
    """So many are at work for that Saleor already."""


class FewAtATime:
    """Runs such work. For one event loop, which is what counts."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._at_work: Counter[str] = Counter()

    async def run(self, saleor: str, work: Callable[[], Result]) -> Result:
        """Do it in a thread. Raises ``Busy`` at once, and what the work raises."""
        if self._at_work[saleor] >= self._most:
            raise Busy
        self._at_work[saleor] += 1
        try:
            # A limit of its own: it takes no place among the threads of all others.
            return await to_thread.run_sync(work, limiter=CapacityLimiter(1))
        finally:
            self._at_work[saleor] -= 1
            if not self._at_work[saleor]:
                del self._at_work[saleor]
