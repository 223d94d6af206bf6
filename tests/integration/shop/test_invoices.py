"""Invoices: one per order, numbered without gaps, caught up when a day was missed."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from sqlalchemy import select

from bittitan_plugin.domain.orders import Invoicing
from bittitan_plugin.platforms.shop.ids import Kind, parse_id
from bittitan_plugin.platforms.shop.inputs import LineInput
from bittitan_plugin.platforms.shop.tables import InvoiceRow
from tests.integration.shop.shop import Shop, issue_due

pytestmark = pytest.mark.databases("sqlite", "postgresql")


def execute(shop: Shop, invoicing: Invoicing) -> UUID:
    """The key of an order of the customer, executed by staff."""
    lines = [LineInput(variant_id=shop.license_id, quantity=1)]
    order = shop.platform.drafts.create(shop.customer, lines)
    return shop.platform.orders.execute(order.row.id, invoicing).row.id


def numbers(shop: Shop) -> list[str]:
    with shop.platform.database.reading() as session:
        return list(session.scalars(select(InvoiceRow.number).order_by(InvoiceRow.sequence)))


def test_invoices_issued_at_once_are_numbered_without_gap_or_double(shop: Shop) -> None:
    orders = [execute(shop, Invoicing.NOW) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(shop.platform.invoices.issue, orders))
    assert numbers(shop) == [f"INV-{number:06d}" for number in range(1, 9)]


def test_an_order_invoiced_from_eight_threads_has_one_invoice(shop: Shop) -> None:
    order = execute(shop, Invoicing.NOW)
    with ThreadPoolExecutor(8) as pool:
        issued = list(pool.map(lambda _: shop.platform.invoices.issue(order), range(8)))
    assert (numbers(shop), sum(new for _, new in issued)) == (["INV-000001"], 1)


def test_a_refused_invoice_leaves_no_gap(shop: Shop) -> None:
    shop.platform.invoices.issue(execute(shop, Invoicing.NONE))
    shop.platform.invoices.issue(execute(shop, Invoicing.NOW))
    assert numbers(shop) == ["INV-000001"]


def test_a_deferred_invoice_waits_for_the_billing_day(shop: Shop) -> None:
    execute(shop, Invoicing.NEXT_BILLING_DAY)
    shop.clock.advance(days=4)
    assert issue_due(shop) == []


def test_a_deferred_invoice_is_issued_on_the_billing_day(shop: Shop) -> None:
    order = execute(shop, Invoicing.NEXT_BILLING_DAY)
    shop.clock.advance(days=5)
    issued = issue_due(shop)
    assert [row.order_id for row in issued] == [order]


def test_a_missed_billing_day_is_caught_up(shop: Shop) -> None:
    order = execute(shop, Invoicing.NEXT_BILLING_DAY)
    shop.clock.advance(days=40)
    issued = issue_due(shop)
    assert [row.order_id for row in issued] == [order]


def test_what_was_invoiced_is_not_invoiced_by_the_next_run(shop: Shop) -> None:
    execute(shop, Invoicing.NEXT_BILLING_DAY)
    shop.clock.advance(days=5)
    issue_due(shop)
    assert issue_due(shop) == []


def test_two_runs_at_once_issue_each_invoice_once(shop: Shop) -> None:
    for _ in range(3):
        execute(shop, Invoicing.NEXT_BILLING_DAY)
    shop.clock.advance(days=5)
    with ThreadPoolExecutor(4) as pool:
        runs = list(pool.map(issue_due, [shop] * 4))
    assert (sum(map(len, runs)), len(numbers(shop))) == (3, 3)


def test_a_cancelled_order_is_never_invoiced(shop: Shop) -> None:
    order = execute(shop, Invoicing.NEXT_BILLING_DAY)
    shop.platform.orders.cancel(order)
    shop.clock.advance(days=40)
    assert issue_due(shop) == []


def test_an_invoice_lost_to_a_crash_after_the_sale_is_caught_up(shop: Shop) -> None:
    # What a process that died between the commit and the invoice leaves behind.
    order = execute(shop, Invoicing.NOW)
    issued = issue_due(shop)
    assert [row.order_id for row in issued] == [order]


def test_a_checkout_is_invoiced_at_once(shop: Shop) -> None:
    order = parse_id(Kind.ORDER, shop.buy())
    assert [row.kind for row in shop.platform.invoices.of_orders([order])[order]] == ["INVOICE"]


def test_everybody_who_is_told_of_an_invoice_is_told_where_it_is_read(shop: Shop) -> None:
    order = shop.buy()
    key = parse_id(Kind.ORDER, order)
    (row,) = shop.platform.invoices.of_orders([key])[key]
    address = f"http://shop/invoices/{row.id}"
    asked = "query ($id: ID!) { order(id: $id) { invoices { url } } }"
    assert shop.ask(asked, shop.customer, id=order)["order"]["invoices"] == [{"url": address}]
    known = shop.platform.host.invoice(order)
    assert known is not None
    assert (known.url, known.link) == (address, address)
    told = [event for name, event in shop.plugin.events if name == "invoice_sent"]
    assert [event.url for event in told] == [address]
