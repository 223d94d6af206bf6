"""A shop whose durable work is done in the test's own thread, as soon as the test settles.

The workflows are the program's own, down to their waits. What is left out is the engine, its
records, its threads and its looking for work, which cost three times as much as the work itself.
Tests of those take ``shop``; all others may take ``shop_by_hand`` in its place.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from inspect import unwrap
from threading import get_ident
from typing import Any, SupportsIndex, TypeVar
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from bittitan_hooks import specs
from bittitan_hooks.plugin import BitTitanPlugin
from bittitan_plugin.bootstrap import build
from bittitan_plugin.cipher import generate_key
from bittitan_plugin.domain.catalogue import ProductType
from bittitan_plugin.services import durable
from bittitan_plugin.settings import Settings
from bittitan_plugin.store.unit_of_work import Store
from bittitan_plugin.vendor.sandbox import DEFAULT_EMAIL, DEFAULT_PASSWORD, SandboxServer
from bittitan_plugin.workflows import (
    billing,
    cancel,
    importing,
    provision,
    reconcile,
    retrying,
    runtime,
    stock,
    tell,
    watch,
)
from tests.conftest import Databases, StandingClock
from tests.fakes.host import FakeHost
from tests.fakes.mail import RecordingMailer
from tests.impatience import impatient_vendors
from tests.world import BEGINNING, BUNDLE, MAILBOX, PACE, Shop, World, product

T = TypeVar("T")

WORKFLOWS: dict[str, Callable[..., str]] = {
    durable.PROVISION: provision.provision,
    durable.SYNCHRONIZE: provision.synchronize,
    durable.CANCEL: cancel.cancel,
    durable.WITHDRAW: cancel.withdraw,
    durable.INVOICE: billing.invoice,
    durable.TELL: tell.tell,
    durable.REMIND: watch.remind,
    durable.FOLLOW: watch.follow,
    durable.OUT_OF_STOCK: stock.out_of_stock,
    durable.REVOCATION_NEWS: stock.tell_of_revocation,
    durable.RECONCILE: reconcile.reconcile,
    durable.SERVICES_DEFINITION: importing.fetch_services_definition,
    durable.IMPORT_STOCK: importing.import_stock,
}


@dataclass(frozen=True)
class Job:
    """Durable work that was handed in."""

    id: str
    workflow: str
    #: The installation's id first.
    arguments: tuple[str, ...]

    @property
    def installation(self) -> UUID:
        return UUID(self.arguments[0])


@dataclass
class Backlog:
    """A ``WorkflowQueue``: what is handed in waits here once its transaction has committed."""

    waiting: list[Job] = field(default_factory=list)
    done: list[Job] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)

    def enqueue(self, session: Session, workflow: str, workflow_id: str, *arguments: str) -> None:
        job = Job(workflow_id, workflow, arguments)

        def keep(_session: Session) -> None:
            if job.id not in self.ids:
                self.ids.add(job.id)
                self.waiting.append(job)

        event.listen(session, "after_commit", keep, once=True)


@dataclass(kw_only=True)
class ShopByHand(Shop):
    """One installation of a plugin that has no engine."""

    backlog: Backlog

    def settle(self) -> None:
        """Do what was handed in, and what follows from it."""
        with _without_engine(self.ports):
            while self.backlog.waiting:
                job = self.backlog.waiting.pop(0)
                with runtime.working_for(str(job.installation)):
                    # What is left after its wrappers is the function as it is written.
                    unwrap(WORKFLOWS[job.workflow])(*job.arguments)
                self.backlog.done.append(job)

    def until(self, holds: Callable[[], bool]) -> None:
        """There is nobody to wait for."""
        self.settle()
        assert holds(), "it did not come to hold"


class _Bound(list[runtime.Runtime]):
    """What is bound for this thread; the engine of other tests goes on with what it had."""

    def __init__(self, mine: runtime.Runtime, others: list[runtime.Runtime]) -> None:
        super().__init__([mine])
        self._whose, self._others = get_ident(), others

    def __getitem__(self, index: SupportsIndex | slice) -> Any:
        return super().__getitem__(index) if get_ident() == self._whose else self._others[index]


@contextmanager
def _without_engine(ports: Any) -> Iterator[None]:
    """Steps of this thread's workflows are done and leave no record."""
    me, record, look = get_ident(), retrying.recorded, retrying.has_records

    def recorded(name: str, step: Callable[[], T]) -> T:
        return step() if get_ident() == me else record(name, step)

    def has_records() -> bool:
        return get_ident() != me and look()

    mine = runtime.Runtime(ports, concurrency=1, pace=PACE / 100)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runtime, "_bound", _Bound(mine, runtime._bound))
        patch.setattr(retrying, "recorded", recorded)
        patch.setattr(retrying, "has_records", has_records)
        yield


@pytest.fixture(scope="session")
def idle(
    database_kind: str, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[World, Backlog]]:
    """The plugin without its engine, once on each kind of database."""
    directory = tmp_path_factory.mktemp("by-hand")
    url = databases.fresh(database_kind, directory)
    clock, mailer, backlog = StandingClock(BEGINNING), RecordingMailer(), Backlog()
    application = build(
        Settings(database_url=url, var_dir=directory, secret_keys=(generate_key(),)),
        clock=clock,
        mailer=mailer,
        vendors=impatient_vendors,
    )
    application.ports = replace(application.ports, store=Store(application.engine, backlog))
    plugins = specs.plugin_manager(load_installed=False)
    plugins.register(BitTitanPlugin(application))
    yield World(application, plugins, clock, mailer), backlog
    application.close()
    databases.drop(url)


@pytest.fixture
def shop_by_hand(idle: tuple[World, Backlog], sandbox: SandboxServer) -> ShopByHand:
    """An installation that sells both products, switched on; platform and vendor are its own."""
    world, backlog = idle
    world.clock.now = BEGINNING
    world.mailer.sent.clear()
    world.mailer.failures.clear()
    backlog.waiting.clear()
    host, key = FakeHost(), f"shop-{uuid4().hex[:8]}"
    installation_id = world.application.attach(key, host)
    made = ShopByHand(world, sandbox, key, installation_id, host, backlog=backlog)
    made.configure(
        api_url=sandbox.url,
        api_email=DEFAULT_EMAIL,
        api_password=DEFAULT_PASSWORD,
        staff_email="staff@example.com",
        sender_email="licenses@example.com",
    )
    with made.ports.store.writing(installation_id) as work:
        work.products.add(product(ProductType.MAILBOX_LICENSE, "MW-MAILBOX", MAILBOX, "14.00"))
        work.products.add(product(ProductType.USER_MIGRATION_BUNDLE, "UMB", BUNDLE, "17.50"))
    return made
