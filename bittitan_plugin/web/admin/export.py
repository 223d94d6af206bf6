"""Writes a list's rows as a file: CSV, or XLSX for spreadsheets.

Rows come one by one, so that a list of any length takes little memory. Text never becomes a
formula, because names come from buyers.
"""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from io import SEEK_END, TextIOWrapper
from typing import IO

from starlette.responses import Response, StreamingResponse
from xlsxwriter import Workbook
from xlsxwriter.format import Format

from bittitan_plugin.domain.spreadsheets import safe_cell

#: What stands in one cell; an instant is in the time zone that its readers expect.
Cell = str | int | Decimal | datetime | None
#: Takes the next row.
Write = Callable[[Sequence[Cell]], None]

#: The most rows and characters that a sheet of XLSX holds, its heading included.
_XLSX_ROWS, _XLSX_TEXT = 2**20, 2**15 - 1
#: What is sent at a time, in bytes.
_PIECE = 2**16
#: In constant memory rows are written as they come, and never looked at again. Text stays text.
_XLSX_OPTIONS = {
    "constant_memory": True,
    "remove_timezone": True,
    "default_date_format": "yyyy-mm-dd hh:mm:ss",
}


class Csv:
    """Commas and UTF-8, with the mark by which Excel knows it; instants with their offset."""

    media_type = "text/csv"
    #: The most rows below the heading; None is any number.
    most: int | None = None

    @staticmethod
    @contextmanager
    def opened(file: IO[bytes]) -> Iterator[Write]:
        """Write rows into that file; it is whole when the block ends."""
        text = TextIOWrapper(file, encoding="utf-8-sig", newline="")
        writer = csv.writer(text)
        yield lambda cells: writer.writerow([_as_text(cell) for cell in cells])
        # The file stays open, for whoever sends it.
        text.detach()


class Xlsx:
    """One sheet with real numbers and dates; its first row stays in view."""

    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    most: int | None = _XLSX_ROWS - 1

    @staticmethod
    @contextmanager
    def opened(file: IO[bytes]) -> Iterator[Write]:
        """Write rows into that file; it is whole when the block ends."""
        with Workbook(file, _XLSX_OPTIONS) as book:
            sheet = book.add_worksheet()
            sheet.freeze_panes(1, 0)
            formats: dict[int, Format] = {}
            number = 0

            def write(cells: Sequence[Cell]) -> None:
                nonlocal number
                for column, cell in enumerate(cells):
                    if isinstance(cell, Decimal):
                        digits = max(0, -int(cell.as_tuple().exponent))
                        if digits not in formats:
                            pattern = "#,##0" + ("." + "0" * digits if digits else "")
                            formats[digits] = book.add_format({"num_format": pattern})
                        sheet.write_number(number, column, float(cell), formats[digits])
                    elif isinstance(cell, int):
                        sheet.write_number(number, column, cell)
                    elif isinstance(cell, datetime):
                        sheet.write_datetime(number, column, cell)
                    elif cell is not None:
                        sheet.write_string(number, column, cell[:_XLSX_TEXT])
                number += 1

            yield write


#: The kinds of file, by the ends of their names.
FORMATS: Mapping[str, type[Csv] | type[Xlsx]] = {"csv": Csv, "xlsx": Xlsx}


def sent_as(name: str, kind: type[Csv] | type[Xlsx], file: IO[bytes]) -> Response:
    """The written file as an answer to keep under that name. It is closed when it was sent."""
    length = file.seek(0, SEEK_END)
    return StreamingResponse(
        _pieces(file),
        media_type=kind.media_type,
        headers={
            "content-disposition": f'attachment; filename="{name}"',
            "content-length": str(length),
        },
    )


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while piece := file.read(_PIECE):
            yield piece


def _as_text(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="seconds")
    return f"{cell:f}" if isinstance(cell, Decimal) else safe_cell(cell)
