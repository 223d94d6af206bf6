"""No wait becomes longer than it can be because the clock was stepped back."""

from datetime import UTC, datetime, timedelta

from bittitan_plugin.domain.waits import LEEWAY, left
from tests.tables import every

NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
LONGEST = timedelta(minutes=5)
NOTHING = timedelta(0)

WAITS = {
    "half of it": (timedelta(minutes=2), timedelta(minutes=2)),
    "all of it": (LONGEST, LONGEST),
    "it is over": (NOTHING, NOTHING),
    "it was over long ago": (timedelta(days=-3), NOTHING),
    "another machine's clock is ahead": (LONGEST + LEEWAY, LONGEST),
    "the clock was stepped back by an hour": (LONGEST + timedelta(hours=1), NOTHING),
    "the clock was stepped back by a year": (LONGEST + timedelta(days=365), NOTHING),
}


@every("ahead, expected", WAITS.values())
def test_what_is_left_of_a_wait_is_never_more_than_the_longest(
    ahead: timedelta, expected: timedelta
) -> None:
    assert left(NOW + ahead, NOW, LONGEST) == expected
