"""A database that takes no record for a while, on the real engine: nothing ends for want of one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from typing import Any

import pytest
from dbos import DBOS
from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError

from bittitan_plugin.domain.errors import Unavailable
from bittitan_plugin.services.workflow_ids import Queue
from bittitan_plugin.workflows.engine import runtime
from bittitan_plugin.workflows.engine.heartbeat import Heart
from tests.integration.workflows.at_work import (
    heart_of,
    is_in_hand,
    now,
    record,
    sell,
    until_it_waits,
    wake,
    worker_of,
)
from tests.world import SOLD, Shop

pytestmark = pytest.mark.databases("sqlite", "postgresql")


class Refusing:
    """A database that does not take statements of one kind, as often as it is told to."""

    def __init__(self, is_refused: Callable[[str, str], bool], times: int = 1) -> None:
        self.left = times
        self._is_refused = is_refused

    def __call__(
        self, _conn: Any, _cursor: Any, statement: str, values: Any, _context: Any, _many: bool
    ) -> None:
        if self.left and self._is_refused(statement, repr(values)):
            self.left -= 1
            raise OperationalError(statement, {}, Exception("database or disk is full"))


@contextmanager
def refusing(engine: Engine, fault: Refusing) -> Iterator[Refusing]:
    event.listen(engine, "before_cursor_execute", fault)
    try:
        yield fault
    finally:
        event.remove(engine, "before_cursor_execute", fault)


def is_outcome_of(shop: Shop) -> Callable[[str, str], bool]:
    """The engine's record that a sale of this shop has ended."""
    return lambda statement, values: (
        "UPDATE" in statement
        and "workflow_status" in statement
        and "SUCCESS" in values
        and f"provision:{shop.id}" in values
    )


def is_retry_of(shop: Shop) -> Callable[[str, str], bool]:
    """Our record of what is left to be done."""
    return lambda statement, values: (
        statement.startswith("INSERT INTO bittitan_retries") and f"provision:{shop.id}" in values
    )


def test_an_outcome_the_database_did_not_take_ends_nothing(shop: Shop) -> None:
    with refusing(worker_of(shop.world)._engine, Refusing(is_outcome_of(shop))) as fault:
        sale = sell(shop)
        shop.until(lambda: fault.left == 0 and not is_in_hand(sale))
    left = record(sale).status
    beat_twice(shop)
    shop.settle()
    assert (left, record(sale).status, shop.tally()) == ("PENDING", "SUCCESS", SOLD)


def test_a_retry_the_database_did_not_take_ends_nothing(shop: Shop) -> None:
    shop.sandbox.sandbox.faults.add("status", operation="issue", status=503, times=1)
    with refusing(shop.world.application.engine, Refusing(is_retry_of(shop))) as fault:
        sale = sell(shop)
        shop.until(lambda: fault.left == 0 and not is_in_hand(sale))
    left = record(sale).status, shop.waiting()
    beat_twice(shop)
    shop.settle()
    assert (left, record(sale).status, shop.tally()) == (("PENDING", []), "SUCCESS", SOLD)


def beat_twice(shop: Shop) -> None:
    """At the first beat it may have been taken a moment ago; at the second it has been lost."""
    for _ in range(2):
        heart_of(shop.world)._beat()


def test_one_beat_hands_nothing_back(shop: Shop) -> None:
    with refusing(worker_of(shop.world)._engine, Refusing(is_outcome_of(shop))) as fault:
        sale = sell(shop)
        shop.until(lambda: fault.left == 0 and not is_in_hand(sale))
    heart = new_heart(shop)
    heart._hand_back([record(sale)])
    left = record(sale).status
    heart._hand_back([record(sale)])
    shop.settle()
    assert (left, shop.tally()) == ("PENDING", SOLD)


def new_heart(shop: Shop) -> Heart:
    """One of this worker's that has not beaten yet."""
    worker = worker_of(shop.world)
    return Heart(
        worker._registry,
        worker.executor_id,
        at_work=runtime.current().at_work,
        share=lambda _workers: None,
        on_beat=lambda: None,
    )


def test_work_in_hand_is_not_handed_back(shop: Shop, go_on: Event) -> None:
    sale = sell(shop)
    shop.until(lambda: is_in_hand(sale))
    began = record(sale)
    for _ in range(3):
        heart_of(shop.world)._beat()
    kept = record(sale)
    go_on.set()
    shop.settle()
    assert (kept.status, kept.updated_at) == ("PENDING", began.updated_at)
    assert shop.tally() == SOLD


def test_work_that_another_worker_takes_while_it_is_in_hand_is_done_once(
    shop: Shop, go_on: Event
) -> None:
    sale = sell(shop)
    shop.until(lambda: is_in_hand(sale))
    DBOS.resume_workflows([sale], queue_name=Queue.PROVISIONING.value)
    shop.until(lambda: record(sale).status == "PENDING")
    go_on.set()
    shop.settle()
    assert (record(sale).status, shop.tally()) == ("SUCCESS", SOLD)


def test_what_waits_outlives_a_database_that_does_not_take_the_next_attempt(shop: Shop) -> None:
    shop.world.mailer.failures.append(Unavailable("busy", retry_after=3600))
    sale = sell(shop)
    waiting = until_it_waits(shop, sale)
    fault = Refusing(lambda statement, values: "workflow_status" in statement and sale in values)
    with refusing(shop.world.application.engine, fault):
        wake(shop)
        shop.until(lambda: fault.left == 0)
    shop.settle()
    assert (shop.tally(), now() < waiting.next_attempt_at) == (SOLD, True)
    assert record(f"again:1:{sale}").status == "SUCCESS"
