"""Calendar days in a time zone. Days differ in length; each begins at exactly one instant."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo


def begins_at(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of ``day`` in ``zone``.

    Where a clock change removes midnight, the day begins at the change itself; going through UTC
    yields exactly that instant.
    """
    midnight = datetime.combine(day, time(), tzinfo=zone)
    return midnight.astimezone(ZoneInfo("UTC")).astimezone(zone)
