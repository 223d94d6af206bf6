"""Waiting for work that goes on elsewhere: looked at again and again, for a while."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import anyio

T = TypeVar("T")


async def _twentieth_of_a_second() -> None:
    await anyio.sleep(0.05)


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How long an answer waits for a workflow: so many pauses (ten seconds), then no longer."""

    pauses: int = 200
    pause: Callable[[], Awaitable[None]] = _twentieth_of_a_second

    async def until(
        self, is_over: Callable[[T], bool], found: T, look: Callable[[], Awaitable[T]]
    ) -> T:
        """What there is once it is over, or as it is when patience ends.

        ``found`` is how it was just now. Raises what ``look`` raises.
        """
        for _ in range(self.pauses):
            if is_over(found):
                break
            await self.pause()
            found = await look()
        return found
