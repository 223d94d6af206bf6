"""Worker processes for a platform that needs no process of its own: orders follow from their ids.

Run as ``python -m tests.worker_processes TASK``, a worker lives until SIGTERM; tests and benchmarks
hand its work in and count what came of it in the database, the vendor's ledger and the mail
directory.
"""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID

from dbos import DBOS
from sqlalchemy import func, select

from bittitan_plugin.base.cipher import generate_key
from bittitan_plugin.base.settings import LogFormat, Settings
from bittitan_plugin.bittitan.sandbox import DEFAULT_EMAIL, DEFAULT_PASSWORD
from bittitan_plugin.domain.catalogue import ProductType
from bittitan_plugin.domain.orders import Customer, Order, OrderStatus
from bittitan_plugin.plugin.bootstrap import Application, build
from bittitan_plugin.services.installations import configure
from bittitan_plugin.services.ports import Tenant
from bittitan_plugin.services.selling.ordering import accept
from bittitan_plugin.store import workers
from bittitan_plugin.store.due_retries import DueRetries
from bittitan_plugin.store.tables import AssetRow
from bittitan_plugin.workflows.engine import attempts, runtime
from bittitan_plugin.workflows.engine import heartbeat as heart
from tests.fakes.host import FakePlatform, line
from tests.waiting import PATIENCE_S, until
from tests.world import MAILBOX, product

#: Said in the log by a worker that was halted, once it has no hand any more in what it was at.
LEFT = "what was under way when it was halted has been left"


class DerivedHost(FakePlatform):
    """Shows any order one asks for: one line, paid, of the shop's one customer."""

    def order(self, order_id: str) -> Order | None:
        return Order(
            id=order_id,
            number=order_id,
            status=OrderStatus.CONFIRMED,
            fully_paid=True,
            customer=Customer(id="customer", email="buyer@example.com", company="Contoso"),
            recipient_email="buyer@example.com",
            lines=(line(id=f"line-{order_id}"),),
            created_at=datetime.now(UTC),
        )


@dataclass(frozen=True, kw_only=True)
class Task:
    """What a worker needs to know."""

    database_url: str
    directory: str
    secret_key: str
    #: The platforms it serves.
    installations: tuple[str, ...]
    #: Seconds between heartbeats, and of silence after which a worker is taken for dead.
    heartbeat: float = 0.5
    silence: float = 30.0
    #: Seconds after which work for a platform it does not serve is offered to the others again.
    hop: float = 10.0
    #: ``module:Class.method`` after whose return the process stops itself with SIGSTOP, once.
    halts_after: str = ""
    #: Settings of the process, by their names.
    settings: dict[str, Any] | None = None

    def application(self) -> Application:
        """The plugin, wired as in production and attached to the platforms."""
        made = build(
            Settings(
                database_url=self.database_url,
                var_dir=Path(self.directory),
                secret_keys=(self.secret_key,),
                log_format=LogFormat.QUIET,
                **(self.settings or {}),
            )
        )
        for key in self.installations:
            made.attach(key, DerivedHost())
        return made


