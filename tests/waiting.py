"""Waiting for a condition: how every test waits, and the one limit there is.

A wait ends as soon as what it waits for is there, so a generous limit costs nothing while all is
well. Nothing waits for time to pass, and nothing measures how much of it did.
"""

from collections.abc import Callable
from time import monotonic, sleep
from typing import TypeVar

#: Seconds after which a test gives up, whatever it waits for and however busy the machine is.
PATIENCE_S = 180.0
#: Seconds between two looks: what has taken long already is looked at less often.
SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 0.005, 0.05

Found = TypeVar("Found")


def _nothing() -> str:
    return "it did not come to hold"


def until(look: Callable[[], Found | None], instead: Callable[[], object] = _nothing) -> Found:
    """What ``look`` finds in the end: the first thing that is true.

    Fails, with what ``instead`` says, when that takes longer than ``PATIENCE_S``.
    """
    began = monotonic()
    while not (found := look()):
        waited = monotonic() - began
        assert waited < PATIENCE_S, instead()
        sleep(min(max(waited / 8, SHORTEST_PAUSE_S), LONGEST_PAUSE_S))
    return found
