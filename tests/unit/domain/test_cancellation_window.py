"""Until when an asset can be cancelled: whole calendar days in the instance's time zone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from bittitan_plugin.domain.cancellation import check, closing_instant
from bittitan_plugin.domain.errors import ErrorCode
from tests.fakes.values import sold_asset
from tests.tables import every

#: Purchase (UTC), time zone, days, and the first instant (UTC) that is too late.
WINDOWS = {
    "UTC, bought at noon": ("2026-03-10T12:00", "UTC", 15, "2026-03-26T00:00"),
    "UTC, bought in the first second of a day": ("2026-03-10T00:00", "UTC", 15, "2026-03-26T00:00"),
    "UTC, bought in the last second of a day": (
        "2026-03-10T23:59:59", "UTC", 15, "2026-03-26T00:00",
    ),
    "Kiritimati is 14 hours ahead: bought on the 11th there": (
        "2026-03-10T12:00", "Pacific/Kiritimati", 15, "2026-03-26T10:00",
    ),
    "São Paulo is 3 hours behind: bought on the 9th there": (
        "2026-03-10T02:00", "America/Sao_Paulo", 15, "2026-03-25T03:00",
    ),
    "Athens puts its clocks forward within the window": (
        "2026-03-20T12:00", "Europe/Athens", 15, "2026-04-04T21:00",
    ),
    "Athens puts its clocks back within the window": (
        "2026-10-20T12:00", "Europe/Athens", 15, "2026-11-04T22:00",
    ),
    "Athens, and the last day itself has 25 hours": (
        "2026-10-10T12:00", "Europe/Athens", 15, "2026-10-25T22:00",
    ),
    "São Paulo 2018, where the day after begins at 01:00": (
        "2018-10-19T12:00", "America/Sao_Paulo", 15, "2018-11-04T03:00",
    ),
    "Beirut, where the day after begins at 01:00": (
        "2026-03-13T12:00", "Asia/Beirut", 15, "2026-03-28T22:00",
    ),
    "Havana, where the day after has two midnights: the first one ends it": (
        "2026-10-16T12:00", "America/Havana", 15, "2026-11-01T04:00",
    ),
    "a window shortened to a week": ("2026-03-10T12:00", "UTC", 7, "2026-03-18T00:00"),
    "a window of the day of purchase alone": ("2026-03-10T12:00", "UTC", 0, "2026-03-11T00:00"),
}  # fmt: skip
ZONES = st.sampled_from(["UTC", "Pacific/Kiritimati", "America/Sao_Paulo", "Asia/Beirut"]).map(
    ZoneInfo
)
MOMENTS = st.datetimes(
    min_value=datetime(2000, 1, 1),  # noqa: DTZ001 - Hypothesis takes bounds without a zone
    max_value=datetime(2040, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
EVERY_WINDOW = every("bought, zone, days, too_late", WINDOWS.values())


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@EVERY_WINDOW
def test_the_last_second_of_the_last_day_is_in_time(
    bought: str, zone: str, days: int, too_late: str
) -> None:
    asset = sold_asset(purchase_date=utc(bought), refund_window_days=days, time_zone=zone)
    assert check(asset, utc(too_late) - timedelta(seconds=1)).allowed


@EVERY_WINDOW
def test_the_first_second_after_it_is_too_late(
    bought: str, zone: str, days: int, too_late: str
) -> None:
    asset = sold_asset(purchase_date=utc(bought), refund_window_days=days, time_zone=zone)
    terms = check(asset, utc(too_late))
    assert terms.code is ErrorCode.CANCELLATION_WINDOW_CLOSED


@EVERY_WINDOW
def test_the_deadline_is_said_in_the_instances_time_zone(
    bought: str, zone: str, days: int, too_late: str
) -> None:
    closes_at = closing_instant(utc(bought), days, ZoneInfo(zone))
    assert closes_at.astimezone(UTC) == utc(too_late)
    assert closes_at.tzinfo == ZoneInfo(zone)


def test_where_midnight_does_not_exist_the_deadline_is_said_as_the_hour_the_day_begins() -> None:
    closes_at = closing_instant(utc("2026-03-13T12:00"), 15, ZoneInfo("Asia/Beirut"))
    assert closes_at.isoformat() == "2026-03-29T01:00:00+03:00"


@given(bought=MOMENTS, later=st.timedeltas(timedelta(0), timedelta(days=20)), zone=ZONES)
def test_what_is_allowed_is_in_time(bought: datetime, later: timedelta, zone: ZoneInfo) -> None:
    now = bought + later
    terms = check(sold_asset(purchase_date=bought, time_zone=str(zone)), now)
    assert terms.allowed == (now < terms.closes_at)


@given(bought=MOMENTS, zone=ZONES)
def test_a_window_never_lasts_less_than_its_days_nor_more_than_one_and_an_hour_more(
    bought: datetime, zone: ZoneInfo
) -> None:
    length = closing_instant(bought, 15, zone) - bought
    assert timedelta(days=15, hours=-1) < length <= timedelta(days=16, hours=1)
