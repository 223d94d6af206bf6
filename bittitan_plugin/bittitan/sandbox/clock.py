"""The sandbox's own clock: real time plus a shift, so that tests can move it."""

from datetime import UTC, datetime, timedelta


class Clock:
    """Runs by itself; ``advance`` and ``set`` move it, also backwards."""

    def __init__(self) -> None:
        self._shift = timedelta()

    def now(self) -> datetime:
        """The sandbox's present instant, in UTC."""
        return datetime.now(UTC) + self._shift

    def advance(self, by: timedelta) -> None:
        """Move it by that much. Raises ``OverflowError`` outside the years 1 to 9999."""
        shift = self._shift + by
        datetime.now(UTC) + shift  # refuse a shift with which every later reading fails
        self._shift = shift

    def set(self, instant: datetime) -> None:
        """Make it show ``instant`` (which has an offset) now."""
        self._shift = instant - datetime.now(UTC)

    def reset(self) -> None:
        """Back to real time."""
        self._shift = timedelta()


def as_text(instant: datetime) -> str:
    """An instant in the contract's format: RFC 3339, UTC."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
