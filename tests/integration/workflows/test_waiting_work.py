"""Work that waits has no thread: it stands in our own table, and goes on from there."""

from collections import deque
from dataclasses import replace
from datetime import timedelta
from threading import Event
from uuid import UUID, uuid4

import pytest
from dbos import DBOS

from bittitan_plugin.domain.circuit import Circuit, Closure
from bittitan_plugin.domain.errors import PlatformUnavailable, Unavailable
from bittitan_plugin.domain.retries import Retry
from bittitan_plugin.services.ports import Tenant
from bittitan_plugin.services.workflow_ids import provision_id
from bittitan_plugin.store.circuits import Circuits
from bittitan_plugin.workflows.engine import runtime, sweep
from bittitan_plugin.workflows.engine.sweep import Sweep
from tests.fakes.host import FakePlatform, line
from tests.integration.workflows.at_work import (
    LONG_AGO,
    is_in_hand,
    now,
    planned,
    record,
    sell,
    sweep_of,
    until_it_waits,
    wake,
)
from tests.tables import every
from tests.world import SOLD, Shop

pytestmark = pytest.mark.databases("sqlite", "postgresql")


def is_early(waiting: Retry) -> bool:
    """Whether what has been done by now was to wait still, had nobody woken it."""
    return now() < waiting.next_attempt_at


def asks_for_an_hour(shop: Shop) -> None:
    """BitTitan does, once."""
    shop.sandbox.sandbox.faults.add("rate_limit", operation="issue", times=1, retry_after=3600)


def test_a_sale_that_waits_has_no_thread_and_goes_on_by_itself(shop: Shop) -> None:
    asks_for_an_hour(shop)
    sale = sell(shop)
    waiting = until_it_waits(shop, sale)
    assert (is_in_hand(sale), waiting.is_handed_in, waiting.attempt) == (False, False, 1)
    assert wake(shop) == 1  # the hour is over
    shop.settle()
    assert shop.tally() == SOLD


def test_a_sale_that_failed_once_goes_on_when_its_time_has_come(shop: Shop) -> None:
    shop.sandbox.sandbox.faults.add("status", operation="issue", status=503, times=1)
    sale = sell(shop)
    shop.settle()
    assert (record(f"again:1:{sale}").status, shop.tally()) == ("SUCCESS", SOLD)


def test_a_clock_that_was_stepped_back_leaves_nothing_waiting_until_it_is_there_again(
    shop: Shop,
) -> None:
    asks_for_an_hour(shop)
    sale = sell(shop)
    waiting = until_it_waits(shop, sale)
    sweep_of(shop.world).wake_stranded()
    assert planned(shop, sale) == waiting  # an hour is a wait like any other

    put_off(shop, sale, timedelta(days=30))
    sweep_of(shop.world).wake_stranded()
    shop.settle()
    assert shop.tally() == SOLD
    assert is_early(waiting)


def put_off(shop: Shop, work_id: str, by: timedelta) -> None:
    """The clock was ahead by so much when the wait was planned."""
    waiting = planned(shop, work_id)
    later = replace(
        waiting, attempt=waiting.attempt + 1, next_attempt_at=waiting.next_attempt_at + by
    )
    with shop.tenant.writing() as work:
        assert work.retries.put(later)


def test_what_waits_for_one_installation_is_woken_and_no_other(shop: Shop) -> None:
    asks_for_an_hour(shop)
    sale = sell(shop)
    until_it_waits(shop, sale)
    with Tenant(shop.ports, another(shop)).writing() as work:
        assert work.retries.wake(now()) == 0
    assert wake(shop) == 1
    shop.settle()
    assert shop.tally() == SOLD


def another(shop: Shop) -> UUID:
    return shop.world.application.attach(f"shop-{uuid4().hex[:8]}", FakePlatform())


@every("hook", ["order_confirmed", "order_fully_paid"])
def test_what_waits_for_an_order_to_be_due_is_woken_by_the_event_that_says_so(
    shop: Shop, hook: str
) -> None:
    order = shop.host.place(line())
    shop.host.failures["order"] = deque([PlatformUnavailable("not yet", retry_after=36_000)])
    shop.fire("order_updated", order)
    waiting = until_it_waits(shop, provision_id(shop.id, order.lines[0].id))
    shop.fire(hook, order)
    shop.settle()
    assert shop.asset_of(order) is not None
    assert is_early(waiting)


