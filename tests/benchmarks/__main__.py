"""Takes the figures and prints them; a promise that is missed is said, and ends with status 1.

Takes all of them, or those of the benchmarks that are named.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from io import StringIO
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table
from sqlalchemy import create_engine, make_url

from tests import postgres
from tests.benchmarks.accepting import accepting
from tests.benchmarks.cancelling import cancelling
from tests.benchmarks.crowd import crowd
from tests.benchmarks.importing import importing_articles
from tests.benchmarks.measuring import Figure
from tests.benchmarks.provisioning import provisioning
from tests.benchmarks.reconciling import reconciling
from tests.benchmarks.starting import importing, serving
from tests.benchmarks.stock import stocking
from tests.benchmarks.webhooks import webhooks
from tests.chaos.report import WIDTH, machine
from tests.recorded import WHY, record

#: Takes its figures on a database of that kind; the directory is for whatever else it keeps.
OnADatabase = Callable[[str, str, Path], list[Figure]]


def _accept(kind: str, url: str, directory: Path) -> list[Figure]:
    return [accepting(kind, url, directory)]


#: Each is given a database of its own, so that none works off what another left.
ON_A_DATABASE: dict[str, OnADatabase] = {
    "accepting": _accept,
    "importing": importing_articles,
    "cancelling": cancelling,
    "crowd": crowd,
    "provisioning": provisioning,
    "reconciling": reconciling,
    "stock": stocking,
    "webhooks": webhooks,
}
STARTING = "starting"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmarks that are named, or all; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    known = (STARTING, *ON_A_DATABASE)
    parser.add_argument("names", nargs="*", metavar="name", help=f"one of {', '.join(known)}")
    parser.add_argument("--record", action="store_true", help="write it into the documentation")
    given = parser.parse_args(arguments)
    names = given.names or known
    for name in names:
        if name not in known:
            parser.error(f"there is no benchmark '{name}'; there are {', '.join(known)}")
    measures = [measure for name, measure in ON_A_DATABASE.items() if name in names]
    figures = [importing(), serving()] if STARTING in names else []
    with tempfile.TemporaryDirectory() as folder:
        directory = Path(folder)
        for number, measure in enumerate(measures):
            figures += measure("SQLite", f"sqlite:///{directory}/{number}.sqlite", directory)
        figures += _on_postgresql(measures, directory)
    Console(width=160).print(_table(figures))
    if given.record:
        _record(figures)
    return int(any(figure.limit and figure.seconds > figure.limit for figure in figures))


def _on_postgresql(measures: Sequence[OnADatabase], directory: Path) -> list[Figure]:
    if not measures:
        return []
    server = None if os.environ.get(postgres.VARIABLE) else postgres.start(durable=True)
    url = server.url if server else os.environ.get(postgres.VARIABLE)
    if url is None:
        Console().print("no PostgreSQL on this machine: its figures are left out")
        return []
    try:
        return [
            figure
            for measure in measures
            for figure in measure("PostgreSQL", _emptied(url), directory)
        ]
    finally:
        if server:
            server.stop()


def _emptied(url: str) -> str:
    """The address of a database on that server with nothing in it."""
    engine = create_engine(
        make_url(url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        connection.exec_driver_sql("DROP DATABASE IF EXISTS bittitan_bench WITH (FORCE)")
        connection.exec_driver_sql("CREATE DATABASE bittitan_bench")
    engine.dispose()
    return make_url(url).set(database="bittitan_bench").render_as_string(hide_password=False)


def _record(figures: list[Figure]) -> None:
    """Write them into the documentation."""
    written = StringIO()
    Console(file=written, width=WIDTH).print(_table(figures, box.MARKDOWN))
    record(WHY / "performance-results.md", "bench", f"{machine()}.\n\n{written.getvalue().strip()}")


def _table(figures: list[Figure], lines: box.Box = box.HEAVY_HEAD) -> Table:
    table = Table("what", "median", "floor", "floor's median", "ratio", "promise", box=lines)
    for figure in figures:
        promise = ""
        if figure.limit:
            kept = "kept" if figure.seconds <= figure.limit else "MISSED"
            promise = f"< {figure.limit:g} s: {kept}"
        table.add_row(
            figure.name,
            f"{figure.seconds * 1000:.1f} ms",
            figure.floor_name,
            f"{figure.floor_seconds * 1000:.1f} ms",
            f"{figure.ratio:.1f}",
            promise,
        )
    return table


if __name__ == "__main__":
    sys.exit(main())
