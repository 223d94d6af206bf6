"""What tests of the engine do and look at: a sale, its attempts, and this process's own threads."""

from datetime import datetime, timedelta

from dbos import DBOS, WorkflowStatus

from bittitan_plugin.domain.retries import Retry
from bittitan_plugin.services.workflow_ids import provision_id
from bittitan_plugin.workflows.engine import runtime
from bittitan_plugin.workflows.engine.heartbeat import Heart
from bittitan_plugin.workflows.engine.sweep import Sweep
from bittitan_plugin.workflows.worker import Worker
from tests.fakes.host import line
from tests.waiting import until
from tests.world import Shop, World

#: Longer ago than an attempt under way is looked for.
LONG_AGO = timedelta(hours=1)


def sell(shop: Shop) -> str:
    """An order is paid; the id of its work."""
    order = shop.host.place(line())
    shop.fire("order_fully_paid", order)
    return provision_id(shop.id, order.lines[0].id)


def now() -> datetime:
    """The time by which attempts wait."""
    return runtime.current().now()


def planned(shop: Shop, work_id: str) -> Retry:
    """That work's next attempt."""
    with shop.tenant.reading() as work:
        found = work.retries.find(work_id)
    assert found is not None
    return found


def until_it_waits(shop: Shop, work_id: str) -> Retry:
    """That work's next attempt, once nothing of this one is left in the engine."""

    def waits() -> bool:
        with shop.tenant.reading() as work:
            return work.retries.find(work_id) is not None and has_ended(work_id)

    until(waits)
    return planned(shop, work_id)


def record(engine_id: str) -> WorkflowStatus:
    """What the engine knows of that attempt."""
    (found,) = DBOS.list_workflows(workflow_ids=[engine_id], load_input=False)
    return found


def has_ended(engine_id: str) -> bool:
    """Whether that attempt has ended well and has no thread any more."""
    return record(engine_id).status == "SUCCESS" and not is_in_hand(engine_id)


def is_in_hand(engine_id: str) -> bool:
    """Whether a thread of this process makes that attempt."""
    return engine_id in runtime.current().at_work()


def wake(shop: Shop, at: datetime | None = None) -> int:
    """The waits of the shop's work are over. Returns how much waited."""
    with shop.tenant.writing() as work:
        return work.retries.wake(at or now())


def worker_of(world: World) -> Worker:
    assert world.application.worker is not None
    return world.application.worker


def heart_of(world: World) -> Heart:
    return worker_of(world)._heart


def sweep_of(world: World) -> Sweep:
    return worker_of(world)._sweep
