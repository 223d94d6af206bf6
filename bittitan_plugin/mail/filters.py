"""How e-mails write values: moments, days, counts, and text that people typed."""

import unicodedata
from collections.abc import Callable
from datetime import datetime

from bittitan_plugin.domain.texts import seen


def one_line(text: object) -> str:
    """``text`` without line breaks, invisible characters or doubled spaces.

    Names come from buyers: with line breaks they could pass for our paragraphs, or headers.
    """
    words = " ".join(seen(str(text)).split())
    return "".join(c for c in words if unicodedata.category(c) != "Cc")


def moment(instant: datetime) -> str:
    """A moment to the minute, with its time zone: the reader has no other clue to it."""
    # strftime, not a format specification: the error for a missing value then names it.
    return f"{instant.strftime('%Y-%m-%d %H:%M')} ({instant.tzinfo})"


def counted(number: int, one: str, many: str) -> str:
    """``1 licence``, ``2 licences``."""
    return f"{number} {one if number == 1 else many}"


def days(number: int) -> str:
    """A number of whole days; for none, less than a day."""
    return "less than a day" if number < 1 else counted(number, "day", "days")


def quoted(text: str) -> str:
    """The text with each line marked as a quotation, for plain text."""
    return "\n".join(f"> {one_line(line)}" for line in text.splitlines())


#: What templates may use, under these names.
FILTERS: dict[str, Callable[..., str]] = {
    "moment": moment,
    "days": days,
    "counted": counted,
    "one_line": one_line,
    "quoted": quoted,
}
