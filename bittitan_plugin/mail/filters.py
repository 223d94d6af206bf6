"""How values read in an e-mail: moments, days, counts, and what people typed in."""

import unicodedata
from collections.abc import Callable
from datetime import datetime

from bittitan_plugin.domain.texts import seen


def one_line(text: object) -> str:
    """``text`` without line breaks, what cannot be seen, or doubled spaces.

    Names come from buyers: one with line breaks could pass for paragraphs, or headers, of ours.
    """
    words = " ".join(seen(str(text)).split())
    return "".join(c for c in words if unicodedata.category(c) != "Cc")


def moment(instant: datetime) -> str:
    """To the minute, with its time zone, which is the reader's only clue to what it means."""
    # strftime, not a format specification: a missing value then says its own name.
    return f"{instant.strftime('%Y-%m-%d %H:%M')} ({instant.tzinfo})"


def counted(number: int, one: str, many: str) -> str:
    """``1 licence``, ``2 licences``."""
    return f"{number} {one if number == 1 else many}"


def days(number: int) -> str:
    """A number of whole days, none of them being less than a day."""
    return "less than a day" if number < 1 else counted(number, "day", "days")


def quoted(text: str) -> str:
    """Each line marked as somebody else's words, for plain text."""
    return "\n".join(f"> {one_line(line)}" for line in text.splitlines())


#: What templates may use, under these names.
FILTERS: dict[str, Callable[..., str]] = {
    "moment": moment,
    "days": days,
    "counted": counted,
    "one_line": one_line,
    "quoted": quoted,
}
