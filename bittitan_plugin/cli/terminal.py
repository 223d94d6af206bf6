"""Output of all commands: one kind of console, rows as text or JSON, progress as plain lines."""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Generic, TypeVar

from rich.console import Console

from bittitan_plugin.domain.history import Actor, ActorKind

#: The actor of a command in an asset's history.
OPERATOR = Actor(ActorKind.STAFF, "command line")

Row = tuple[object, ...]
Report = TypeVar("Report")


def open_console() -> Console:
    """The terminal or pipe that the command writes to; lines are not broken."""
    return Console(soft_wrap=True, highlight=False)


def print_rows(console: Console, header: Sequence[str], rows: Iterable[Row]) -> None:
    """Print one line for each row, below the names of its cells; an empty cell is a dash."""
    for row in (header, *rows):
        shown = ("-" if cell is None else str(cell) for cell in row)
        console.print("  ".join(shown), markup=False)


def print_json_rows(console: Console, header: Sequence[str], rows: Iterable[Row]) -> None:
    """Print rows as a list of JSON objects, each cell under its name."""
    names = [name.replace(" ", "_").lower() for name in header]
    print_json(console, [dict(zip(names, row, strict=True)) for row in rows])


def print_json(console: Console, value: object) -> None:
    """Print JSON, with days and instants as ISO 8601 and amounts as text."""
    console.print(json.dumps(value, indent=2, default=_plain), markup=False)


def _plain(value: object) -> str:
    if isinstance(value, date):  # an instant is one too
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else repr(value)


class PlainLines(Generic[Report]):
    """Progress where there is no terminal, for logs and pipes.

    Call it with the progress; it prints a line each time ``every`` more rows are done.
    """

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
