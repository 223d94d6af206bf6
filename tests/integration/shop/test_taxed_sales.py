"""What a customer is told, pays, is invoiced and is credited is one amount, with tax or without."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import update

from bittitan_plugin.domain.billing import Credit
from bittitan_plugin.domain.configuration import Configuration
from bittitan_plugin.domain.orders import Invoicing
from bittitan_plugin.platforms.shop.gateway import ShopGateway
from bittitan_plugin.platforms.shop.ids import INSTALLATION, Kind, global_id, parse_id
from bittitan_plugin.platforms.shop.inputs import LineInput
from bittitan_plugin.platforms.shop.invoices import InvoiceKind
from bittitan_plugin.platforms.shop.tables import InvoiceLineRow, InvoiceRow, PriceRow, UserRow
from bittitan_plugin.store.repositories.installations import InstallationRepository
from tests.integration.shop.shop import CHECKOUT_COMPLETE, Shop
from tests.tables import every

pytestmark = pytest.mark.databases("sqlite", "postgresql")

TAXED = """
query ($id: ID!) {
  order(id: $id) {
    total { gross { amount } net { amount } tax { amount } }
    lines { unitPrice { gross { amount } net { amount } }
            totalPrice { gross { amount } net { amount } tax { amount } } }
  }
}
"""
CHECKOUT = """
mutation ($lines: [CheckoutLineInput!]!) {
  checkoutCreate(input: {lines: $lines}) {
    checkout { id totalPrice { gross { amount } net { amount } tax { amount } } }
    errors { field message }
  }
}
"""


@pytest.fixture(autouse=True)
def _settings_as_they_were(shop: Shop) -> Iterator[None]:
    """The slate of these tests holds the shop's tables alone; settings are the plugin's."""
    yield
    with shop.platform.database.writing() as session:
        installations = InstallationRepository(session)
        installation = installations.open(INSTALLATION, shop.clock())
        installations.save(replace(installation, configuration=Configuration()))


def settle(shop: Shop, **values: str) -> None:
    """Change the plugin's settings, as staff do."""
    with shop.platform.database.writing() as session:
        installations = InstallationRepository(session)
        installation = installations.open(INSTALLATION, shop.clock())
        configuration = installation.configuration
        for name, value in values.items():
            configuration = configuration.changed(name, value)
        installations.save(replace(installation, configuration=configuration))


def price(shop: Shop, amount: str) -> None:
    with shop.platform.database.writing() as session:
        session.execute(
            update(PriceRow)
            .where(PriceRow.variant_id == shop.license.row.id, PriceRow.currency == "USD")
            .values(amount=Decimal(amount))
        )


def invoices(shop: Shop, order: UUID) -> list[InvoiceRow]:
    return shop.platform.invoices.of_orders([order])[order]


def lines(shop: Shop, invoice: InvoiceRow) -> list[InvoiceLineRow]:
    return shop.platform.invoices.lines([invoice.id])[invoice.id]


def bought(shop: Shop, *quantities: int) -> UUID:
    """An order of the customer, paid at once, with a line for each quantity."""
    wanted = [
        {"variantId": shop.license_id, "quantity": quantity, "metadata": [metadata(index)]}
        for index, quantity in enumerate(quantities)
    ]
    made = shop.ask(CHECKOUT, shop.customer, lines=wanted)["checkoutCreate"]
    assert made["errors"] == []
    checkout = made["checkout"]
    order = shop.ask(CHECKOUT_COMPLETE, shop.customer, id=checkout["id"])["checkoutComplete"]
    assert order["errors"] == []
    # What the customer was shown before is what the order costs.
    told = checkout["totalPrice"]["gross"]["amount"]
    assert order["order"]["total"]["gross"]["amount"] == told
    return parse_id(Kind.ORDER, order["order"]["id"])


def metadata(index: int) -> dict[str, str]:
    return {"key": "bittitan.friendly_name", "value": f"Line {index}"}


def money(row: InvoiceRow | InvoiceLineRow) -> tuple[str, str]:
    gross = row.amount if isinstance(row, InvoiceRow) else row.net + row.tax
    return str(gross), str(row.tax)


def cancelled(shop: Shop, order: UUID, index: int) -> None:
    """What the plugin asks for when it has cancelled the asset of that line."""
    found = ShopGateway(shop.engine, shop.clock).order(global_id(Kind.ORDER, order))
    assert found is not None
    line = found.lines[index]
    credit = Credit(
        key=f"credit-{line.id}",
        order_id=found.id,
        order_line_id=line.id,
        amount=line.total,
        reason="Cancelled",
    )
    host = ShopGateway(shop.engine, shop.clock)
    host.credit(credit)
    host.refund(credit)


@every(
    "included, order_total, tax",
    [("true", "150.15", "29.06"), ("false", "186.18", "36.03")],
)
def test_a_sale_costs_is_paid_and_is_invoiced_the_same(
    shop: Shop, included: str, order_total: str, tax: str
) -> None:
    price(shop, "50.05")
    settle(shop, tax_rate="24", prices_include_tax=included)
    order = bought(shop, 1, 2)

    (invoice,) = invoices(shop, order)
    assert money(invoice) == (order_total, tax)
    record = shop.platform.orders.get(order)
    assert record is not None
    assert (str(record.row.total), str(record.row.charged)) == (order_total, order_total)
    seen = shop.ask(TAXED, shop.customer, id=global_id(Kind.ORDER, order))["order"]
    assert seen["total"]["gross"]["amount"] == float(order_total)
    assert seen["total"]["tax"]["amount"] == float(tax)
    assert [line["totalPrice"]["gross"]["amount"] for line in seen["lines"]] == [
        float(money(each)[0]) for each in lines(shop, invoice)
    ]


