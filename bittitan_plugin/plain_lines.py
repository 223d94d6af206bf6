"""Progress where there is no terminal: a line now and then, for logs and pipes."""

from collections.abc import Callable
from typing import Generic, TypeVar

from rich.console import Console

Report = TypeVar("Report")


class PlainLines(Generic[Report]):
    """Is told how far the work has come, and says so each time ``every`` more rows are done."""

    def __init__(
        self,
        console: Console,
        *,
        every: int,
        rows: Callable[[Report], int],
        said: Callable[[Report], str],
    ) -> None:
        self._console = console
        self._every = self._next = every
        self._rows = rows
        self._said = said

    def __call__(self, report: Report) -> None:
        """The work has come this far."""
        rows = self._rows(report)
        if rows >= self._next:
            self._console.print(self._said(report), markup=False)
            self._next = rows + self._every
