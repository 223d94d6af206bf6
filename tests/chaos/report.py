"""Prints the table, and below it every sentence of a verdict that is not clean; or records it."""

import os
import platform
import sqlite3
from collections.abc import Iterable, Sequence
from io import StringIO
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Column, Table

from tests import postgres, recorded
from tests.chaos.memory import Memory
from tests.chaos.rows import Row, merged

COLUMNS = (
    "database",
    "what",
    "killed",
    "orders",
    "coupons",
    "living",
    "lost",
    "issued twice",
    "credited twice",
    "unexplained",
    "credits",
    "e-mails",
)
#: Where the documentation keeps the last run.
PAGE = recorded.WHY / "reliability-results.md"
#: Characters of a line of the table.
WIDTH = 220
#: Sentences that are printed at most.
MOST_SENTENCES = 40


def record(rows: Sequence[Row], memories: Iterable[Memory], ended: str, page: Path = PAGE) -> None:
    """Write it into the documentation; ``ended`` says where it ran and how it ended."""
    written = StringIO()
    print_table(rows, Console(file=written, width=WIDTH, highlight=False))
    memory = "".join(f"- {each}\n" for each in memories)
    recorded.record(page, "run", f"{ended}\n{written.getvalue()}\n## Memory\n\n{memory}")


def print_table(rows: Sequence[Row], console: Console | None = None) -> None:
    """All of it, one table per part."""
    console = console or Console(width=WIDTH, highlight=False)
    for part in dict.fromkeys(row.part for row in rows):
        console.print(f"\n## {part}\n")
        table = Table(*(Column(name, no_wrap=True) for name in COLUMNS), box=box.MARKDOWN)
        shown = merged(row for row in rows if row.part == part)
        for row in [*shown, *_totals(part, shown)]:
            table.add_row(*_cells(row))
        console.print(table)
    sentences = [sentence for row in rows for sentence in row.verdict.sentences()]
    for sentence in sentences[:MOST_SENTENCES]:
        console.print(f"- {sentence}")
    if len(sentences) > MOST_SENTENCES:
        console.print(f"… and {len(sentences) - MOST_SENTENCES} more")


def _totals(part: str, rows: Sequence[Row]) -> list[Row]:
    renamed = [
        Row(part, row.database, "together", **{k: v for k, v in vars(row).items() if k in _SUMMED})
        for row in rows
    ]
    return merged(renamed) if len(rows) > 2 else []


_SUMMED = {"kills", "orders", "coupons", "living", "credits", "emails", "repeats", "verdict"}


def _cells(row: Row) -> list[str]:
    repeats = f" (+{row.repeats} again)" if row.repeats else ""
    numbers = (
        row.kills,
        row.orders,
        row.coupons,
        row.living,
        len(row.verdict.lost),
        len(row.verdict.issued_twice),
        len(row.verdict.credited_twice),
        len(row.verdict.unexplained),
        row.credits,
    )
    return [row.database, row.what, *map(str, numbers), f"{row.emails}{repeats}"]


def machine() -> str:
    """What it ran on, in a few words."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    cores = len(os.sched_getaffinity(0))
    return (
        f"{cores} cores, {memory:.0f} GiB, Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}, {postgres.version() or 'no PostgreSQL'}"
    )
