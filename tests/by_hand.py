"""A shop whose durable work is done in the test's own thread, as soon as the test settles.

The workflows are the program's own, down to their waits. What is left out is the engine, its
threads and its looking for work, which cost three times as much as the work itself.
Tests of those take ``shop``; all others may take ``shop_by_hand`` in its place.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any, SupportsIndex
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from bittitan_plugin.bittitan.sandbox import SandboxServer
from bittitan_plugin.domain.retries import Retry
from bittitan_plugin.services.ports import Tenant
from bittitan_plugin.services.workflow_ids import Workflow
from bittitan_plugin.store.unit_of_work import Store
from bittitan_plugin.workflows import worker
from bittitan_plugin.workflows.engine import runtime
from bittitan_plugin.workflows.engine.definition import retry_id, run_again, run_first
from tests.conftest import Databases
from tests.fakes.host import FakePlatform
from tests.world import BEGINNING, Shop, World, begin_anew, sells_both, wired

assert worker.WORKFLOWS, "importing the worker declares every workflow"


@dataclass(frozen=True)
class Job:
    """An attempt that was handed in."""

    id: str
    begin: Callable[[], str]


@dataclass
class Backlog:
    """A ``WorkflowQueue``: what is handed in waits here once its transaction has committed."""

    waiting: list[Job] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)

    def enqueue(self, session: Session, workflow: str, workflow_id: str, *arguments: str) -> None:
        installation, *rest = arguments
        work = Workflow(workflow)
        self._keep(
            session,
            workflow_id,
            partial(run_first, workflow_id, work, UUID(installation), tuple(rest)),
        )

    def enqueue_retry(self, session: Session, installation_id: UUID, retry: Retry) -> None:
        attempt = partial(run_again, installation_id, retry.id, retry.attempt)
        self._keep(session, retry_id(retry), attempt)

    def _keep(self, session: Session, id_: str, begin: Callable[[], str]) -> None:
        def keep(_session: Session) -> None:
            if id_ not in self.ids:
                self.ids.add(id_)
                self.waiting.append(Job(id_, begin))

        event.listen(session, "after_commit", keep, once=True)


class Hands(runtime.Runtime):
    """A runtime whose time passes only when nothing is left but to wait."""

    moment = BEGINNING
    _steps_left: int | None = None

    def now(self) -> datetime:
        return self.moment

    @contextmanager
    def dying_after(self, steps: int) -> Iterator[None]:
        """Inside, the attempt is left after so many steps, as if the process was killed."""
        self._steps_left = steps
        try:
            yield
        finally:
            self._steps_left = None

    def check_stopping(self) -> None:
        if self._steps_left is not None:
            if self._steps_left == 0:
                raise runtime.Stopping
            self._steps_left -= 1

    def wait_until(self, at: datetime) -> None:
        self.moment = max(at, self.moment)


#: Set while the work of this thread is done by hand.
_hands: ContextVar[Hands | None] = ContextVar("hands", default=None)


@dataclass(kw_only=True)
class ShopByHand(Shop):
    """One installation of a plugin that has no engine."""

    backlog: Backlog
    hands: Hands

    def settle(self) -> None:
        """Do what was handed in, what follows from it, and what is to be tried again."""
        self.do_handed_in()
        while hand_in_next(self.tenant, self.hands):
            self.do_handed_in()

    def do_handed_in(self) -> None:
        """Do what was handed in and what follows from it; what is to be tried again waits."""
        with self.at_work():
            while self.backlog.waiting:
                self.backlog.waiting.pop(0).begin()

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Inside, this thread may do durable work."""
        token = _hands.set(self.hands)
        try:
            yield
        finally:
            _hands.reset(token)

    def until(self, holds: Callable[[], bool]) -> None:
        """There is nobody to wait for."""
        self.settle()
        assert holds(), "it did not come to hold"


def hand_in_next(tenant: Tenant, hands: Hands) -> bool:
    """Wait for the next attempt, and hand it in. False where nothing waits for one."""
    with tenant.reading() as work:
        planned = [each for each in work.retries.waiting() if not each.is_handed_in]
    if not planned:
        return False
    hands.wait_until(planned[0].next_attempt_at)
    with tenant.writing() as work:
        for retry in work.retries.take_due([planned[0].id], hands.now()):
            work.enqueue_retry(retry)
    return True


class _Bound(list[runtime.Runtime]):
    """What is bound by the engine of other tests, where no work is done by hand."""

    def __bool__(self) -> bool:
        return _hands.get() is not None or len(self) > 0

    def __getitem__(self, index: SupportsIndex | slice) -> Any:
        return _hands.get() or super().__getitem__(index)


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
        patch.setattr(runtime, "_bound", _Bound(runtime._bound))
        yield world, backlog


def without_engine(
    idle: tuple[World, Backlog], sandbox: SandboxServer, key: str, id_: UUID, host: FakePlatform
) -> ShopByHand:
    """That installation of the plugin, which anybody may have attached."""
    world, backlog = idle
    hands = Hands(world.application.ports)
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
