"""What only a Saleor shows of a sale; the story is in ``tests/acceptance/test_first_sale.py``."""

import pytest

from bittitan_plugin.domain.assets import AssetStatus
from bittitan_plugin.domain.errors import ErrorCode
from tests.integration.saleor.story.conftest import Market
from tests.integration.saleor.story.running import shop, world

__all__ = ["shop", "world"]
pytestmark = pytest.mark.databases("sqlite", "postgresql")


def code_of(market: Market) -> str:
    (coupon,) = market.shop.sandbox.sandbox.ledger()
    return coupon.code


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


def test_a_sale_reads_its_order_again_for_two_rules_and_no_more(market: Market) -> None:
    before = len(market.saleor.asked("order"))
    market.buy()
    assert len(market.saleor.asked("order")) - before == 2


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
    # Met where all that follows is done at once, and where each step is done by itself.
    market.saleor.faults.add("status", "order_fulfill", times=2, status=403)
    order = market.buy()
    asset = market.asset(order)
    assert asset.status is AssetStatus.ACTIVE
    (problem,) = market.shop.problems()
    assert "token" in problem.message
    assert "at the commerce platform" in problem.next_step


def test_an_order_that_saleor_does_not_show_is_no_fault_of_bittitan(market: Market) -> None:
    market.saleor.faults.add("status", "order", times=99, status=403)
    order = market.buy()
    assert market.assets(order) == []
    (problem,) = market.shop.problems()
    assert "at the commerce platform" in problem.next_step


def test_a_licence_that_saleor_stands_in_the_way_of_says_that_it_is_the_platform(
    market: Market,
) -> None:
    # The order is read to open the asset, and once more before BitTitan is asked.
    market.saleor.faults.add("status", "order", times=1, skip=1, status=403)
    asset = market.asset(market.buy())
    assert asset.provisioning_error is not None
    assert asset.provisioning_error.code is ErrorCode.PLATFORM_REJECTED
    (problem,) = market.shop.problems()
    assert "at the commerce platform" in problem.next_step


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
