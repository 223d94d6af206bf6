"""Work that waits without a thread: it stands in the engine's own table, and goes on from there.

These hold our use of the engine's rows to the engine's pinned version.
"""

from collections import deque
from collections.abc import Iterator
from threading import Event
from typing import Any
from uuid import uuid4

import pytest
from dbos import DBOS
from dbos._dbos import _get_dbos_instance
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from bittitan_plugin.domain.errors import PlatformUnavailable, Unavailable
from bittitan_plugin.services.workflow_ids import Queue, provision_id
from bittitan_plugin.workflows.engine import parking, retrying
from bittitan_plugin.workflows.engine.heartbeat import Heart
from bittitan_plugin.workflows.engine.waking import wake_stranded
from tests.fakes.host import line
from tests.tables import every
from tests.world import SOLD, Shop, World

pytestmark = pytest.mark.databases("sqlite", "postgresql")


@pytest.fixture
def parks(monkeypatch: pytest.MonkeyPatch) -> None:
    """However short a wait is, it is spent in the database."""
    monkeypatch.setattr(retrying, "LONGEST_REST", 0.0)


def sell(shop: Shop) -> str:
    """An order is paid; the id of its workflow."""
    order = shop.host.place(line())
    shop.fire("order_fully_paid", order)
    return provision_id(shop.id, order.lines[0].id)


def row(workflow_id: str) -> Any:
    """The engine's row of the workflow."""
    table = parking.rows()
    with _get_dbos_instance()._sys_db.engine.connect() as connection:
        return connection.execute(select(table).where(table.c.workflow_uuid == workflow_id)).one()


def put(workflow_id: str, **values: object) -> None:
    """Change the engine's row."""
    table = parking.rows()
    with _get_dbos_instance()._sys_db.engine.begin() as connection:
        connection.execute(
            update(table).where(table.c.workflow_uuid == workflow_id).values(**values)
        )


def heart_of(world: World) -> Heart:
    assert world.application.worker is not None
    return world.application.worker._heart


@pytest.mark.usefixtures("parks")
def test_a_sale_that_waits_has_no_thread_and_goes_on_by_itself(shop: Shop) -> None:
    shop.sandbox.sandbox.faults.add("rate_limit", operation="issue", times=1, retry_after=3600)
    sale = sell(shop)
    # Its thread writes that it waits, and then ends.
    shop.until(lambda: row(sale).status == "DELAYED" and sale not in parking.running_here())
    put(sale, delay_until_epoch_ms=0)  # the hour is over
    shop.settle()
    assert shop.tally() == SOLD


@pytest.mark.usefixtures("parks")
def test_a_clock_that_was_stepped_back_leaves_nothing_waiting_until_it_is_there_again(
    shop: Shop,
) -> None:
    shop.sandbox.sandbox.faults.add("rate_limit", operation="issue", times=1, retry_after=3600)
    sale = sell(shop)
    shop.until(lambda: row(sale).status == "DELAYED" and sale not in parking.running_here())
    asked_for = row(sale).delay_until_epoch_ms
    wake_stranded()
    assert row(sale).delay_until_epoch_ms == asked_for  # an hour is a wait like any other

    put(sale, delay_until_epoch_ms=asked_for + 30 * 86_400_000)
    wake_stranded()
    shop.settle()
    assert shop.tally() == SOLD


@pytest.mark.usefixtures("parks")
def test_what_waits_counts_as_never_begun(shop: Shop) -> None:
    shop.sandbox.sandbox.faults.add("rate_limit", operation="issue", retry_after=3600)
    sale = sell(shop)
    shop.until(lambda: row(sale).status == "DELAYED")
    waiting = row(sale)
    shop.sandbox.sandbox.faults.clear()
    parking.wake([str(shop.id)])
    shop.settle()
    assert (waiting.recovery_attempts, waiting.owner_xid, waiting.queue_name) == (
        0,
        None,
        Queue.PROVISIONING,
    )


@pytest.mark.usefixtures("parks")
def test_however_often_it_is_tried_the_records_do_not_grow(shop: Shop) -> None:
    shop.sandbox.sandbox.faults.add("rate_limit", operation="issue", times=4, retry_after=1)
    sale = sell(shop)
    shop.settle()
    names = [step["function_name"] for step in DBOS.list_workflow_steps(sale)]
    # Its first attempt is in the record of what ran ahead; all the others are one.
    counts = [names.count(name) for name in ("at_once", "obtain_coupon", "wait_until")]
    assert (counts, shop.tally()) == ([1, 1, 1], SOLD)


