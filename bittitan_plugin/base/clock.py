"""Time as an argument: rules and services are given a clock, so tests can stand at any instant."""

from collections.abc import Callable
from datetime import UTC, datetime

#: Seconds by which another's clock may differ from ours, wherever a token's ``iat``, ``nbf``
#: and ``exp`` are held against it (RFC 7519, 4.1.4: "some small leeway").
LEEWAY_S = 60

#: Returns the current instant, aware.
Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """The machine's time, in UTC."""
    return datetime.now(UTC)
