"""The acceptance story of the first sale, told on a Saleor in the embedded host's place."""

from decimal import Decimal

import pytest

from bittitan_plugin.domain.assets import AssetStatus, ProvisioningStatus
from bittitan_plugin.domain.catalogue import ProductType
from tests.integration.saleor.story.conftest import END_CUSTOMER, OUR_TYPES, RESELLER, Market


def code_of(market: Market) -> str:
    (coupon,) = market.shop.sandbox.sandbox.ledger()
    return coupon.code


def test_get_services_definition_creates_both_product_types_at_saleor(installed: Market) -> None:
    fetched = installed.fetch()
    assert {each.product_type for each in fetched.product_types if each.created} == set(ProductType)
    assert {each.name for each in installed.saleor.product_types.values()} == OUR_TYPES


def test_get_services_definition_imports_every_article_of_the_vendor(installed: Market) -> None:
    fetched = installed.fetch()
    assert (fetched.created, list(fetched.skipped), len(installed.saleor.products)) == (5, [], 5)


def test_get_services_definition_a_second_time_changes_nothing(installed: Market) -> None:
    installed.fetch()
    again = installed.fetch()
    assert (again.created, again.updated, again.unchanged, again.bound) == (0, 0, 5, 0)
    assert len(installed.saleor.products) == 5


def test_nothing_is_for_sale_before_it_is_published(installed: Market) -> None:
    installed.fetch()
    shown = [seen for each in installed.saleor.products.values() for seen in each.channels.values()]
    assert set(shown) == {False}


def test_a_published_product_is_for_sale_at_the_distributors_price(market: Market) -> None:
    variant = market.saleor.variant_of("MW-MAILBOX")
    assert list(variant.prices.values()) == [Decimal("13.50")]
    assert set(market.saleor.products[variant.product].channels.values()) == {True}


def test_the_reseller_is_the_account_and_its_customer_the_end_customer(market: Market) -> None:
    asset = market.asset(market.buy())
    with market.shop.ports.store.reading(market.shop.id) as work:
        account = work.accounts.get(asset.account_id)
        end_customer = work.accounts.get(asset.end_customer_id) if asset.end_customer_id else None
    assert (account.email, account.company) == (RESELLER, "Example Reseller")
    assert end_customer is not None
    assert end_customer.email == END_CUSTOMER


def test_the_asset_carries_its_friendly_name_quantity_and_price(market: Market) -> None:
    asset = market.asset(market.buy())
    assert (asset.friendly_name, asset.quantity, str(asset.total)) == (
        "Fabrikam mail move",
        25,
        "337.50 USD",
    )


def test_the_coupon_is_the_one_the_vendor_issued_for_all_licenses(market: Market) -> None:
    asset = market.asset(market.buy())
    (coupon,) = market.shop.sandbox.sandbox.ledger()
    assert (coupon.quantity, asset.provisioning_status) == (25, ProvisioningStatus.SYNCHRONIZED)


def test_saleor_sees_the_line_fulfilled_and_the_assets_id_but_never_the_code(
    market: Market,
) -> None:
    order = market.buy()
    asset, code = market.asset(order), code_of(market)
    assert order.status == "FULFILLED"
    assert order.lines[0].metadata["bittitan.asset_id"] == str(asset.id)
    told = repr(order) + repr(market.saleor.ledger) + repr(market.saleor.problems)
    assert code not in told


def test_the_invoice_stands_at_saleor_and_on_the_asset(market: Market) -> None:
    order = market.buy()
    (invoice,) = order.invoices
    asset = market.asset(order)
    assert asset.invoice is not None
    assert (asset.invoice.number, asset.invoice.url) == (invoice.number, invoice.url)


def test_the_buyer_is_welcomed_by_one_email_with_the_code(market: Market) -> None:
    market.buy()
    welcome = [each for each in market.shop.mail if each.template == "welcome"]
    assert [each.to for each in welcome] == [RESELLER]


def test_every_webhook_twice_and_backwards_makes_nothing_twice(market: Market) -> None:
    order = market.saleor.pay(
        market.saleor.place((market.saleor.variant_of("MW-MAILBOX").id, 3, {}))
    )
    waiting = market.station.sender.waiting
    waiting[:] = [*reversed(waiting), *waiting]
    market.settle()
    assert (len(market.assets(order)), len(market.shop.sandbox.sandbox.ledger())) == (1, 1)
    assert (len(order.fulfillments), len(order.invoices)) == (1, 1)


def test_an_order_of_several_lines_gives_each_a_coupon_and_the_order_one_invoice(
    market: Market,
) -> None:
    order = market.buy(2, lines=3)
    assert (len(market.assets(order)), len(market.shop.sandbox.sandbox.ledger())) == (3, 3)
    assert ([each.number for each in order.invoices], order.status) == (["INV-1"], "FULFILLED")


@pytest.mark.usefixtures("hurried")
def test_while_saleor_answers_502_the_coupon_is_safe_and_saleor_learns_of_it_later(
    market: Market,
) -> None:
    market.saleor.faults.add("status", "order_fulfill", times=3)
    order = market.buy()
    assert (order.status, len(market.shop.sandbox.sandbox.ledger())) == ("FULFILLED", 1)


def test_a_call_that_saleor_forbids_becomes_a_problem_and_the_sale_stands(
    market: Market,
) -> None:
    market.saleor.faults.add("status", "order_fulfill", times=1, status=403)
    order = market.buy()
    asset = market.asset(order)
    assert asset.status is AssetStatus.ACTIVE
    (problem,) = market.shop.problems()
    assert "token" in problem.message


def test_days_that_staff_write_on_the_product_at_saleor_count_for_the_next_sale(
    market: Market,
) -> None:
    product = market.saleor.products[market.saleor.variant_of("MW-MAILBOX").product]
    attributes = {each.slug: each.id for each in market.saleor.attributes.values()}
    product.values |= {
        attributes["bittitan-expire"]: "90",
        attributes["bittitan-validity"]: "180",
    }
    market.saleor.announce("PRODUCT_UPDATED", product=product.id)
    market.settle()
    asset = market.asset(market.buy())
    assert (asset.expire_days, asset.validity_days) == (90, 180)
