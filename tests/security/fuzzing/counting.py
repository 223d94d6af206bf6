"""Runs one kind of attack many times, and tells what came of it in a row of a table."""

import logging
import resource
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter

import structlog

#: Seconds that no attempt may take.
LONGEST = 2.0
#: Kilobytes by which the process may grow over a whole run.
MOST_GROWTH = 300 * 1024


class Broken(Exception):
    """A promise was broken; the message says which."""


@dataclass
class Tally:
    """What came of the attempts."""

    name: str
    attempts: int = 0
    slowest: float = 0.0
    outcomes: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    #: What took too long or too much memory: a fault where nothing else is going on.
    strained: list[str] = field(default_factory=list)
    grown_kb: int = 0

    def row(self) -> str:
        """A row of the table."""
        told = ", ".join(f"{name} {count}" for name, count in self.outcomes.most_common())
        return (
            f"| {self.name} | {self.attempts} | {len(self.faults + self.strained)} | "
            f"{self.slowest * 1000:.0f} ms | {self.grown_kb / 1024:.0f} MB | {told} |"
        )


HEAD = "| what | attempts | faults | slowest | grown by | outcomes |\n|---|---|---|---|---|---|"


def attack(name: str, attempts: int, attempt: Callable[[int], str]) -> Tally:
    """Do it that often. ``attempt`` says how it ended; whatever it raises is a fault."""
    tally, before = Tally(name), _memory()
    for number in range(attempts):
        began = perf_counter()
        try:
            tally.outcomes[attempt(number)] += 1
        except Exception:
            tally.faults.append(f"{name} {number}: {traceback.format_exc(limit=-4)}")
        took = perf_counter() - began
        tally.slowest = max(tally.slowest, took)
        if took > LONGEST:
            tally.strained.append(f"{name} {number}: took {took:.1f} s")
        tally.attempts += 1
    tally.grown_kb = _memory() - before
    if tally.grown_kb > MOST_GROWTH:
        tally.strained.append(f"{name}: grew by {tally.grown_kb} kB")
    return tally


def hush() -> None:
    """Log nothing of what is refused from here on: it is no news."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


def _memory() -> int:
    """The most this process has held, in kilobytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
