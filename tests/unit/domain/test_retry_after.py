"""How long the other side asks us to wait."""

from datetime import UTC, datetime

from bittitan_plugin.domain.retry_after import LONGEST_RETRY_AFTER, retry_after_seconds
from tests.tables import every

NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)


@every(
    "header, seconds",
    [
        ("0", 0),
        (" 15 ", 15),
        ("99999", LONGEST_RETRY_AFTER),
        ("9" * 5000, LONGEST_RETRY_AFTER),
        ("Thu, 01 Jan 2026 12:00:30 GMT", 30),
        ("Thu, 01 Jan 2026 12:00:30 -0000", 30),
        ("Thu, 01 Jan 2026 11:00:00 GMT", 0),
        ("Fri, 01 Jan 2027 12:00:00 GMT", LONGEST_RETRY_AFTER),
        (None, None),
        ("", None),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("soon", None),
        ("Thu, 99 Jan 2026 12:00:00 GMT", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_a_date(
    header: str | None, seconds: float | None
) -> None:
    assert retry_after_seconds(header, NOW) == seconds
