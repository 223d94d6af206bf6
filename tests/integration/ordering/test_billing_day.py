"""Invoices on the next billing day: a timer that survives restarts and skips no day.

The reseller's billing day is the 15th; the shop's days begin in Athens, two hours before UTC's.
"""

from collections import Counter, deque
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from bittitan_plugin.domain.errors import BitTitanError, Rejected, Unavailable
from bittitan_plugin.services.ports import Tenant
from bittitan_plugin.services.selling import invoicing
from bittitan_plugin.services.selling.invoicing import hand_in_due
from bittitan_plugin.store.unit_of_work import UnitOfWork
from bittitan_plugin.workflows.timetable import Timetable
from tests.fakes.host import line
from tests.integration.ordering.running import embedded, plugin, seller, storefront
from tests.integration.ordering.storefront import Storefront
from tests.world import Shop

__all__ = ["embedded", "plugin", "seller", "storefront"]
pytestmark = pytest.mark.databases("sqlite", "postgresql")

BEGINS = datetime(2026, 3, 14, 22, 0, tzinfo=UTC)


@pytest.fixture
def deferred(storefront: Storefront) -> str:
    """The id of a paid and provisioned order that is invoiced on its billing day."""
    order_id = storefront.draft(storefront.reseller)
    storefront.execute(order_id, "NEXT_BILLING_DAY")
    storefront.pay(order_id)
    return order_id


def at(storefront: Storefront, instant: datetime) -> None:
    storefront.shop.world.clock.now = instant


def numbers(storefront: Storefront, order_id: str) -> list[str]:
    return [invoice["number"] for invoice in storefront.order(order_id)["invoices"]]


def asset_invoice(storefront: Storefront, order_id: str) -> Any:
    (asset,) = storefront.order(order_id)["bittitanAssets"]
    return asset["invoice"]


def test_nothing_is_invoiced_in_the_minute_before_the_billing_day(
    storefront: Storefront, deferred: str
) -> None:
    at(storefront, BEGINS.replace(hour=21, minute=59))
    storefront.look()
    assert numbers(storefront, deferred) == []


def test_the_invoice_is_issued_when_the_billing_day_begins_in_the_shops_time_zone(
    storefront: Storefront, deferred: str
) -> None:
    at(storefront, BEGINS)
    storefront.look()
    assert len(numbers(storefront, deferred)) == 1


def test_the_asset_refers_to_the_invoice_once_it_is_issued(
    storefront: Storefront, deferred: str
) -> None:
    at(storefront, BEGINS)
    storefront.look()
    assert asset_invoice(storefront, deferred)["number"] == numbers(storefront, deferred)[0]


def test_a_running_worker_issues_it_without_being_asked(
    storefront: Storefront, deferred: str
) -> None:
    at(storefront, BEGINS)
    storefront.shop.until(lambda: asset_invoice(storefront, deferred) is not None)


def test_a_missed_day_is_caught_up(storefront: Storefront, deferred: str) -> None:
    at(storefront, datetime(2026, 9, 1, tzinfo=UTC))
    storefront.look()
    assert len(numbers(storefront, deferred)) == 1


def test_looking_again_issues_nothing_more(storefront: Storefront, deferred: str) -> None:
    for day in (15, 16, 17):
        at(storefront, datetime(2026, 3, day, tzinfo=UTC))
        storefront.look()
    assert len(numbers(storefront, deferred)) == 1


def test_several_workers_that_look_at_once_issue_one_invoice(
    storefront: Storefront, deferred: str
) -> None:
    at(storefront, BEGINS)
    shop = storefront.shop
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: Timetable(shop.ports, duties=(hand_in_due,)).look(), range(8)))
    shop.settle()
    assert len(numbers(storefront, deferred)) == 1


def test_an_order_cancelled_before_its_billing_day_is_not_invoiced(
    storefront: Storefront, deferred: str
) -> None:
    cancel = "mutation ($id: ID!) { orderCancel(id: $id) { errors { code } } }"
    storefront.ask(cancel, storefront.staff, id=deferred)
    at(storefront, BEGINS)
    storefront.look()
    assert numbers(storefront, deferred) == []


