"""Invoices at Saleor: numbered by us if the distributor wants it; one credit per cancellation."""

from decimal import Decimal

import pytest

from bittitan_plugin.domain.billing import InvoiceReference
from bittitan_plugin.domain.configuration import Configuration
from bittitan_plugin.domain.errors import OutcomeUnknown, Rejected
from bittitan_plugin.domain.money import Money
from bittitan_plugin.platforms.saleor.client import SaleorClient
from bittitan_plugin.platforms.saleor.gateway import SaleorGateway
from bittitan_plugin.platforms.saleor.invoice_documents import InvoiceDocument
from tests.fakes.saleor import SaleorServer
from tests.fakes.saleor.records import Order
from tests.integration.saleor.outbound.selling import bought, credit_for, put_on_sale
from tests.saleor_fixtures import VERSION, link


@pytest.fixture
def order(host: SaleorGateway, saleor: SaleorServer) -> Order:
    return bought(saleor, put_on_sale(host))


@pytest.fixture
def issuing(client: SaleorClient) -> SaleorGateway:
    """The port of a distributor who leaves invoices to the plugin."""
    configuration = Configuration(issue_invoices=True)
    return SaleorGateway(client, version=VERSION, link=link, configuration=lambda: configuration)


def numbers(order: Order) -> list[str | None]:
    return [each.number for each in order.invoices]


def test_unless_the_distributor_says_so_none_is_made(host: SaleorGateway, order: Order) -> None:
    assert host.invoice(order.id) is None
    assert order.invoices == []


def test_one_that_was_asked_for_is_left_to_others_too(
    host: SaleorGateway, saleor: SaleorServer, order: Order
) -> None:
    saleor.saleor.request_invoice(order)
    assert (host.invoice(order.id), numbers(order)) == (None, [None])


def test_the_one_that_others_made_is_the_orders(
    host: SaleorGateway, saleor: SaleorServer, order: Order
) -> None:
    made = saleor.saleor.request_invoice(order)
    made.number, made.url, made.status = "2026-17", "https://erp.example/17", "SUCCESS"
    found = host.invoice(order.id)
    assert found is not None
    assert (found.id, found.number, found.url) == (made.id, "2026-17", "https://erp.example/17")


def test_if_it_is_ours_to_do_one_is_made_with_number_and_link(
    issuing: SaleorGateway, order: Order
) -> None:
    made = issuing.invoice(order.id)
    assert made is not None
    assert (made.number, made.url) == ("INV-1", link(order.id, "INV-1"))


def test_asking_again_makes_no_second_one(issuing: SaleorGateway, order: Order) -> None:
    assert issuing.invoice(order.id) == issuing.invoice(order.id)
    assert numbers(order) == ["INV-1"]


def test_one_that_staff_asked_for_is_completed_not_doubled(
    issuing: SaleorGateway, saleor: SaleorServer, order: Order
) -> None:
    asked = saleor.saleor.request_invoice(order)
    issuing.invoice(order.id)
    assert (numbers(order), asked.status) == (["INV-1"], "SUCCESS")


def test_a_second_one_that_staff_ask_for_repeats_the_first(
    issuing: SaleorGateway, saleor: SaleorServer, order: Order
) -> None:
    issuing.invoice(order.id)
    again = saleor.saleor.request_invoice(order)
    issuing.invoice(order.id)
    assert (again.number, again.url) == ("INV-1", link(order.id, "INV-1"))


@pytest.mark.parametrize("operation", ["invoice_create", "invoice_update"])
def test_a_lost_answer_is_made_up_for_by_asking_again(
    issuing: SaleorGateway, saleor: SaleorServer, order: Order, operation: str
) -> None:
    if operation == "invoice_update":
        saleor.saleor.request_invoice(order)
    saleor.saleor.faults.add("drop", operation, after_work=True)
    with pytest.raises(OutcomeUnknown):
        issuing.invoice(order.id)
    issuing.invoice(order.id)
    assert numbers(order) == ["INV-1"]


def test_an_unconfirmed_order_is_not_invoiced_yet(
    issuing: SaleorGateway, saleor: SaleorServer, order: Order
) -> None:
    draft = saleor.saleor.place((order.lines[0].variant, 1, {}), status="UNCONFIRMED")
    assert issuing.invoice(draft.id) is None


def test_an_order_without_a_billing_address_is_refused_in_saleors_words(
    issuing: SaleorGateway, order: Order
) -> None:
    order.has_address = False
    with pytest.raises(Rejected, match="billing address") as caught:
        issuing.invoice(order.id)
    assert caught.value.code == "NOT_READY"


def test_an_order_that_is_not_there_is_rejected(issuing: SaleorGateway) -> None:
    with pytest.raises(Rejected) as caught:
        issuing.invoice("T3JkZXI6eA==")
    assert caught.value.code == "NOT_FOUND"


# Credit invoices


def invoiced(host: SaleorGateway, order: Order) -> Order:
    assert host.invoice(order.id) is not None
    return order


def test_what_was_never_invoiced_is_not_credited(host: SaleorGateway, order: Order) -> None:
    assert (host.credit(credit_for(order)), numbers(order)) == (None, [])


def test_a_credit_is_an_invoice_with_a_number_of_ours(issuing: SaleorGateway, order: Order) -> None:
    made = issuing.credit(credit_for(invoiced(issuing, order)))
    assert made is not None
    assert (made.number, made.url) == ("CR-1-1", link(order.id, "CR-1-1"))


