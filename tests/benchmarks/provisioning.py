"""Orders per second from paid to welcomed, and how long one takes when nothing else is going on.

Two worker processes, the vendor's sandbox with 100 ms per call, the database and the load share the
machine. What else runs beside them counts against the wall clock, so the load average is printed,
and the processor time each of the four spends on an order, which says where the rest goes.
"""

import os
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from time import perf_counter, sleep

from rich.console import Console
from sqlalchemy import text

from bittitan_plugin.store import migrations
from bittitan_plugin.store.engine import open_engine
from bittitan_plugin.workflows.engine.heartbeat import HEARTBEAT_S
from bittitan_plugin.workflows.engine.queue import migrate as migrate_engine
from tests.benchmarks.measuring import Figure
from tests.benchmarks.processor import parent_of, seconds_of, seconds_of_family, spent
from tests.benchmarks.vendor_process import VendorProcess
from tests.waiting import until
from tests.worker_processes import Plant, end, start

#: Seconds the vendor takes for a call.
VENDOR_S = 0.1
#: Orders in the measured backlog, and those that warm the workers up.
ORDERS, WARM = 1200, 400
#: Orders that are placed one by one on an idle queue.
SINGLE = 20
#: Seconds for which the idle workers are watched.
IDLE_S = 5.0
#: Orders per second that are promised, and seconds beyond the vendor's own when idle.
PROMISED_RATE, PROMISED_EXTRA_S = 60.0, 0.1
#: Seconds between two looks at whether an order, and whether all orders are done.
LOOK_S, GLANCE_S = 0.005, 0.25


def provisioning(kind: str, url: str, directory: Path) -> list[Figure]:
    """Throughput and idle latency; on PostgreSQL only, where several processes make sense."""
    if kind != "PostgreSQL":
        return []
    engine = open_engine(url)
    migrations.upgrade(engine)
    engine.dispose()
    migrate_engine(url)
    with VendorProcess() as vendor:
        plant = Plant(url, directory, {"shop": vendor.url})
        task = replace(plant.task, heartbeat=HEARTBEAT_S)
        workers = [start(task, directory / f"worker-{number}.log") for number in range(2)]
        try:
            plant.hand_in("shop", range(WARM))
            until(lambda: plant.done("shop") == WARM)
            _look_over(plant)
            vendor.control("POST", "/faults", {"name": "latency", "seconds": VENDOR_S})
            meter = Meter(plant, vendor, tuple(worker.pid for worker in workers))
            return [_single(kind, plant), _backlog(kind, plant, meter)]
        finally:
            for worker in workers:
                end(worker)
            plant.close()


@dataclass(frozen=True)
class Meter:
    """What the parts of the plant have used so far."""

    plant: Plant
    vendor: VendorProcess
    workers: tuple[int, ...]

    def processor(self) -> dict[str, float]:
        """Processor seconds, by part; without the database where it is not on this machine."""
        used = {
            "workers": sum(map(seconds_of, self.workers)),
            "vendor": seconds_of(self.vendor.pid),
            "load": seconds_of(os.getpid()),
        }
        backend = int(self._ask("SELECT pg_backend_pid()"))
        try:
            used["database"] = seconds_of_family(parent_of(backend))
        except OSError:
            return used
        return used

    def commits(self) -> int:
        """Transactions the database has committed so far."""
        return int(
            self._ask("SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()")
        )

    def _ask(self, question: str) -> str:
        with self.plant.application.engine.connect() as connection:
            connection.execute(text("SELECT pg_stat_clear_snapshot()"))
            return str(connection.execute(text(question)).scalar_one())


def _look_over(plant: Plant) -> None:
    """What the database does by itself within a minute of the first orders: count its rows.

    Until then it may search all of a shop's rows for one, and keeps on for as long as it is not
    told better: that is a shop's first minute, not its trade.
    """
    with plant.application.engine.begin() as connection:
        connection.execute(text("ANALYZE"))


def _single(kind: str, plant: Plant) -> Figure:
    taken = []
    for number in range(WARM, WARM + SINGLE):
        started, before = perf_counter(), plant.issued("shop")
        plant.hand_in("shop", range(number, number + 1))
        while plant.issued("shop") == before:
            sleep(LOOK_S)
        taken.append(perf_counter() - started)
        sleep(0.2)
    return Figure(
        name=f"event until coupon, queue idle ({kind})",
        seconds=median(taken),
        floor_name="the vendor's round trip",
        floor_seconds=VENDOR_S,
        limit=VENDOR_S + PROMISED_EXTRA_S,
    )


def _backlog(kind: str, plant: Plant, meter: Meter) -> Figure:
    first = WARM + SINGLE
    until(lambda: plant.done("shop") == first)
    idle = _idle(meter)
    started, commits, used = perf_counter(), meter.commits(), meter.processor()
    plant.hand_in("shop", range(first, first + ORDERS))
    handed_in = perf_counter() - started
    while plant.done("shop") < first + ORDERS:
        if perf_counter() - started > 300:
            raise RuntimeError("the backlog is not worked off")
        sleep(GLANCE_S)
    seconds = perf_counter() - started
    sleep(1.0)  # the database counts with a delay
    by_part = spent(used, meter.processor())
    parts = ", ".join(f"{name} {used / ORDERS * 1000:.1f}" for name, used in by_part.items())
    Console().print(
        f"{ORDERS} orders in {seconds:.1f} s, {ORDERS / seconds:.0f}/s (handed in within "
        f"{handed_in:.1f} s); processor time per order {sum(by_part.values()) / ORDERS * 1000:.1f} "
        f"ms: {parts}; {(meter.commits() - commits) / ORDERS:.1f} transactions per order; "
        f"idle: {idle}; load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    )
    return Figure(
        name=f"order paid until welcomed, 2 workers ({kind}, {ORDERS / seconds:.0f}/s)",
        seconds=seconds / ORDERS,
        floor_name="the vendor's time over 32 calls in flight",
        floor_seconds=VENDOR_S / 32,
        limit=1 / PROMISED_RATE,
    )


def _idle(meter: Meter) -> str:
    """What two workers cost that have nothing to do."""
    commits, used = meter.commits(), meter.processor()
    sleep(IDLE_S)
    by_part = spent(used, meter.processor())
    busy = (by_part["workers"] + by_part.get("database", 0.0)) / IDLE_S
    return (
        f"{(meter.commits() - commits) / IDLE_S:.0f} transactions a second, {busy:.0%} of one core"
    )
