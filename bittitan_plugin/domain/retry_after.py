"""How long the other side asks us to wait: an HTTP ``Retry-After`` header, read with suspicion."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

#: The longest ``Retry-After`` that is believed, in seconds; more is a mistake or malice.
LONGEST_RETRY_AFTER = 3600.0


def retry_after_seconds(header: str | None, now: datetime) -> float | None:
    """Seconds to wait by a ``Retry-After`` header (seconds or an HTTP date), None if unreadable.

    Never negative and never above ``LONGEST_RETRY_AFTER``.
    """
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        # No longer than its digits can matter; a thousand of them are not worth converting.
        return LONGEST_RETRY_AFTER if len(text) > 9 else min(float(text), LONGEST_RETRY_AFTER)
    try:
        instant = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    # An HTTP date is always in UTC; a date without a zone is read as UTC too.
    aware = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    return min(max((aware - now).total_seconds(), 0.0), LONGEST_RETRY_AFTER)
