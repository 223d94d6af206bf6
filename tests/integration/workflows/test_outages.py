"""Real worker processes whose database, vendor or processor time goes away, and comes back."""

import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url

from bittitan_plugin.bittitan.sandbox import SandboxServer
from bittitan_plugin.domain.problems import ProblemKind
from bittitan_plugin.services.outages import watch_vendor
from bittitan_plugin.store import migrations
from bittitan_plugin.store.circuits import Circuits
from bittitan_plugin.store.engine import open_engine
from bittitan_plugin.workflows.engine.queue import migrate as migrate_engine
from tests import postgres
from tests.waiting import until
from tests.worker_processes import LEFT, Plant, Task, end, start

#: How often a worker asks for a database that is away before it is back.
KNOCKS = 60
#: Threads for the work that a process has in hand at once, and those that there are anyway.
MOST_THREADS = 48 + 3 * 12 + 80

pytestmark = pytest.mark.rest

Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "worker.log"


@pytest.fixture
def starts(log: Path) -> Iterator[Start]:
    """Starts workers, and ends them with the test."""
    with ExitStack() as stack:

        def begin(task: Task, **changes: Any) -> "subprocess.Popen[bytes]":
            process = start(replace(task, **changes), log)
            stack.callback(process.wait)
            stack.callback(process.kill)
            return process

        yield begin


@pytest.fixture
def plant(postgresql_url: str, sandbox: SandboxServer, tmp_path: Path) -> Iterator[Plant]:
    """A shop on PostgreSQL; its platform lives in every process that is told to serve it."""
    made = Plant(postgresql_url, tmp_path, {"one": sandbox.url})
    yield made
    made.close()


def migrate(url: str) -> None:
    engine = open_engine(url)
    migrations.upgrade(engine)
    engine.dispose()
    migrate_engine(url)


def test_a_database_that_goes_away_and_comes_back_costs_no_order_and_no_restart(
    sandbox: SandboxServer, starts: Start, log: Path, tmp_path: Path
) -> None:
    server = postgres.start(durable=True)
    if server is None:
        pytest.skip("no PostgreSQL server programs found")
    try:
        migrate(server.url)
        plant = Plant(server.url, tmp_path, {"one": sandbox.url})
        sandbox.sandbox.faults.add("latency", seconds=0.3)
        worker = starts(plant.task)
        plant.hand_in("one", range(40))
        until(lambda: plant.done("one") >= 5)
        before = len(log.read_text().splitlines())
        server.halt()
        turn_away(server.url, KNOCKS)
        said = log.read_text().splitlines()[before:]
        server.resume()
        until(lambda: plant.done("one") == 40)
        stopped = end(worker)
        plant.close()
    finally:
        server.stop()
    assert (plant_counts(sandbox, plant), stopped) == ((40, 40), 0)
    assert any(map(has_noticed, said))
    assert len(said) < 60 + KNOCKS, "\n".join(said)


def has_noticed(log: str) -> bool:
    """Whether a worker, or its engine, has said that the database is away."""
    return "heartbeat_missed" in log or "Database connection" in log


def turn_away(url: str, times: int) -> None:
    """Stand in for a database that is away until that often somebody has asked for it."""
    with socket.create_server(("127.0.0.1", make_url(url).port or 0)) as door:
        for _ in range(times):
            door.accept()[0].close()


def plant_counts(sandbox: SandboxServer, plant: Plant) -> tuple[int, int]:
    """Coupons ever made, and messages sent."""
    return len(sandbox.sandbox.ledger()), len(plant.letters())


def test_a_worker_that_is_told_to_stop_while_its_database_is_away_stops_in_time(
    sandbox: SandboxServer, starts: Start, log: Path, tmp_path: Path
) -> None:
    server = postgres.start()
    if server is None:
        pytest.skip("no PostgreSQL server programs found")
    try:
        migrate(server.url)
        plant = Plant(server.url, tmp_path, {"one": sandbox.url})
        worker = starts(plant.task)
        plant.hand_in("one", range(5))
        until(lambda: plant.done("one") == 5)
        server.halt()
        until(lambda: has_noticed(log.read_text()))
        # It is back only after the worker has gone.
        code = end(worker)
        plant.close()
        server.resume()
    finally:
        server.stop()
    assert code == 0