class Plant:
    """Installations on one database, seen from outside of the workers."""

    def __init__(self, database_url: str, directory: Path, vendors: dict[str, str]) -> None:
        self.task = Task(
            database_url=database_url,
            directory=str(directory),
            secret_key=generate_key(),
            installations=tuple(vendors),
        )
        self.application = self.task.application()
        self.ids: dict[str, UUID] = {}
        for key, url in vendors.items():
            values = {"api_url": url, "api_email": DEFAULT_EMAIL, "api_password": DEFAULT_PASSWORD}
            installation = configure(self.application.ports, key, {}, active=False)
            with self.application.ports.store.writing(installation.id) as work:
                work.products.add(product(ProductType.MAILBOX_LICENSE, "MW-MAILBOX", MAILBOX, "14"))
            self.ids[key] = configure(self.application.ports, key, values, active=True).id

    def tenant(self, key: str) -> Tenant:
        return Tenant(self.application.ports, self.ids[key])

    def hand_in(self, key: str, numbers: range) -> None:
        """The platform says that these orders are paid."""
        ports, host = self.application.ports, DerivedHost()
        with ports.store.looking_up() as installations:
            installation = installations.by_id(self.ids[key])
        for number in numbers:
            order = host.order(f"{key}-{number}")
            assert order is not None
            accept(ports, installation, order)

    def done(self, key: str) -> int:
        """How many of its orders have a coupon and a welcome."""
        return self._count(key, AssetRow.coupon_id.is_not(None), AssetRow.welcomed_at.is_not(None))

    def issued(self, key: str) -> int:
        """How many of its orders have a coupon."""
        return self._count(key, AssetRow.coupon_id.is_not(None))

    def assets(self, key: str) -> int:
        """How many assets it has."""
        return self._count(key)

    def waiting(self) -> list[str]:
        """The work that waits to be tried again later."""
        waiting = DueRetries(self.application.engine).overdue(datetime.max.replace(tzinfo=UTC))
        return [retry.id for _, retry in waiting]

    def letters(self) -> list[str]:
        """The names of the messages that were sent; a message has one name however often."""
        return [path.name for path in (Path(self.task.directory) / "mail").glob("*.eml")]

    def close(self) -> None:
        """Let go of the database."""
        self.application.close()

    def _count(self, key: str, *conditions: Any) -> int:
        with self.application.ports.store.reading(self.ids[key]) as work:
            rows = select(func.count(AssetRow.id)).where(
                AssetRow.installation_id == self.ids[key], *conditions
            )
            return work.session.scalar(rows) or 0


def start(task: Task, log: Path) -> "subprocess.Popen[bytes]":
    """A worker at work; what it says goes to the end of ``log``."""
    with log.open("ab") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.worker_processes", json.dumps(asdict(task))],
            stdout=subprocess.PIPE,
            stderr=file,
        )
    assert process.stdout is not None
    with process.stdout as appointment:
        assert appointment.readline() == b"working\n", log.read_text()
    return process


def end(process: "subprocess.Popen[bytes]") -> int:
    """Tell it to stop; how it ended."""
    process.terminate()
    return process.wait(PATIENCE_S)


def halt_after(target: str) -> None:
    """Let the process stop itself, once, when that function has returned for the first time.

    When it was woken and has let go of what it was at, it says ``LEFT``.
    """
    module_name, _, path = target.partition(":")
    owner_name, _, name = path.rpartition(".")
    module = import_module(module_name)
    owner: Any = getattr(module, owner_name) if owner_name else module
    original: Callable[..., object] = getattr(owner, name)
    halted = threading.Lock()

    @wraps(original)
    def halting(*arguments: Any, **values: Any) -> object:
        result = original(*arguments, **values)
        if halted.acquire(blocking=False):
            os.kill(os.getpid(), signal.SIGSTOP)
            threading.Thread(target=_tell_when_left, args=(DBOS.workflow_id,), daemon=True).start()
        return result

    setattr(owner, name, halting)


def _tell_when_left(workflow_id: str) -> None:
    until(lambda: workflow_id not in runtime.current().at_work())
    print(LEFT, file=sys.stderr, flush=True)  # noqa: T201 - said in the log


def run(task: Task) -> None:
    """Work until told to stop."""
    if task.halts_after:
        halt_after(task.halts_after)
    heart.HEARTBEAT_S = task.heartbeat
    workers.SILENCE = timedelta(seconds=task.silence)
    attempts.LONGEST_HOP = task.hop
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    application = task.application()
    application.start_worker()
    print("working", flush=True)  # noqa: T201 - the appointment
    stopping.wait()
    application.close()
    os._exit(0)


if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    run(Task(**{**given, "installations": tuple(given["installations"])}))
