"""Texts from people, platforms or the vendor: what is accepted, and how an error quotes it.

Names are shown to others and compared by eye. With invisible characters one name could be two, and
what turns the direction of writing makes a name read as another (Unicode Technical Report 36). Such
characters are copied along unnoticed, so they are removed from names and refused in secrets.
"""

import re
from collections.abc import Iterator
from unicodedata import category

import idna

from bittitan_plugin.domain.errors import ErrorCode, Refusal

#: The longest name kept, in characters. Our choice, because the platforms keep as much.
LONGEST_NAME = 255
#: The longest text that is searched for, in characters. Our choice.
LONGEST_SEARCH = 200
#: The most that an error quotes of what was sent, in characters. Our choice.
LONGEST_QUOTE = 100
#: Characters that only format: bidirectional, zero-width and the like.
_FORMATS = "Cf"
#: Controls, surrogates (which cannot be stored), formatting characters, and line breaks.
_UNSEEN = frozenset({"Cc", "Cs", _FORMATS, "Zl", "Zp"})
#: They are visible by their effect on the letters around them, where these can be joined.
_JOINERS = frozenset("\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}")
_WHOLE = re.compile(r"-?[0-9]{1,9}")


def check_line(value: str | None, name: str, *, required: bool = True) -> str:
    """The text without surrounding blanks and formatting. Raises ``Refusal`` on ``name``.

    REQUIRED when nothing is left and something must be, INVALID when it is too long or more than
    one printable line.
    """
    text = seen(value or "").strip()
    if required and not text:
        raise Refusal(ErrorCode.REQUIRED, f"'{name}' must not be empty.", field=name)
    if not is_line(text):
        raise Refusal(
            ErrorCode.INVALID,
            f"'{name}' must be one line of at most {LONGEST_NAME} characters.",
            field=name,
        )
    return text


def check_search(value: str | None, name: str) -> str:
    """What to search for, or nothing. Raises ``Refusal`` on ``name``."""
    wanted = seen(value or "").strip()
    if len(wanted) > LONGEST_SEARCH or not is_line(wanted):
        raise Refusal(
            ErrorCode.INVALID,
            f"A search is at most {LONGEST_SEARCH} characters of text.",
            field=name,
        )
    return wanted


def check_typed(text: str, name: str) -> str:
    """A secret or a setting, as it is. Raises ``Refusal`` if a character is invisible."""
    for unseen in _unseen(text):
        raise Refusal(
            ErrorCode.INVALID,
            f"'{name}' holds a character that cannot be seen (U+{ord(unseen):04X}): "
            "type it instead of copying it.",
            field=name,
        )
    return text


def is_line(text: str) -> bool:
    """Whether it is one line of characters that can be seen, and not too long."""
    return len(text) <= LONGEST_NAME and not any(_unseen(text))


def is_text(text: str) -> bool:
    """Whether it is lines of characters that can be seen."""
    return not any(c not in "\n\r\t" for c in _unseen(text))


def seen(text: str) -> str:
    """The text without formatting characters; what can be no part of a text at all stays."""
    if text.isprintable():
        return text
    return "".join(
        c for place, c in enumerate(text) if category(c) != _FORMATS or _joins(text, place)
    )


def as_line(text: str) -> str:
    """A name that another system accepted, made one line; it is never refused.

    Invisible characters are removed, a line break becomes a blank, and a long name is cut.
    """
    left = seen(text)
    line = "".join(" " if category(c) in _UNSEEN and c not in _JOINERS else c for c in left)
    return line.strip()[:LONGEST_NAME].rstrip()


def quoted(value: object) -> str:
    """What was sent, as an error quotes it: in quotes, shortened, visible characters only."""
    text = str(value)
    shown = "".join(
        "\N{REPLACEMENT CHARACTER}" if category(c) in _UNSEEN else c for c in text[:LONGEST_QUOTE]
    )
    return f"'{shown}{'…' if len(text) > LONGEST_QUOTE else ''}'"


def shortened(message: str) -> str:
    """Beginning and end of another system's message, which may repeat what it was sent."""
    if len(message) <= LONGEST_QUOTE * 2:
        return message
    return f"{message[:LONGEST_QUOTE]} … {message[-LONGEST_QUOTE // 2 :]}"


def whole_number(text: str) -> int | None:
    """The whole number in a form's field, of nine digits at most; None where it has none."""
    return int(text) if _WHOLE.fullmatch(text) else None


def _unseen(text: str) -> Iterator[str]:
    """The invisible characters, in their order."""
    # Every character of a printable text is visible, and nearly every text is printable.
    if not text.isprintable():
        for place, c in enumerate(text):
            if category(c) in _UNSEEN and not _joins(text, place):
                yield c


def _joins(text: str, place: int) -> bool:
    """Whether a joiner is where it is visible, by RFC 5892 (appendix A), a rule for domains."""
    if text[place] not in _JOINERS:
        return False
    try:
        return idna.valid_contextj(text, place)
    except ValueError:  # beside a character that Unicode has no name for
        return False
