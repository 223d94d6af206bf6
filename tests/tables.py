"""A table tried by one test, which names every row that is wrong and not the first alone.

``@every("text, reason", TABLE)`` stands where ``pytest.mark.parametrize`` would make a case of
each row. The rows of one test share its fixtures.
"""

import functools
import inspect
from collections.abc import Callable, Iterable
from reprlib import Repr

import pytest

Test = Callable[..., None]

#: Long enough to know a row by.
_SHORT = Repr()
_SHORT.maxstring = _SHORT.maxother = 120


def every(columns: str, table: Iterable[object]) -> Callable[[Test], Test]:
    """Try the test with each row: its one cell, or a tuple of as many as there are columns."""
    names, rows = columns.split(", "), list(table)
    assert rows, "a table without rows proves nothing"

    def around(test: Test) -> Test:
        @functools.wraps(test)
        def whole(**fixtures: object) -> None:
            wrong = [
                (row, error)
                for row in rows
                if (error := _error(test, fixtures | _cells(names, row))) is not None
            ]
            if wrong:
                said = [f"{columns} = {_SHORT.repr(row)}: {_told(error)}" for row, error in wrong]
                head = f"{len(wrong)} of {len(rows)} rows are wrong"
                raise AssertionError("\n".join([head, *said])) from wrong[0][1]

        rest = [
            each for name, each in inspect.signature(test).parameters.items() if name not in names
        ]
        whole.__signature__ = inspect.Signature(rest)  # type: ignore[attr-defined]
        return whole

    return around


def _cells(names: list[str], row: object) -> dict[str, object]:
    if len(names) == 1:
        return {names[0]: row}
    assert isinstance(row, tuple)
    return dict(zip(names, row, strict=True))


def _error(test: Test, given: dict[str, object]) -> BaseException | None:
    try:
        test(**given)
    except (Exception, pytest.fail.Exception) as error:
        return error
    return None


def _told(error: BaseException) -> str:
    kind = "" if isinstance(error, AssertionError) else f"{type(error).__name__}: "
    return f"{kind}{error}".replace("\n", "\n  ")
