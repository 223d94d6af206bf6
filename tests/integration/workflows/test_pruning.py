"""Finished work is forgotten after a while, and what it did is still done only once."""

from datetime import timedelta
from threading import Event
from uuid import uuid4

import pytest
from dbos import DBOS

from bittitan_plugin.domain.assets import AssetStatus
from bittitan_plugin.services.workflow_ids import Workflow
from bittitan_plugin.workflows.engine import pruning
from bittitan_plugin.workflows.engine.pruning import prune
from tests.fakes.host import line
from tests.integration.workflows.at_work import sell, until_it_waits, wake
from tests.world import CANCELLED, SOLD, Shop

pytestmark = pytest.mark.databases("sqlite", "postgresql")

NOW = timedelta(seconds=-60)
A_MONTH = timedelta(days=30)


def known() -> set[str]:
    """Ids of all the workflows the engine remembers."""
    return {status.workflow_id for status in DBOS.list_workflows(load_input=False)}


def test_work_that_ended_lately_is_remembered(shop: Shop) -> None:
    shop.buy(line())
    before = known()
    assert prune(A_MONTH) == 0
    assert known() == before


def test_work_that_ended_long_ago_is_forgotten_with_its_steps(shop: Shop) -> None:
    shop.buy(line())
    (sale,) = [name for name in known() if str(shop.id) in name]
    prune(NOW)
    assert (sale in known(), DBOS.list_workflow_steps(sale)) == (False, [])


def test_looks_at_coupons_are_forgotten_too(shop: Shop) -> None:
    name = f"follow-{uuid4().hex}"
    with shop.tenant.writing() as work:
        work.enqueue(Workflow.FOLLOW, name)
    shop.settle()
    prune(NOW)
    assert name not in known()


def test_work_in_hand_is_not_forgotten(shop: Shop, go_on: Event) -> None:
    shop.fire("order_fully_paid", shop.host.place(line()))
    shop.until(lambda: bool(DBOS.list_workflows(status="PENDING", load_input=False)))
    prune(NOW)
    go_on.set()
    shop.settle()
    assert shop.tally() == SOLD


def test_work_that_waits_is_not_forgotten(shop: Shop) -> None:
    shop.sandbox.sandbox.faults.add("rate_limit", operation="issue", retry_after=3600)
    sale = sell(shop)
    until_it_waits(shop, sale)
    prune(NOW)
    shop.sandbox.sandbox.faults.clear()
    assert (wake(shop), sale in known()) == (1, False)
    shop.settle()
    assert shop.tally() == SOLD


def test_later_attempts_are_forgotten_sooner_than_the_first(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.sandbox.sandbox.faults.add("status", operation="issue", status=503, times=1)
    sale = sell(shop)
    shop.settle()
    before = {sale, f"again:1:{sale}"} & known()
    monkeypatch.setattr(pruning, "ATTEMPTS_KEPT", NOW)
    prune(A_MONTH)
    assert (len(before), {sale, f"again:1:{sale}"} & known()) == (2, {sale})


def test_pruning_ends_when_the_process_stops(shop: Shop) -> None:
    shop.buy(line())
    assert prune(NOW, lambda: True) == 0


@pytest.mark.parametrize("times", [1, 3])
def test_an_event_repeated_after_its_work_was_forgotten_makes_nothing_twice(
    shop: Shop, times: int
) -> None:
    order = shop.host.place(line())
    for _ in range(1 + times):
        shop.fire("order_fully_paid", order)
        shop.settle()
        prune(NOW)
    assert shop.tally() == SOLD


def test_an_event_repeated_after_the_cancellation_was_forgotten_changes_nothing(
    shop: Shop,
) -> None:
    order = shop.host.place(line())
    shop.fire("order_fully_paid", order)
    shop.settle()
    asset = shop.asset_of(order)
    assert asset is not None
    shop.cancel(asset)
    prune(NOW)
    shop.fire("order_fully_paid", order)
    shop.settle()
    assert (shop.tally(), shop.asset(asset.id).status) == (CANCELLED, AssetStatus.CANCELLED)


def test_a_platform_that_cancels_again_after_it_was_forgotten_credits_nothing(shop: Shop) -> None:
    order = shop.host.place(line())
    shop.fire("order_fully_paid", order)
    shop.settle()
    asset = shop.asset_of(order)
    assert asset is not None
    shop.cancel(asset)
    for hook in ("order_cancelled", "order_fully_refunded", "order_cancelled"):
        prune(NOW)
        shop.fire(hook, order)
        shop.settle()
    assert shop.tally() == CANCELLED


def test_resuming_after_it_was_forgotten_sends_no_second_welcome(shop: Shop) -> None:
    asset = shop.buy(line())
    prune(NOW)
    shop.synchronize(asset)
    assert shop.tally() == SOLD
