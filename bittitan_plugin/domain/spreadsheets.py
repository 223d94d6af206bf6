"""Makes CSV files with cells that a spreadsheet never takes for formulas."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

#: Marks a file as UTF-8 for spreadsheets.
BYTE_ORDER_MARK = "\ufeff"
#: The first characters of cells that a spreadsheet would calculate. OWASP's list.
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe_cell(value: object) -> str:
    """The value as text that stays text; numbers stay numbers, None is empty."""
    if value is None:
        return ""
    text = str(value)
    is_text = isinstance(value, str)
    # Blanks before the sign do not stop every spreadsheet.
    return f"'{text}" if is_text and text.lstrip().startswith(_DANGEROUS) else text


def to_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table as CSV (RFC 4180), every cell safe.

    It begins with a byte order mark, without which Excel reads umlauts in the machine's old code
    page. Our own import ignores the mark.
    """
    out = StringIO()
    out.write(BYTE_ORDER_MARK)
    writer = csv.writer(out)
    writer.writerow(header)
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return out.getvalue()