def test_a_credit_is_made_once(issuing: SaleorGateway, order: Order) -> None:
    credit = credit_for(invoiced(issuing, order))
    assert issuing.credit(credit) == issuing.credit(credit)
    assert numbers(order) == ["INV-1", "CR-1-1"]


def test_a_lost_answer_to_a_credit_makes_no_second_one(
    issuing: SaleorGateway, saleor: SaleorServer, order: Order
) -> None:
    credit = credit_for(invoiced(issuing, order))
    saleor.saleor.faults.add("drop", "invoice_create", after_work=True)
    with pytest.raises(OutcomeUnknown):
        issuing.credit(credit)
    issuing.credit(credit)
    assert numbers(order) == ["INV-1", "CR-1-1"]


def test_each_line_has_a_credit_of_its_own(issuing: SaleorGateway, saleor: SaleorServer) -> None:
    variant = put_on_sale(issuing)
    order = saleor.saleor.pay(saleor.saleor.place((variant, 1, {}), (variant, 2, {})))
    invoiced(issuing, order)
    issuing.credit(credit_for(order, "14.00", key="credit-a"))
    issuing.credit(credit_for(order, "28.00", key="credit-b", line=1))
    assert numbers(order) == ["INV-1", "CR-1-1", "CR-1-2"]


def test_a_credit_is_not_the_orders_invoice(issuing: SaleorGateway, order: Order) -> None:
    issuing.credit(credit_for(invoiced(issuing, order)))
    order.invoices.reverse()
    made = issuing.invoice(order.id)
    assert made is not None
    assert made.number == "INV-1"
    found = issuing.order(order.id)
    assert found is not None
    assert found.invoice == made


def test_a_credit_for_a_line_that_is_gone_is_rejected(issuing: SaleorGateway, order: Order) -> None:
    host, credit = issuing, credit_for(invoiced(issuing, order))
    order.lines.clear()
    with pytest.raises(Rejected) as caught:
        host.credit(credit)
    assert caught.value.code == "NOT_FOUND"


# What is printed


def test_the_page_of_an_invoice_shows_the_whole_order(issuing: SaleorGateway, order: Order) -> None:
    made = issuing.invoice(order.id)
    assert made is not None
    shown = issuing.invoice_document(order.id, made.number)
    assert shown is not None
    assert (str(shown.total), [p.quantity for p in shown.positions]) == ("42.00 USD", [3])
    assert "United States" in shown.billed_to


def document(host: SaleorGateway, order: Order, made: InvoiceReference | None) -> InvoiceDocument:
    assert made is not None
    shown = host.invoice_document(order.id, made.number)
    assert shown is not None
    return shown


def test_the_page_of_a_credit_shows_its_line_amount_and_reason(
    issuing: SaleorGateway, saleor: SaleorServer
) -> None:
    variant = put_on_sale(issuing)
    order = saleor.saleor.pay(saleor.saleor.place((variant, 1, {}), (variant, 3, {})))
    credit = credit_for(invoiced(issuing, order), line=1)
    shown = document(issuing, order, issuing.credit(credit))
    assert (shown.is_credit, str(shown.total), shown.reason) == (
        True,
        "-42.00 USD",
        "Ordered by mistake",
    )
    assert [p.quantity for p in shown.positions] == [3]


def test_the_credits_of_a_taxed_order_carry_its_rates_and_add_up_to_its_invoice(
    issuing: SaleorGateway, saleor: SaleorServer
) -> None:
    variant = put_on_sale(issuing)
    order = saleor.saleor.place((variant, 3, {}), (variant, 3, {}), (variant, 1, {}))
    for line, total, rate in zip(
        order.lines, ("10.00", "65.00", "5.00"), ("0.19", "0.077", "0"), strict=True
    ):
        saleor.saleor.reprice(line, total, tax_rate=rate)
    saleor.saleor.pay(order)
    invoice = document(issuing, order, issuing.invoice(order.id))
    returned = [
        document(issuing, order, issuing.credit(credit_for(order, total, key=f"c-{n}", line=n)))
        for n, total in enumerate(("10.00", "65.00", "5.00"))
    ]
    assert str(invoice.total) == "80.00 USD"
    assert sum(credit.total.amount for credit in returned) == -80
    assert [credit.taxes for credit in returned] == [
        {Decimal("0.19"): Money.of("-1.60", "USD")},
        {Decimal("0.077"): Money.of("-4.65", "USD")},
        {},
    ]
    assert invoice.taxes == {
        Decimal("0.19"): Money.of("1.60", "USD"),
        Decimal("0.077"): Money.of("4.65", "USD"),
    }


def test_the_page_of_an_invoice_paid_in_part_by_gift_card_adds_up(
    issuing: SaleorGateway, order: Order
) -> None:
    order.by_gift_card = Decimal(20)
    shown = document(issuing, order, issuing.invoice(order.id))
    assert (str(shown.total), str(shown.by_gift_card)) == ("42.00 USD", "20.00 USD")
    assert sum(position.total.amount for position in shown.positions) == shown.total.amount


def test_an_invoice_that_is_gone_has_no_page(host: SaleorGateway, order: Order) -> None:
    assert host.invoice_document(order.id, "INV-9") is None
    assert host.invoice_document("T3JkZXI6eA==", "INV-1") is None
