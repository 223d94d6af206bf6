"""Web processes and workers apart, stopped and started again: nothing is lost, nothing is doubled.

Orders are placed over HTTP; what came of them is read from the vendor's ledger, the shop's GraphQL
and the mail directory.
"""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from bittitan_plugin.base.cipher import generate_key
from bittitan_plugin.base.settings import Settings
from bittitan_plugin.bittitan.sandbox import SandboxServer
from tests.acceptance.instance import ONCE, Instance
from tests.acceptance.people import STAFF, Person, hire_staff
from tests.acceptance.processes import serving, started, wait_until_ready, working
from tests.empty_database import KINDS, empty_database
from tests.ports import free_port
from tests.waiting import PATIENCE_S, until


@pytest.fixture
def instance(tmp_path: Path, sandbox: SandboxServer) -> Iterator[Instance]:
    """On PostgreSQL, where processes may run on several machines."""
    with empty_database("postgresql", tmp_path) as url:
        key = generate_key()
        hire_staff(Settings(database_url=url, var_dir=tmp_path, secret_keys=(key,)))
        settings = {"database_url": url, "var_dir": str(tmp_path), "secret_keys": key}
        settings["demo_payments"] = "true"
        yield Instance(settings, sandbox, free_port())


def stop(process: "subprocess.Popen[str]", number: signal.Signals = signal.SIGTERM) -> int:
    """Tell it to stop; how it ended."""
    process.send_signal(number)
    process.communicate(timeout=PATIENCE_S)
    return process.returncode


def test_an_order_taken_by_a_web_process_is_provisioned_by_a_worker(instance: Instance) -> None:
    with serving(instance.port, "--no-worker", **instance.settings):
        staff = instance.staff()
        instance.open_shop(staff)
        order = instance.order(staff)
        assert instance.sandbox.sandbox.ledger() == []
        with working(**instance.settings):
            until(lambda: instance.welcomed(1))
            assert instance.outcome(staff, [order]) == [ONCE]


def test_two_workers_on_one_database_share_the_work_without_doubling_it(
    instance: Instance,
) -> None:
    with serving(instance.port, "--no-worker", **instance.settings):
        staff = instance.staff()
        instance.open_shop(staff)
        orders = [instance.order(staff) for _ in range(6)]
        with working(**instance.settings), working(**instance.settings):
            until(lambda: instance.welcomed(6))
            assert instance.outcome(staff, orders) == [ONCE] * 6
    assert len(instance.sandbox.sandbox.ledger()) == 6


def test_a_worker_stopped_in_the_middle_ends_and_the_next_one_goes_on(
    instance: Instance,
) -> None:
    with serving(instance.port, "--no-worker", **instance.settings):
        staff = instance.staff()
        instance.open_shop(staff)
        with working(**instance.settings) as first:
            # BitTitan does the work and keeps its answer: the step is under way until it gives up.
            instance.sandbox.sandbox.faults.add(
                "timeout_after_work", operation="issue", times=1, seconds=60
            )
            order = instance.order(staff)
            until(instance.sandbox.sandbox.ledger)
            ended = stop(first)
        with working(**instance.settings):
            until(lambda: instance.welcomed(1))
            assert (ended, instance.outcome(staff, [order])) == (0, [ONCE])
    assert len(instance.sandbox.sandbox.ledger()) == 1


def test_a_web_process_stopped_after_an_order_loses_nothing_of_it(instance: Instance) -> None:
    with serving(instance.port, "--no-worker", **instance.settings) as first:
        staff = instance.staff()
        instance.open_shop(staff)
        order = instance.order(staff)
        ended = stop(first)
    with serving(instance.port, **instance.settings):
        until(lambda: instance.welcomed(1))
        assert instance.outcome(instance.staff(), [order]) == [ONCE]
    assert ended in (0, -15)


@pytest.mark.parametrize("kind", KINDS)
def test_two_shops_that_start_at_once_on_an_empty_database_both_become_ready(
    kind: str, tmp_path: Path
) -> None:
    ports = [free_port(), free_port()]
    with empty_database(kind, tmp_path) as url, ExitStack() as stack:
        settings = {"database_url": url, "var_dir": str(tmp_path)}
        processes = [
            stack.enter_context(started("serve", "--port", str(port), **settings)) for port in ports
        ]
        for port, process in zip(ports, processes, strict=True):
            wait_until_ready(port, process)


def test_a_token_of_one_process_is_believed_by_another(instance: Instance) -> None:
    other = free_port()
    settings = {**instance.settings, "public_url": "http://shop.example"}
    with (
        serving(instance.port, "--no-worker", **settings),
        started("serve", "--port", str(other), "--no-worker", **settings) as second,
    ):
        wait_until_ready(other, second)
        answer: Any = Person(other, instance.staff().token).ask("query { me { email } }")
    assert answer == {"email": STAFF}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda n: n.name)
def test_a_worker_that_waits_for_its_next_attempt_still_ends(
    instance: Instance, number: signal.Signals
) -> None:
    with serving(instance.port, "--no-worker", **instance.settings):
        staff = instance.staff()
        instance.open_shop(staff)
        instance.sandbox.sandbox.faults.add("rate_limit", operation="issue", retry_after=600)
        order = instance.order(staff)
        with working(**instance.settings) as worker:
            until(lambda: instance.is_delayed(staff, order))
            assert stop(worker, number) == 0