@pytest.mark.usefixtures("parks")
def test_what_waits_for_one_installation_is_woken_and_no_other(shop: Shop) -> None:
    shop.sandbox.sandbox.faults.add("rate_limit", operation="issue", retry_after=3600)
    sale = sell(shop)
    shop.until(lambda: row(sale).status == "DELAYED")
    shop.sandbox.sandbox.faults.clear()
    assert parking.wake([str(uuid4())]) == 0
    assert parking.wake([str(shop.id)]) == 1
    shop.settle()
    assert shop.tally() == SOLD


@pytest.mark.usefixtures("parks")
@every("hook", ["order_confirmed", "order_fully_paid"])
def test_what_waits_for_an_order_to_be_due_is_woken_by_the_event_that_says_so(
    shop: Shop, hook: str
) -> None:
    order = shop.host.place(line())
    sale = provision_id(shop.id, order.lines[0].id)
    shop.host.failures["order"] = deque([PlatformUnavailable("not yet", retry_after=36_000)])
    shop.fire("order_updated", order)
    shop.until(lambda: row(sale).status == "DELAYED" and sale not in parking.running_here())
    shop.fire(hook, order)
    shop.settle()
    assert shop.asset_of(order) is not None


@pytest.mark.usefixtures("parks")
def test_what_waits_as_long_as_bittitan_asked_is_not_woken_by_an_event(shop: Shop) -> None:
    shop.sandbox.sandbox.faults.add("rate_limit", operation="issue", times=1, retry_after=3600)
    order = shop.host.place(line())
    sale = provision_id(shop.id, order.lines[0].id)
    shop.fire("order_fully_paid", order)
    shop.until(lambda: row(sale).status == "DELAYED" and sale not in parking.running_here())
    waiting = row(sale).delay_until_epoch_ms
    shop.fire("order_fully_paid", order)
    assert row(sale).delay_until_epoch_ms == waiting
    put(sale, delay_until_epoch_ms=0)
    shop.settle()


def test_a_workflow_that_another_process_took_over_is_not_parked_by_the_first(shop: Shop) -> None:
    seen: list[Any] = []

    @DBOS.workflow(name=f"test_taken_{uuid4().hex}")
    def taken() -> None:
        workflow_id = DBOS.workflow_id or ""
        put(workflow_id, owner_xid="another process")
        try:
            parking.park(60)
        except parking.Parked:
            seen.append(row(workflow_id))

    handle = DBOS.start_workflow(taken)
    shop.until(lambda: bool(seen))
    put(handle.workflow_id, status="CANCELLED")
    assert (seen[0].status, seen[0].owner_xid) == ("PENDING", "another process")


def test_outside_a_workflow_nothing_can_be_parked(world: World) -> None:
    assert world.application.worker is not None
    with pytest.raises(RuntimeError, match="no workflow"):
        parking.park(1)


class Refuses:
    """A database that takes no record of a step, as often as it is told to."""

    def __init__(self, times: int) -> None:
        self.left = times
        self._record = _get_dbos_instance()._sys_db.record_operation_result

    def __call__(self, *arguments: Any, **values: Any) -> Any:
        if self.left:
            self.left -= 1
            raise OperationalError("INSERT", {}, Exception("database or disk is full"))
        return self._record(*arguments, **values)


@pytest.fixture
def refuses(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Refuses]:
    assert world.application.worker is not None
    fault = Refuses(1)
    monkeypatch.setattr(_get_dbos_instance()._sys_db, "record_operation_result", fault)
    yield fault
    monkeypatch.undo()


def test_an_outcome_the_database_did_not_take_ends_nothing(shop: Shop, refuses: Refuses) -> None:
    shop.world.mailer.failures.append(Unavailable("busy"))  # what goes well leaves no record
    sale = sell(shop)
    shop.until(lambda: refuses.left == 0 and sale not in parking.running_here())
    left = row(sale).status
    for _ in range(2):
        heart_of(shop.world)._beat()
    shop.settle()
    assert (left, shop.tally()) == ("PENDING", SOLD)


def test_work_in_hand_is_not_handed_back(shop: Shop, go_on: Event) -> None:
    sale = sell(shop)
    shop.until(lambda: sale in parking.running_here())
    owner = row(sale).owner_xid
    for _ in range(3):
        heart_of(shop.world)._beat()
    assert row(sale).owner_xid == owner
    go_on.set()
    shop.settle()
    assert shop.tally() == SOLD
