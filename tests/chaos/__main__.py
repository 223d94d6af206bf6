"""Runs the proof and prints its table; the exit status is the verdict."""

import argparse
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import NoReturn

from rich.console import Console

from tests import postgres
from tests.chaos import crash_points, faults, soak
from tests.chaos.databases import POSTGRESQL, SQLITE, Databases
from tests.chaos.fork_server import Nursery
from tests.chaos.instance import Instance
from tests.chaos.memory import Memory
from tests.chaos.report import PAGE, machine, print_table, record
from tests.chaos.rows import Row
from tests.chaos.shop import Shop, open_for_business, shop_at

WEB = "web"


@dataclass(frozen=True)
class Form:
    """How much is done."""

    every_operation_apart: bool
    stories: tuple[crash_points.Story, ...]
    #: Orders and seconds of the soak, by database.
    soaks: dict[str, tuple[int, float]]


LONG = Form(
    True,
    (*crash_points.STORIES, crash_points.RETRIED),
    {POSTGRESQL: (2000, 660.0), SQLITE: (400, 120.0)},
)
SHORT = Form(False, crash_points.STORIES, {POSTGRESQL: (160, 40.0)})


@dataclass
class Chaos:
    """Everything of one run: instances come and go in its directory."""

    nursery: Nursery
    directory: Path
    databases: Databases
    form: Form

    def crash_points(self, kind: str) -> list[Row]:
        """A worker killed at every boundary."""
        with self._open("crash points", kind) as (instance, new_shop):
            made = crash_points.CrashPoints(instance, new_shop, kind)
            return self._told(made.run(self.form.stories))

    def faults(self, kind: str) -> list[Row]:
        """Everything the vendor can do wrong."""
        apart = self.form.every_operation_apart
        with self._open("faults", kind) as (instance, new_shop):
            made = faults.Faults(instance, new_shop, kind)
            return self._told(made.run(every_operation_apart=apart))

    def soak(self, kind: str) -> tuple[Row, list[Memory]]:
        """Many customers in bad weather."""
        orders, seconds = self.form.soaks[kind]
        crash = self.databases.crash if kind == POSTGRESQL else None
        plan = soak.Plan(orders=orders, seconds=seconds, crash=crash)
        with self._open("soak", kind, run_web=False) as (instance, _):
            instance.start_web(WEB)
            variant_id = open_for_business(instance, WEB)
            instance.kill(WEB)
            return soak.soak(instance, variant_id, kind, plan)

    @contextmanager
    def _open(
        self, part: str, kind: str, *, run_web: bool = True
    ) -> Iterator[tuple[Instance, Callable[[], Shop]]]:
        name = f"{part}-{kind}".replace(" ", "-")
        instance = Instance(self.nursery, self.directory / name, self.databases.empty(kind))
        try:
            instance.open()
            variant_id = ""
            if run_web:
                instance.start_web(WEB)
                variant_id = open_for_business(instance, WEB)
            yield instance, lambda: shop_at(instance, [WEB], variant_id)
        finally:
            instance.close()

    def _told(self, rows: Iterator[Row]) -> list[Row]:
        """The rows, each said as it comes."""
        told = []
        for row in rows:
            told.append(row)
            state = "well" if row.verdict.is_clean else "; ".join(row.verdict.sentences())
            _say(f"{row.database}, {row.part}, {row.what}: {state}")
        return told


def main() -> int:
    """Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--short", action="store_true", help="less of everything, for CI")
    parser.add_argument("--record", action="store_true", help=f"write it to {PAGE.name}, too")
    given, started = parser.parse_args(), monotonic()
    form = SHORT if given.short else LONG
    with tempfile.TemporaryDirectory(prefix="bittitan-chaos-") as name:
        directory, nursery = Path(name), Nursery()
        databases = Databases(directory)
        signal.signal(signal.SIGTERM, lambda *_: _abandon(databases))
        try:
            rows, memories = _run(Chaos(nursery, directory, databases, form))
        finally:
            nursery.close()
            databases.close()
    took = f"{machine()}; {monotonic() - started:.0f} s"
    is_clean = _report(rows, memories, took, keep=given.record)
    missing = SQLITE in databases.kinds and POSTGRESQL not in databases.kinds
    if missing:
        _say("There is no PostgreSQL on this machine: that half is missing.")
    return int(not is_clean or (missing and bool(os.environ.get(postgres.REQUIRED))))


def _report(rows: list[Row], memories: list[Memory], took: str, *, keep: bool) -> bool:
    """Print what came of it, and record it where asked; whether all of it is as promised."""
    print_table(rows)
    for memory in memories:
        _say(f"memory of {memory}")
    is_clean = all(row.verdict.is_clean for row in rows) and all(m.is_flat for m in memories)
    verdict = "nothing is lost, nothing happened twice" if is_clean else "NOT WELL: see above"
    _say(f"{took}\n{verdict}")
    if keep:
        record(rows, memories, f"{took}: {verdict}.")
    return is_clean


def _abandon(databases: Databases) -> NoReturn:
    """Told to stop: the other processes end with this one, but the database server does not."""
    databases.close()
    os._exit(1)


def _run(chaos: Chaos) -> tuple[list[Row], list[Memory]]:
    kinds = chaos.databases.kinds
    with ThreadPoolExecutor() as jobs:
        # Each has an instance of its own; much of their time is waiting.
        parts = [
            jobs.submit(part, kind) for part in (chaos.crash_points, chaos.faults) for kind in kinds
        ]
        rows = [row for part in parts for row in part.result()]
    memories: list[Memory] = []
    for kind in kinds:
        if kind in chaos.form.soaks:
            row, seen = chaos.soak(kind)
            rows.append(row)
            memories += [Memory(f"{each.name} ({kind})", each.samples) for each in seen]
    return rows, memories


def _say(text: str) -> None:
    Console(highlight=False, soft_wrap=True).print(text, markup=False)


if __name__ == "__main__":
    sys.exit(main())