@pytest.mark.parametrize(
    "moment",
    [
        "bittitan_plugin.bittitan.coupon_api.client:CouponApi.issue",
        "bittitan_plugin.services.selling.provisioning:_record",
        "bittitan_plugin.services.selling.delivery:tell_platform",
    ],
    ids=["the coupon was issued", "the coupon was stored", "the follow-up began"],
)
def test_a_worker_that_was_only_slow_does_no_harm_when_it_comes_back(
    plant: Plant, sandbox: SandboxServer, starts: Start, log: Path, moment: str
) -> None:
    slow = starts(plant.task, silence=2.0, halts_after=moment)
    plant.hand_in("one", range(1))
    until(lambda: is_halted(slow.pid))
    starts(plant.task, silence=2.0)
    until(lambda: plant.done("one") == 1)
    slow.send_signal(signal.SIGCONT)
    plant.hand_in("one", range(1, 4))
    until(lambda: plant.done("one") == 4 and LEFT in log.read_text())
    assert "taking_over" in log.read_text()
    assert (plant.assets("one"), *plant_counts(sandbox, plant)) == (4, 4, 4)


def test_a_worker_that_was_killed_is_taken_over_from(
    plant: Plant, sandbox: SandboxServer, starts: Start, log: Path
) -> None:
    dying = starts(
        plant.task, halts_after="bittitan_plugin.bittitan.coupon_api.client:CouponApi.issue"
    )
    plant.hand_in("one", range(3))
    until(lambda: is_halted(dying.pid))
    dying.kill()
    dying.wait()
    starts(plant.task)
    until(lambda: plant.done("one") == 3)
    assert "taking_over" in log.read_text()
    assert (plant.assets("one"), *plant_counts(sandbox, plant)) == (3, 3, 3)


def is_halted(pid: int) -> bool:
    """Whether the process was stopped by a signal and not ended."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


def threads_of(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/task").iterdir()))


def test_orders_that_wait_for_a_vendor_take_no_threads_and_starve_nobody(
    postgresql_url: str, sandbox: SandboxServer, starts: Start, tmp_path: Path
) -> None:
    with SandboxServer() as away:
        plant = Plant(postgresql_url, tmp_path, {"away": away.url, "well": sandbox.url})
        away.sandbox.faults.add("status", status=503)
        plant.hand_in("away", range(400))
        worker = starts(plant.task)
        until(lambda: plant.assets("away") == 400)
        plant.hand_in("well", range(10))
        until(lambda: plant.done("well") == 10)
        assert threads_of(worker.pid) < MOST_THREADS
        calls = len(Circuits(plant.application.engine).all())
        watch_vendor(plant.tenant("away"))
        raised = problems(plant, "away")
        away.sandbox.faults.clear()
        until(lambda: plant.done("away") == 400)
        watch_vendor(plant.tenant("away"))
        assert (len(away.sandbox.ledger()), len(plant.letters())) == (400, 410)
        assert (calls, raised, problems(plant, "away")) == (1, [ProblemKind.VENDOR_DOWN], [])
        plant.close()


def problems(plant: Plant, key: str) -> list[ProblemKind]:
    with plant.application.ports.store.reading(plant.ids[key]) as work:
        return [problem.kind for problem in work.problems.open()]


def test_work_for_a_platform_this_process_does_not_serve_goes_on_in_one_that_does(
    plant: Plant, starts: Start
) -> None:
    starts(plant.task, installations=(), hop=0.5)
    plant.hand_in("one", range(3))
    put_off = set[str]()

    def were_all_put_off() -> bool:
        put_off.update(plant.waiting())
        return len(put_off) == 3

    until(were_all_put_off)
    assert plant.assets("one") == 0
    starts(plant.task)
    until(lambda: plant.done("one") == 3)
