"""Waits a limited time for work that runs elsewhere, by looking at it again and again."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import anyio

T = TypeVar("T")


async def _twentieth_of_a_second() -> None:
    await anyio.sleep(0.05)


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How long an answer waits for a workflow: this many pauses, ten seconds in all."""

    pauses: int = 200
    pause: Callable[[], Awaitable[None]] = _twentieth_of_a_second

    async def until(
        self, is_over: Callable[[T], bool], found: T, look: Callable[[], Awaitable[T]]
    ) -> T:
        """The work's state once it is over, or its state when the pauses are used up.

        ``found`` is the state just before. Raises what ``look`` raises.
        """
        for _ in range(self.pauses):
            if is_over(found):
                break
            await self.pause()
            found = await look()
        return found