@every("included", ["true", "false"])
def test_lines_that_are_cancelled_one_by_one_give_back_all_that_was_paid(
    shop: Shop, included: str
) -> None:
    price(shop, "0.33")
    settle(shop, tax_rate="7.7", prices_include_tax=included)
    order = bought(shop, 1, 2, 3)
    for index in range(3):
        cancelled(shop, order, index)

    invoice, *given = invoices(shop, order)
    assert [row.kind for row in given] == [InvoiceKind.CREDIT] * 3
    assert sum(row.amount for row in given) == invoice.amount
    assert sum(row.tax for row in given) == invoice.tax
    assert {row.credits_id for row in given} == {invoice.id}
    record = shop.platform.orders.get(order)
    assert record is not None
    assert record.row.refunded == record.row.charged == invoice.amount


def test_a_refund_of_a_part_carries_its_share_of_the_tax_and_cancelling_credits_the_rest(
    shop: Shop,
) -> None:
    price(shop, "10.00")
    settle(shop, tax_rate="24")
    order = bought(shop, 1)
    shop.platform.order_changes.grant_refund(order, Decimal("3.33"), "Goodwill")
    shop.platform.orders.cancel(order)

    invoice, goodwill, rest = invoices(shop, order)
    assert [money(row) for row in (invoice, goodwill, rest)] == [
        ("10.00", "1.94"),
        ("3.33", "0.65"),
        ("6.67", "1.29"),
    ]
    assert [line.text for line in lines(shop, goodwill)] == ["Goodwill"]


def test_cancelling_a_whole_order_credits_each_line_of_its_invoice(shop: Shop) -> None:
    settle(shop, tax_rate="24")
    order = bought(shop, 1, 2)
    shop.platform.orders.cancel(order)

    invoice, credit = invoices(shop, order)
    assert [(each.text, each.quantity, *money(each)) for each in lines(shop, credit)] == [
        (each.text, each.quantity, *money(each)) for each in lines(shop, invoice)
    ]
    assert money(credit) == money(invoice)


def test_a_draft_is_taxed_as_on_the_day_it_was_made(shop: Shop) -> None:
    price(shop, "100.00")
    settle(shop, tax_rate="24", prices_include_tax="false")
    wanted = [LineInput(variant_id=shop.license_id, quantity=1)]
    draft = shop.platform.drafts.create(shop.customer, wanted)
    settle(shop, tax_rate="25", prices_include_tax="true")
    shop.platform.order_changes.execute(draft.row.id, Invoicing.NOW)

    (invoice,) = invoices(shop, draft.row.id)
    assert (*money(invoice), str(invoice.tax_rate)) == ("124.00", "24.00", "24.00")
    assert not invoice.prices_include_tax


def test_an_issued_invoice_keeps_its_seller_its_buyer_and_its_tax(shop: Shop) -> None:
    settle(shop, seller_name="Old Ltd", seller_tax_number="EL1", tax_rate="24")
    with shop.platform.database.writing() as session:
        session.get_one(UserRow, shop.customer.id).street = "Before 1"
    order = bought(shop, 1)
    settle(shop, seller_name="New Ltd", seller_tax_number="EL2", tax_rate="")
    with shop.platform.database.writing() as session:
        session.get_one(UserRow, shop.customer.id).street = "After 2"
    shop.platform.orders.cancel(order)

    for row in invoices(shop, order):
        assert (row.seller["name"], row.seller["tax_number"]) == ("Old Ltd", "EL1")
        assert row.buyer["street"] == "Before 1"
        assert row.tax_rate == Decimal(24)
    # Only what is sold from now on is the new seller's.
    (later,) = invoices(shop, bought(shop, 1))
    assert (later.seller["name"], later.tax_rate, later.tax) == ("New Ltd", None, Decimal(0))


def test_without_a_rate_nothing_is_said_of_tax(shop: Shop) -> None:
    order = bought(shop, 2)
    (invoice,) = invoices(shop, order)
    assert (invoice.tax, invoice.tax_rate) == (Decimal(0), None)
    found = ShopGateway(shop.engine, shop.clock).order(global_id(Kind.ORDER, order))
    assert found is not None
    assert found.lines[0].tax is None


def test_a_shop_with_net_prices_tells_storefronts_what_is_paid_and_what_was_set(
    shop: Shop,
) -> None:
    price(shop, "100.00")
    settle(shop, tax_rate="24", prices_include_tax="false")
    query = """{ products(first: 5) { edges { node { variants {
      sku prices { amount currency } pricing { price { gross { amount } net { amount } } }
    } } } } }"""
    found = shop.ask(query, shop.customer)["products"]["edges"]
    variants = [each for edge in found for each in edge["node"]["variants"]]
    (ours,) = (each for each in variants if each["sku"] == shop.license.row.sku)
    assert ours["pricing"]["price"] == {"gross": {"amount": 124.0}, "net": {"amount": 100.0}}
    assert {"amount": 100.0, "currency": "USD"} in ours["prices"]