def test_an_order_paid_after_its_billing_day_refers_to_the_invoice_of_that_day(
    storefront: Storefront,
) -> None:
    order_id = storefront.draft(storefront.reseller)
    storefront.execute(order_id, "NEXT_BILLING_DAY")
    at(storefront, BEGINS)
    storefront.look()
    storefront.pay(order_id)
    assert asset_invoice(storefront, order_id)["number"] == numbers(storefront, order_id)[0]


def test_what_fell_due_is_invoiced_while_the_plugin_is_switched_off(
    storefront: Storefront, deferred: str
) -> None:
    storefront.shop.configure(active=False)
    at(storefront, BEGINS)
    storefront.look()
    assert len(numbers(storefront, deferred)) == 1


def due(shop: Shop, *failures: BitTitanError) -> str:
    """The order of a sale whose deferred invoice is due now; issuing it fails so often first."""
    shop.host.invoicing = False
    order_id = shop.buy(line()).order_id
    shop.host.failures["invoice"] = deque(failures)
    shop.host.invoicing = True
    shop.host.deferred[order_id] = shop.world.clock.now
    return order_id


def test_no_transaction_hands_in_more_than_one_batch_of_what_is_due(
    shop_by_hand: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the first of a month thousands may be due, and nobody's checkout waits for them all."""
    monkeypatch.setattr(invoicing, "BATCH", 2)
    shop_by_hand.host.deferred = {f"order-{n}": shop_by_hand.world.clock.now for n in range(5)}
    handed_in, enqueue = Counter[Session](), UnitOfWork.enqueue

    def counted(work: UnitOfWork, *job: str) -> None:
        handed_in[work.session] += 1
        enqueue(work, *job)

    monkeypatch.setattr(UnitOfWork, "enqueue", counted)
    assert len(hand_in_due(shop_by_hand.tenant)) == 5
    assert sorted(handed_in.values()) == [1, 2, 2]


def test_a_crash_between_the_invoice_and_its_note_loses_nothing(shop: Shop) -> None:
    order_id = due(shop)
    # Handed in, then issued by a worker that died before it could note it.
    hand_in_due(shop.tenant)
    issued = shop.host.invoice(order_id)
    shop.settle()
    with shop.tenant.reading() as work:
        (asset,) = work.assets.of_orders([order_id])
    assert asset.invoice == issued


def test_an_invoice_that_fails_for_a_while_is_issued_in_the_end(shop: Shop) -> None:
    order_id = due(shop, *[Unavailable("busy")] * 3)
    hand_in_due(shop.tenant)
    shop.settle()
    assert order_id in shop.host.invoices


def test_an_invoice_the_platform_refuses_is_a_problem_for_staff(shop: Shop) -> None:
    due(shop, Rejected("CLOSED", "The books are closed."))
    hand_in_due(shop.tenant)
    shop.settle()
    assert ["books are closed" in problem.message for problem in shop.problems()] == [True]


def test_a_refused_invoice_is_tried_again_the_next_day(shop: Shop) -> None:
    order_id = due(shop, Rejected("CLOSED", "The books are closed."))
    hand_in_due(shop.tenant)
    shop.settle()
    shop.world.clock.advance(days=1)
    hand_in_due(shop.tenant)
    shop.settle()
    assert (order_id in shop.host.invoices, shop.problems()) == (True, [])


def test_a_platform_that_fails_does_not_keep_others_from_being_invoiced(shop: Shop) -> None:
    order_id = due(shop)
    done: list[object] = []

    def duty(tenant: Tenant) -> None:
        done.append(tenant.id)
        if len(done) == 1:
            raise RuntimeError("a fault nobody thought of")

    Timetable(shop.ports, duties=(duty, hand_in_due)).look()
    shop.settle()
    assert order_id in shop.host.invoices
