"""How a figure is taken: medians, and the ratio to the floor that was measured beside it."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One measured thing. Seconds."""

    name: str
    seconds: float
    #: What it is held against, and how long that took.
    floor_name: str
    floor_seconds: float
    #: A promise about the seconds, where there is one.
    limit: float | None = None

    @property
    def ratio(self) -> float:
        """How many times the floor it takes."""
        return self.seconds / self.floor_seconds


def alternating(
    first: Callable[[int], None], second: Callable[[int], None], rounds: int
) -> tuple[float, float]:
    """Median seconds of each, taken in turns so that a drifting machine is fair to both."""
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds):
        for action, taken in zip((first, second), times, strict=True):
            started = perf_counter()
            action(number)
            taken.append(perf_counter() - started)
    return median(times[0]), median(times[1])
