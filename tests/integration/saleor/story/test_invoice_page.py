"""The page behind the link of an invoice of ours, and whose turn it is to write to an order."""

import httpx
import pytest

from bittitan_plugin.domain.errors import Unavailable
from bittitan_plugin.platforms.saleor.invoice_links import PATH
from bittitan_plugin.platforms.saleor.order_lease import LONGEST, OrderLeases
from tests.fakes.saleor.records import Order
from tests.integration.saleor.inbound.conftest import Station
from tests.integration.saleor.story.conftest import Market


@pytest.fixture
def order(market: Market) -> Order:
    """A cancelled sale: an invoice and a credit invoice."""
    sold = market.buy()
    market.cancel(sold)
    return sold


def page(market: Market, url: str | None) -> httpx.Response:
    assert url is not None
    return market.station.http.get(httpx.URL(url).path)


def test_the_links_at_saleor_lead_to_the_invoice_and_to_the_credit(
    market: Market, order: Order
) -> None:
    invoice, credit = (page(market, each.url) for each in order.invoices)
    assert (invoice.status_code, credit.status_code) == (200, 200)
    assert "Invoice INV-1" in invoice.text
    assert "Credit invoice CR-1-1" in credit.text
    assert "337.50 USD" in credit.text
    assert "Ordered by mistake" in credit.text


def test_the_page_shows_no_code_is_not_kept_and_its_address_goes_nowhere(
    market: Market, order: Order
) -> None:
    (coupon,) = market.shop.sandbox.sandbox.ledger()
    shown = page(market, order.invoices[0].url)
    assert coupon.code not in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    assert shown.headers["Referrer-Policy"] == "same-origin"


def test_a_link_that_was_changed_leads_nowhere(market: Market, order: Order) -> None:
    url = order.invoices[0].url
    assert url is not None
    assert page(market, url[:-8] + "AAAAAAA=").status_code == 404


def test_a_link_of_a_removed_invoice_leads_nowhere(market: Market, order: Order) -> None:
    url = order.invoices[0].url
    order.invoices.clear()
    assert page(market, url).status_code == 404


def test_while_saleor_is_away_the_page_says_so(market: Market, order: Order) -> None:
    market.saleor.faults.add("status", "invoice_document")
    assert page(market, order.invoices[0].url).status_code == 503


def test_a_guess_leads_nowhere(market: Market) -> None:
    assert market.station.http.get(f"{PATH}/INV-1").status_code == 404


# OrderLeases


@pytest.fixture
def turns(station: Station) -> OrderLeases:
    return OrderLeases(station.application.engine, station.clock)


def test_while_one_line_writes_to_an_order_another_waits(
    station: Station, turns: OrderLeases
) -> None:
    turn = turns.of(station.installed.installation_id)
    with turn("order-1"), pytest.raises(Unavailable) as caught, turn("order-1"):
        pass
    assert caught.value.retry_after == 1


def test_the_turn_is_over_when_the_write_is(station: Station, turns: OrderLeases) -> None:
    turn = turns.of(station.installed.installation_id)
    for _ in range(2):
        with turn("order-1"):
            pass


def test_a_write_that_failed_ends_its_turn_too(station: Station, turns: OrderLeases) -> None:
    turn = turns.of(station.installed.installation_id)
    with pytest.raises(RuntimeError), turn("order-1"):
        raise RuntimeError
    with turn("order-1"):
        pass


def test_other_orders_do_not_wait(station: Station, turns: OrderLeases) -> None:
    turn = turns.of(station.installed.installation_id)
    with turn("order-1"), turn("order-2"):
        pass


def test_the_turn_of_a_process_that_died_ends_by_itself(
    station: Station, turns: OrderLeases
) -> None:
    turn = turns.of(station.installed.installation_id)
    with turn("order-1"):
        station.clock.now += LONGEST
        with turn("order-1"):
            pass