def test_what_waits_as_long_as_bittitan_asked_is_not_woken_by_an_event(shop: Shop) -> None:
    asks_for_an_hour(shop)
    order = shop.host.place(line())
    shop.fire("order_fully_paid", order)
    sale = provision_id(shop.id, order.lines[0].id)
    waiting = until_it_waits(shop, sale)
    shop.fire("order_fully_paid", order)
    assert planned(shop, sale) == waiting
    wake(shop)
    shop.settle()


def test_what_waits_for_a_vendor_goes_on_when_its_circuit_has_closed(shop: Shop) -> None:
    asks_for_an_hour(shop)
    sale = sell(shop)
    waiting = until_it_waits(shop, sale)
    circuits = Circuits(shop.world.application.engine)
    down = Circuit(
        address=shop.sandbox.url, closure=Closure.DOWN, reason="503", since=now(), retry_at=now()
    )
    assert circuits.replace(None, down)
    looking = Sweep(runtime.current())
    looking.wake_opened()
    assert not planned(shop, sale).is_handed_in
    circuits.close(down)
    looking.wake_opened()
    shop.settle()
    assert shop.tally() == SOLD
    assert is_early(waiting)


def test_an_attempt_that_was_handed_in_and_that_the_engine_has_lost_is_made_again(
    shop: Shop,
) -> None:
    asks_for_an_hour(shop)
    sale = sell(shop)
    waiting = until_it_waits(shop, sale)
    with shop.tenant.writing() as work:
        work.retries.wake(now() - LONG_AGO)
        # Handed in by us alone: of the engine's record of it nothing is left.
        assert [each.id for each in work.retries.take_due([sale], now())] == [waiting.id]
    shop.settle()
    assert DBOS.list_workflows(workflow_ids=[f"again:1:{sale}"]) == []
    assert (record(f"again:2:{sale}").status, shop.tally()) == ("SUCCESS", SOLD)
    assert is_early(waiting)


def test_an_attempt_in_hand_has_not_been_lost_however_long_it_takes(
    shop: Shop, go_on: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "LOST_AFTER", -LONG_AGO)
    shop.sandbox.sandbox.faults.add("status", operation="issue", status=503, times=1)
    sale = sell(shop)
    shop.until(lambda: is_in_hand(f"again:1:{sale}") and bool(shop.tally().issued))
    sweep_of(shop.world).look_for_lost()
    in_hand = planned(shop, sale)
    go_on.set()
    shop.settle()
    assert (in_hand.attempt, in_hand.is_handed_in, shop.tally()) == (1, True, SOLD)


def test_a_sale_that_goes_well_leaves_nothing_but_that_it_was_done(shop: Shop) -> None:
    sale = sell(shop)
    shop.settle()
    assert (record(sale).output, DBOS.list_workflow_steps(sale)) == ("provisioned", [])
    assert (shop.waiting(), shop.tally()) == ([], SOLD)


def test_neither_the_engine_nor_what_waits_holds_a_code(shop: Shop) -> None:
    shop.world.mailer.failures.append(Unavailable("busy", retry_after=36_000))
    sale = sell(shop)
    waiting = until_it_waits(shop, sale)
    assert waiting.asset_id is not None
    sealed = shop.asset(waiting.asset_id).coupon_code
    assert sealed is not None
    code = shop.ports.cipher.open(sealed)
    wake(shop)
    shop.settle()
    known = [record_with_input(each) for each in (sale, f"again:1:{sale}")]
    assert code not in repr((waiting, known))
    assert sale in repr(known)


def record_with_input(engine_id: str) -> dict[str, object]:
    """All that the engine has stored of that attempt."""
    (found,) = DBOS.list_workflows(workflow_ids=[engine_id])
    return vars(found)


def test_work_that_has_ended_is_not_done_again_under_its_id(shop: Shop) -> None:
    order = shop.host.place(line())
    for _ in range(2):
        shop.fire("order_fully_paid", order)
        shop.settle()
    sales = DBOS.list_workflows(workflow_id_prefix=f"provision:{shop.id}:", load_input=False)
    assert (len(sales), shop.tally()) == (1, SOLD)
