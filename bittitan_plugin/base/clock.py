"""Time as an argument: rules and services get a clock, so tests can choose any instant."""

from collections.abc import Callable
from datetime import UTC, datetime

#: Seconds by which another machine's clock may differ, wherever a token's ``iat``, ``nbf``
#: and ``exp`` are checked (RFC 7519, 4.1.4: "some small leeway").
LEEWAY_S = 60

#: Returns the current instant, with its time zone.
Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """The machine's time, in UTC."""
    return datetime.now(UTC)
