"""A file of unknown origin as lines of text: whatever it is, memory stays bounded.

A line that cannot be read is a line with a reason; only a file that is no text at all is refused.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bittitan_plugin.domain.errors import ErrorCode, Refusal

#: The longest line, in bytes. Ours: ten times what a row with a long note needs.
LONGEST_LINE = 10_000

_UTF8_MARK = b"\xef\xbb\xbf"
_TOO_LONG = f"The line is longer than {LONGEST_LINE} bytes."
_NO_UTF8 = "The line is not UTF-8; save the file as 'CSV UTF-8'."
_NUL = "The line holds a character that is no text (NUL)."
#: How files begin that people take for CSV, and what to do about them.
_FOREIGN = {
    b"PK\x03\x04": "It is an Excel workbook; save it as 'CSV UTF-8' first.",
    b"\xd0\xcf\x11\xe0": "It is an old Excel workbook; save it as 'CSV UTF-8' first.",
    b"\xff\xfe": "It is UTF-16 text; save it as 'CSV UTF-8' first.",
    b"\xfe\xff": "It is UTF-16 text; save it as 'CSV UTF-8' first.",
    b"%PDF": "It is a PDF document; export the codes as CSV.",
}


@dataclass(frozen=True)
class Line:
    """One line: its text without the line end, or why it cannot be read."""

    #: From 1, as editors and spreadsheets count.
    number: int
    text: str
    fault: str | None = None


def lines(chunks: Iterable[bytes]) -> Iterator[Line]:
    """The lines of a file that comes in pieces of any size.

    Raises ``Refusal`` INVALID on ``file`` when it is no text.
    """
    number, rest, skipping, first = 0, b"", False, True
    for chunk in chunks:
        rest += chunk
        if first and len(rest) >= len(_UTF8_MARK) + 1:
            rest, first = _beginning(rest), False
        *complete, rest = rest.split(b"\n")
        for raw in complete:
            number += 1
            yield _line(number, raw, too_long=skipping)
            skipping = False
        if len(rest) > LONGEST_LINE:
            rest, skipping = b"", True
    if first:
        rest = _beginning(rest)
    if rest or skipping:
        yield _line(number + 1, rest, too_long=skipping)


def _beginning(raw: bytes) -> bytes:
    for mark, mend in _FOREIGN.items():
        if raw.startswith(mark):
            raise Refusal(ErrorCode.INVALID, f"This is no CSV file. {mend}", field="file")
    if b"\0" in raw[:1000]:
        raise Refusal(ErrorCode.INVALID, "This is no CSV file: it holds binary data.", field="file")
    return raw.removeprefix(_UTF8_MARK)


def _line(number: int, raw: bytes, *, too_long: bool) -> Line:
    if too_long or len(raw) > LONGEST_LINE:
        return Line(number, "", _TOO_LONG)
    if b"\0" in raw:
        return Line(number, "", _NUL)
    try:
        return Line(number, raw.decode().rstrip("\r"))
    except UnicodeDecodeError:
        return Line(number, "", _NO_UTF8)
