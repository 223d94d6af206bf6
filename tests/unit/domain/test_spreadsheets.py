"""No cell of ours is calculated by whoever opens the file."""

import csv
from io import StringIO

import pytest

from bittitan_plugin.domain.spreadsheets import safe_cell, to_csv
from tests.tables import every


@every("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\r=1"])
def test_a_cell_that_begins_like_a_formula_is_made_text(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["MW-1", "a=b", "", "12.50 USD"])
def test_any_other_text_stays_as_it_is(text: str) -> None:
    assert safe_cell(text) == text


def test_numbers_stay_numbers_and_nothing_stays_empty() -> None:
    assert [safe_cell(value) for value in (-5, 0, None)] == ["-5", "0", ""]


def test_a_table_is_quoted_where_it_must_be() -> None:
    text = to_csv(["a", "b"], [['x,"y"', "two\nlines"], [None, 3]])
    assert list(csv.reader(StringIO(text.removeprefix("\ufeff")))) == [
        ["a", "b"],
        ['x,"y"', "two\nlines"],
        ["", "3"],
    ]


def test_a_file_says_that_it_is_utf_8_or_excel_would_spoil_its_umlauts() -> None:
    assert to_csv(["Währung"], []).encode() == b"\xef\xbb\xbfW\xc3\xa4hrung\r\n"
