"""The port the plugin works through: it reads what is, and repeats without harm."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest

from bittitan_plugin.domain.billing import Credit, RefundStatus
from bittitan_plugin.domain.errors import Rejected
from bittitan_plugin.domain.money import Money
from bittitan_plugin.domain.orders import Invoicing, Order, OrderStatus
from bittitan_plugin.platforms.shop.gateway import ShopGateway
from bittitan_plugin.platforms.shop.ids import Kind, global_id, parse_id
from bittitan_plugin.platforms.shop.inputs import LineInput
from bittitan_plugin.platforms.shop.tables import InvoiceRow, RefundRow
from bittitan_plugin.ports.platform import FulfilledLine, Platform
from tests.integration.shop.shop import Shop, issue_due
from tests.tables import every


@pytest.fixture
def host(shop: Shop) -> Platform:
    """The gateway as a worker has it: an engine and a clock."""
    return ShopGateway(shop.engine, shop.clock)


@pytest.fixture
def order(shop: Shop, host: Platform) -> Order:
    """A paid order of two licences."""
    found = host.order(shop.buy(quantity=2))
    assert found is not None
    return found


def whole(order: Order) -> Credit:
    line = order.lines[0]
    return Credit(
        key="asset-1",
        order_id=order.id,
        order_line_id=line.id,
        amount=line.total,
        reason="Cancelled",
    )


def credits_of(shop: Shop, order: Order) -> list[InvoiceRow]:
    key = parse_id(Kind.ORDER, order.id)
    rows = shop.platform.invoices.of_orders([key])[key]
    return [row for row in rows if row.kind == "CREDIT"]


def refunds_of(shop: Shop, order: Order) -> list[RefundRow]:
    key = parse_id(Kind.ORDER, order.id)
    return shop.platform.refunds.of_orders([key])[key]


def fulfilled(order: Order) -> FulfilledLine:
    line = order.lines[0]
    return FulfilledLine(
        order_id=order.id, order_line_id=line.id, asset_id=UUID(int=1), quantity=line.quantity
    )


def test_an_order_shows_as_it_stands(order: Order) -> None:
    line = order.lines[0]
    assert (order.status, order.fully_paid, line.quantity, line.unit_price) == (
        OrderStatus.CONFIRMED,
        True,
        2,
        Money(Decimal("14.00"), "USD"),
    )


def test_a_line_carries_its_variants_public_id(shop: Shop, order: Order) -> None:
    assert order.lines[0].variant_id == shop.license_id


@every("order_id", ["", "nonsense", global_id(Kind.ORDER, UUID(int=7))])
def test_an_order_that_is_not_there_is_none(host: Platform, order_id: str) -> None:
    assert host.order(order_id) is None


def test_a_draft_is_no_order_yet(shop: Shop, host: Platform) -> None:
    lines = [LineInput(variant_id=shop.license_id, quantity=1)]
    record = shop.platform.drafts.create(shop.customer, lines)
    assert host.order(global_id(Kind.ORDER, record.row.id)) is None


def test_a_cancelled_order_shows_as_cancelled(shop: Shop, host: Platform, order: Order) -> None:
    shop.platform.orders.cancel(parse_id(Kind.ORDER, order.id))
    found = host.order(order.id)
    assert found is not None
    assert found.status is OrderStatus.CANCELLED


@pytest.mark.parametrize(("amount", "paid"), [("5", True), (None, False)])
def test_only_a_full_refund_makes_an_order_unpaid(
    shop: Shop, host: Platform, order: Order, amount: str | None, paid: bool
) -> None:
    shop.platform.refunds.grant(parse_id(Kind.ORDER, order.id), Decimal(amount) if amount else None)
    found = host.order(order.id)
    assert found is not None
    assert found.fully_paid is paid


def test_the_invoice_is_the_same_whoever_asks(host: Platform, order: Order) -> None:
    assert host.invoice(order.id) == host.invoice(order.id)


def test_an_order_that_is_not_there_has_no_invoice(host: Platform) -> None:
    assert host.invoice("nonsense") is None


def test_a_fulfilled_order_says_so(shop: Shop, host: Platform, order: Order) -> None:
    host.fulfilled(fulfilled(order))
    record = shop.platform.orders.get(parse_id(Kind.ORDER, order.id))
    assert record is not None
    assert record.row.status == "FULFILLED"


def test_an_order_with_undelivered_lines_is_partially_fulfilled(shop: Shop, host: Platform) -> None:
    mug = global_id(Kind.VARIANT, shop.mug.row.id)
    lines = [LineInput(variant_id=variant, quantity=1) for variant in (shop.license_id, mug)]
    checkout = shop.platform.checkouts.create(shop.customer, lines)
    shop.platform.order_changes.complete_checkout(shop.customer, checkout.row.id)
    order = host.order(global_id(Kind.ORDER, checkout.row.id))
    assert order is not None
    host.fulfilled(fulfilled(order))
    record = shop.platform.orders.get(checkout.row.id)
    assert record is not None
    assert record.row.status == "PARTIALLY_FULFILLED"


@pytest.mark.databases("sqlite", "postgresql")
def test_a_line_is_delivered_once(host: Platform, order: Order) -> None:
    line = fulfilled(order)
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(host.fulfilled, [line] * 4)) == [None] * 4


@pytest.mark.databases("sqlite", "postgresql")
def test_a_credit_asked_for_five_times_at_once_is_one_credit_invoice(
    shop: Shop, host: Platform, order: Order
) -> None:
    with ThreadPoolExecutor(5) as pool:
        answers = set(pool.map(host.credit, [whole(order)] * 5))
    assert (len(answers), len(credits_of(shop, order))) == (1, 1)


def test_a_credit_names_its_line(shop: Shop, host: Platform, order: Order) -> None:
    host.credit(whole(order))
    (credit,) = credits_of(shop, order)
    assert credit.order_line_id == parse_id(Kind.ORDER_LINE, order.lines[0].id)


def test_what_the_platform_credited_itself_is_not_credited_again(
    shop: Shop, host: Platform, order: Order
) -> None:
    shop.platform.orders.cancel(parse_id(Kind.ORDER, order.id))
    answer = host.credit(whole(order))
    assert answer is not None
    assert [row.number for row in credits_of(shop, order)] == [answer.number]


def test_a_line_is_not_credited_twice_under_two_keys(
    shop: Shop, host: Platform, order: Order
) -> None:
    first = host.credit(whole(order))
    second = host.credit(replace(whole(order), key="asset-2"))
    assert (first, len(credits_of(shop, order))) == (second, 1)


def test_a_credit_after_a_partial_one_covers_the_rest(
    shop: Shop, host: Platform, order: Order
) -> None:
    shop.platform.refunds.grant(parse_id(Kind.ORDER, order.id), Decimal(5))
    host.credit(whole(order))
    assert [row.amount for row in credits_of(shop, order)] == [Decimal("5.00"), Decimal("23.00")]


@pytest.mark.databases("sqlite", "postgresql")
def test_a_refund_asked_for_five_times_at_once_is_paid_once(
    shop: Shop, host: Platform, order: Order
) -> None:
    with ThreadPoolExecutor(5) as pool:
        list(pool.map(host.refund, [whole(order)] * 5))
    assert [row.amount for row in refunds_of(shop, order)] == [Decimal("28.00")]


def test_what_the_platform_paid_back_itself_is_not_paid_back_again(
    shop: Shop, host: Platform, order: Order
) -> None:
    shop.platform.refunds.grant(parse_id(Kind.ORDER, order.id))
    host.refund(whole(order))
    assert len(refunds_of(shop, order)) == 1


def test_a_credit_for_an_unknown_order_is_rejected(host: Platform, order: Order) -> None:
    with pytest.raises(Rejected):
        host.credit(replace(whole(order), order_id="nonsense"))


def test_a_credit_for_an_unknown_line_is_rejected(host: Platform, order: Order) -> None:
    with pytest.raises(Rejected):
        host.credit(replace(whole(order), order_line_id="nonsense"))


def test_a_credit_in_another_currency_is_rejected(host: Platform, order: Order) -> None:
    with pytest.raises(Rejected):
        host.credit(replace(whole(order), amount=Money.of("1", "EUR")))


def executed(shop: Shop, host: Platform, invoicing: Invoicing, *, lines: int = 1) -> Order:
    """An order of licences at 14.00 each that staff executed and nobody paid."""
    wanted = [LineInput(variant_id=shop.license_id, quantity=n + 1) for n in range(lines)]
    draft = shop.platform.drafts.create(shop.customer, wanted)
    shop.platform.orders.execute(draft.row.id, invoicing)
    order = host.order(global_id(Kind.ORDER, draft.row.id))
    assert order is not None
    return order


def issue_all(shop: Shop) -> list[Decimal]:
    return [row.amount for row in issue_due(shop)]


def test_of_an_order_that_nobody_paid_nothing_is_paid_back(shop: Shop, host: Platform) -> None:
    order = executed(shop, host, Invoicing.NOW)
    asked = host.refund(whole(order))
    assert (asked.status, refunds_of(shop, order)) == (RefundStatus.NOTHING, [])


def test_an_invoice_that_nobody_paid_is_credited(shop: Shop, host: Platform) -> None:
    order = executed(shop, host, Invoicing.NOW)
    issue_all(shop)
    host.credit(whole(order))
    assert [row.amount for row in credits_of(shop, order)] == [Decimal("14.00")]


def test_a_sale_without_invoice_has_no_credit_invoice(shop: Shop, host: Platform) -> None:
    order = executed(shop, host, Invoicing.NONE)
    assert (host.credit(whole(order)), credits_of(shop, order)) == (None, [])


def test_a_sale_cancelled_before_its_billing_day_is_neither_credited_nor_billed(
    shop: Shop, host: Platform
) -> None:
    order = executed(shop, host, Invoicing.NEXT_BILLING_DAY)
    assert host.credit(whole(order)) is None
    shop.clock.advance(days=40)
    assert (issue_all(shop), host.due_for_invoice(shop.clock())) == ([], [])
    assert host.invoice(order.id) is None


def test_the_other_lines_of_a_cancelled_one_are_billed_on_their_day(
    shop: Shop, host: Platform
) -> None:
    order = executed(shop, host, Invoicing.NEXT_BILLING_DAY, lines=2)
    host.credit(whole(order))
    shop.clock.advance(days=40)
    assert issue_all(shop) == [Decimal("28.00")]
    # Asked again after the invoice there is still nothing to credit: it was never on it.
    assert host.credit(whole(order)) is None
    shop.platform.orders.cancel(parse_id(Kind.ORDER, order.id))
    assert [row.amount for row in credits_of(shop, order)] == [Decimal("28.00")]


def of_line(order: Order, index: int) -> Credit:
    """The full credit of one of the order's lines."""
    line = order.lines[index]
    return replace(whole(order), key=f"asset-{line.id}", order_line_id=line.id, amount=line.total)


