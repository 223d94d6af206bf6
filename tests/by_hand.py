"""A shop whose durable work is done in the test's own thread, as soon as the test settles.

The workflows are the program's own, down to their waits. What is left out is the engine, its
records, its threads and its looking for work, which cost three times as much as the work itself.
Tests of those take ``shop``; all others may take ``shop_by_hand`` in its place.
"""

import time
from collections.abc import Callable, Collection, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any, SupportsIndex, TypeVar
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from bittitan_plugin.bittitan.sandbox import SandboxServer
from bittitan_plugin.services.workflow_ids import Workflow
from bittitan_plugin.store.unit_of_work import Store
from bittitan_plugin.workflows.engine import retrying, runtime
from bittitan_plugin.workflows.worker import WORKFLOWS
from tests.conftest import Databases
from tests.fakes.host import FakePlatform
from tests.world import PACE, Shop, World, begin_anew, sells_both, wired

T = TypeVar("T")


@dataclass(frozen=True)
class Job:
    """Durable work that was handed in."""

    id: str
    workflow: str
    installation: UUID
    arguments: tuple[str, ...]


@dataclass
class Backlog:
    """A ``WorkflowQueue``: what is handed in waits here once its transaction has committed."""

    waiting: list[Job] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)

    def enqueue(self, session: Session, workflow: str, workflow_id: str, *arguments: str) -> None:
        installation, *rest = arguments
        job = Job(workflow_id, workflow, UUID(installation), tuple(rest))

        def keep(_session: Session) -> None:
            if job.id not in self.ids:
                self.ids.add(job.id)
                self.waiting.append(job)

        event.listen(session, "after_commit", keep, once=True)

    def wake(self, workflow_ids: Collection[str]) -> None:
        """Nothing waits anywhere but in its thread."""


class Hands(runtime.Runtime):
    """Waits by putting a clock of its own forward: no time passes, however slow the machine is."""

    now = 0.0

    def wait(self, seconds: float) -> None:
        self.now += seconds


#: Set while the work of this thread is done by hand.
_hands: ContextVar[Hands | None] = ContextVar("hands", default=None)


@dataclass(kw_only=True)
class ShopByHand(Shop):
    """One installation of a plugin that has no engine."""

    backlog: Backlog
    hands: Hands

    def settle(self) -> None:
        """Do what was handed in, and what follows from it."""
        while self.backlog.waiting:
            job = self.backlog.waiting.pop(0)
            work = WORKFLOWS[Workflow(job.workflow)]
            token = _hands.set(self.hands)
            try:
                with runtime.working_for(str(job.installation)):
                    work(str(job.installation), *job.arguments)
            finally:
                _hands.reset(token)

    def until(self, holds: Callable[[], bool]) -> None:
        """There is nobody to wait for."""
        self.settle()
        assert holds(), "it did not come to hold"


class _Bound(list[runtime.Runtime]):
    """What is bound by the engine of other tests, where no work is done by hand."""

    def __bool__(self) -> bool:
        return _hands.get() is not None or len(self) > 0

    def __getitem__(self, index: SupportsIndex | slice) -> Any:
        return _hands.get() or super().__getitem__(index)


def _do_without_engine(patch: pytest.MonkeyPatch) -> None:
    """Steps of work that is done by hand leave no record; all others go on as they did."""
    record, look = retrying.recorded, retrying.has_records

    def recorded(name: str, step: Callable[[], T]) -> T:
        return step() if _hands.get() else record(name, step)

    def now() -> float:
        hands = _hands.get()
        return hands.now if hands else time.time()

    patch.setattr(retrying, "time", now)
    patch.setattr(runtime, "_bound", _Bound(runtime._bound))
    patch.setattr(retrying, "recorded", recorded)
    patch.setattr(retrying, "has_records", lambda: _hands.get() is None and look())


@pytest.fixture(scope="session")
def idle(
    database_kind: str, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[World, Backlog]]:
    """The plugin without an engine, once on each kind of database."""
    backlog = Backlog()
    with (
        wired(databases, database_kind, tmp_path_factory.mktemp("by-hand")) as world,
        pytest.MonkeyPatch.context() as patch,
    ):
        application = world.application
        application.ports = replace(application.ports, store=Store(application.engine, backlog))
        _do_without_engine(patch)
        yield world, backlog


def without_engine(
    idle: tuple[World, Backlog], sandbox: SandboxServer, key: str, id_: UUID, host: FakePlatform
) -> ShopByHand:
    """That installation of the plugin, which anybody may have attached."""
    world, backlog = idle
    hands = Hands(world.application.ports, concurrency=1, pace=PACE / 100)
    return ShopByHand(world, sandbox, key, id_, host, backlog=backlog, hands=hands)


@pytest.fixture
def idle_world(idle: tuple[World, Backlog]) -> World:
    """The plugin without an engine, wherever tests before this one have left it."""
    world, backlog = idle
    backlog.waiting.clear()
    return begin_anew(world)


@pytest.fixture
def shop_by_hand(
    idle_world: World, idle: tuple[World, Backlog], sandbox: SandboxServer
) -> ShopByHand:
    """An installation that sells both products, switched on; platform and vendor are its own."""
    host, key = FakePlatform(), f"shop-{uuid4().hex[:8]}"
    installation_id = idle_world.application.attach(key, host)
    return sells_both(without_engine(idle, sandbox, key, installation_id, host))
