"""A test over a table names every row that is wrong, and cannot pass over a row that raises."""

import pytest

from tests.tables import every

WRITTEN = """
import pytest
from tests.tables import every

@pytest.fixture
def limit():
    return 3

@every("name, length", [("one", 3), ("two", 7), (None, 4), ("three", 5), ("zero", 0)])
def test_a_name_is_short(limit, name, length):
    assert len(name) == length <= limit

@every("letter, reason", [("a", "not found"), ("b", "found")])
def test_a_letter_is_missed(letter, reason):
    with pytest.raises(ValueError, match=reason):
        "abc".index(letter) if letter == "b" else "xyz".index(letter)

@every("letter", "abc")
def test_a_letter_is_small(letter):
    assert letter.islower()
"""


def test_every_row_that_is_wrong_is_named_with_the_reason(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(WRITTEN)
    ran = pytester.runpytest_inprocess("-q", "-p", "no:cacheprovider")
    ran.assert_outcomes(passed=1, failed=2)
    ran.stdout.fnmatch_lines([
        "E*AssertionError: 4 of 5 rows are wrong",
        "E*name, length = ('two', 7): assert 3 == 7",
        "E*name, length = (None, 4): TypeError: *",
        "E*name, length = ('three', 5): assert 5 <= 3",
        "E*name, length = ('zero', 0): assert 4 == 0",
        "E*1 of 2 rows are wrong",
        "E*letter, reason = ('b', 'found'): Failed: DID NOT RAISE *",
    ])  # fmt: skip


def test_a_table_without_rows_is_refused() -> None:
    with pytest.raises(AssertionError, match="proves nothing"):
        every("row", [])
