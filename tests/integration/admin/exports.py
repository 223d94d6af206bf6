"""Takes exports of the back office's lists as a browser does, and reads the files."""

import csv
import io
from collections.abc import Sequence
from typing import Literal
from urllib.parse import urlencode
from xml.etree import ElementTree
from zipfile import ZipFile

import httpx

from tests.integration.portal.browsing import Visitor

#: XML's name of what a sheet is made of.
_SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def export(
    staff: Visitor,
    kind: str,
    query: str = "",
    *,
    chosen: Sequence[str] = (),
    ending: Literal["csv", "xlsx"] = "csv",
) -> httpx.Response:
    """Everything that matches the list's address, or the rows that were chosen in it."""
    token = staff.open(f"/admin/{kind}/list").forms[0].fields["csrftoken"]
    asked = {"name": "export", "_list_query": f"?{query}", "pks": list(chosen)}
    return staff.request(
        "POST",
        f"/admin/_api/{kind}/action?{urlencode(asked, doseq=True)}",
        data={
            "csrftoken": token,
            "scope": "selected" if chosen else "all",
            "format": ending,
        },
    )


def csv_rows(answer: httpx.Response) -> list[dict[str, str]]:
    """The rows of a file of CSV, by their headings."""
    assert answer.headers["content-type"].startswith("text/csv"), answer.text
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def xlsx_rows(answer: httpx.Response) -> list[dict[str, tuple[str, str]]]:
    """The rows of a file's only sheet, by the letters of their columns, without empty cells.

    Of each cell its kind (``n`` is a number, ``inlineStr`` is text) and what it says.
    """
    assert answer.status_code == 200, answer.text
    with ZipFile(io.BytesIO(answer.content)) as book:
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))  # noqa: S314 - ours
    return [
        {
            cell.get("r", "").rstrip("0123456789"): (cell.get("t", "n"), "".join(cell.itertext()))
            for cell in row.iter(f"{_SHEET}c")
        }
        for row in sheet.iter(f"{_SHEET}row")
    ]