def cancel_line(host: Platform, order: Order, index: int) -> None:
    """As the plugin does: it credits first, and then asks for the refund."""
    host.credit(of_line(order, index))
    host.refund(of_line(order, index))


@every("invoicing", list(Invoicing))
def test_what_is_cancelled_before_it_is_paid_is_not_paid_and_so_not_paid_back(
    shop: Shop, host: Platform, invoicing: Invoicing
) -> None:
    order = executed(shop, host, invoicing, lines=2)
    issue_all(shop)
    cancel_line(host, order, 0)
    record = shop.platform.orders.mark_as_paid(parse_id(Kind.ORDER, order.id))
    assert record.row.charged == Decimal("28.00")
    # Asked again, as after a lost answer, though money has come in meanwhile.
    host.refund(of_line(order, 0))
    assert refunds_of(shop, order) == []
    shown = host.order(order.id)
    assert shown is not None
    assert shown.fully_paid


@every("invoicing", list(Invoicing))
def test_of_what_was_partly_received_no_more_goes_back_than_came_in(
    shop: Shop, host: Platform, invoicing: Invoicing
) -> None:
    order = executed(shop, host, invoicing, lines=2)
    issue_all(shop)
    cancel_line(host, order, 0)
    shop.platform.orders.mark_as_paid(parse_id(Kind.ORDER, order.id))
    cancel_line(host, order, 1)
    assert [row.amount for row in refunds_of(shop, order)] == [Decimal("28.00")]


def test_a_paid_order_pays_each_cancelled_line_back_to_the_cent(shop: Shop, host: Platform) -> None:
    order = executed(shop, host, Invoicing.NOW, lines=2)
    issue_all(shop)
    shop.platform.orders.mark_as_paid(parse_id(Kind.ORDER, order.id))
    for index in (0, 1):
        cancel_line(host, order, index)
    given_back = {Decimal("14.00"), Decimal("28.00")}
    assert {row.amount for row in refunds_of(shop, order)} == given_back
    assert {row.amount for row in credits_of(shop, order)} == given_back


def test_a_cancelled_line_is_owed_no_longer(shop: Shop, host: Platform) -> None:
    order = executed(shop, host, Invoicing.NOW, lines=2)
    issue_all(shop)
    cancel_line(host, order, 1)
    assert shop.platform.account_credits.owed(shop.customer.id) == [Money.of("14.00", "USD")]
