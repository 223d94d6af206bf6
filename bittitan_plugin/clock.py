"""Time as an argument: rules and services are given a clock, so tests can stand at any instant."""

from collections.abc import Callable
from datetime import UTC, datetime

#: Returns the current instant, aware.
Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """The machine's time, in UTC."""
    return datetime.now(UTC)
