"""Separate threads for calls to a Saleor that strangers can cause.

A call to a Saleor that hangs waits with it. So only a few such calls run for one Saleor at a time,
in threads of their own, and one more is refused at once instead of waiting.
"""

from collections import Counter
from collections.abc import Callable
from typing import TypeVar

from anyio import CapacityLimiter, to_thread

Result = TypeVar("Result")

#: The most calls for one Saleor at a time. Our choice.
MOST = 2
#: Seconds after which to try a refused one again. Our choice.
RETRY_AFTER_S = 10


class Busy(Exception):
    """As many as allowed are already running for that Saleor."""


class FewAtATime:
    """Runs such calls. It counts them for one event loop."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._at_work: Counter[str] = Counter()

    async def run(self, saleor: str, work: Callable[[], Result]) -> Result:
        """Do it in a thread. Raises ``Busy`` at once, and what the work raises."""
        if self._at_work[saleor] >= self._most:
            raise Busy
        self._at_work[saleor] += 1
        try:
            # A limiter of its own: it takes no thread of the shared pool.
            return await to_thread.run_sync(work, limiter=CapacityLimiter(1))
        finally:
            self._at_work[saleor] -= 1
            if not self._at_work[saleor]:
                del self._at_work[saleor]
