"""A file of unknown origin as lines of text: whatever it is, memory stays bounded.

A line that cannot be read is a line with a reason; only a file that is no text at all is refused.
"""

import re
from codecs import BOM_UTF8, getincrementaldecoder
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import IncrementalNewlineDecoder
from itertools import chain

from bittitan_plugin.domain.errors import ErrorCode, Refusal

#: The longest line, in characters. Our choice: ten times what a row with a long note needs.
LONGEST_LINE = 10_000

#: The first bytes, by which the kind of file is judged.
_JUDGED = 1000
#: Bytes that are not UTF-8 are decoded to these, so that only their own line is lost.
_UNDECODABLE = re.compile("[\udc80-\udcff]")
_TOO_LONG = f"The line is longer than {LONGEST_LINE} characters."
_NO_UTF8 = "The line is not UTF-8; save the file as 'CSV UTF-8'."
_NUL = "The line holds a character that is no text (NUL)."
#: The first bytes of files that people mistake for CSV, and what to do about them.
_FOREIGN = {
    b"PK\x03\x04": "It is an Excel workbook; save it as 'CSV UTF-8' first.",
    b"\xd0\xcf\x11\xe0": "It is an old Excel workbook; save it as 'CSV UTF-8' first.",
    b"\xff\xfe": "It is UTF-16 text; save it as 'CSV UTF-8' first.",
    b"\xfe\xff": "It is UTF-16 text; save it as 'CSV UTF-8' first.",
    b"%PDF": "It is a PDF document; export the codes as CSV.",
    b"{\\rtf": "It is a text document (RTF); export the codes as CSV.",
    b"<?xml": "It is XML; open it in a spreadsheet and save it as 'CSV UTF-8'.",
    b"<": "It is a web page, not a list of codes; perhaps one has to sign in before the download.",
    b"{": "It is JSON; export the codes as CSV.",
    b"[": "It is JSON; export the codes as CSV.",
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

    A line ends as on any system: with LF, with CR and LF, or with CR alone. Raises ``Refusal``
    INVALID on ``file`` when it is no text.
    """
    number, rest, skipping = 0, "", False
    for text in _texts(chunks):
        *complete, rest = (rest + text).split("\n")
        for each in complete:
            number += 1
            yield _line(number, each, too_long=skipping)
            skipping = False
        if len(rest) > LONGEST_LINE:
            rest, skipping = "", True
    if rest or skipping:
        yield _line(number + 1, rest, too_long=skipping)


def _texts(chunks: Iterable[bytes]) -> Iterator[str]:
    """The same as text, every line end a line feed."""
    decode = IncrementalNewlineDecoder(
        getincrementaldecoder("utf-8")("surrogateescape"), translate=True
    )
    for chunk in _judged(chunks):
        yield decode.decode(chunk)
    yield decode.decode(b"", final=True)


def _judged(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The file without the byte order marks at its beginning, however many it was given."""
    pieces, beginning = iter(chunks), b""
    while len(beginning) < _JUDGED and (piece := next(pieces, None)) is not None:
        beginning += piece
    while beginning.startswith(BOM_UTF8):
        beginning = beginning.removeprefix(BOM_UTF8)
    for mark, remedy in _FOREIGN.items():
        if beginning.lstrip().startswith(mark):
            raise Refusal(ErrorCode.INVALID, f"This is no CSV file. {remedy}", field="file")
    if b"\0" in beginning[:_JUDGED]:
        raise Refusal(ErrorCode.INVALID, "This is no CSV file: it holds binary data.", field="file")
    return chain([beginning], pieces)


def _line(number: int, text: str, *, too_long: bool) -> Line:
    if too_long or len(text) > LONGEST_LINE:
        return Line(number, "", _TOO_LONG)
    if "\0" in text:
        return Line(number, "", _NUL)
    if _UNDECODABLE.search(text):
        return Line(number, "", _NO_UTF8)
    return Line(number, text)
