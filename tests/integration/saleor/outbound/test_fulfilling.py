"""Deliveries: the line is fulfilled once, and the asset's id stands on it."""

from dataclasses import replace
from uuid import UUID

import pytest

from bittitan_plugin.domain.errors import OutcomeUnknown, Rejected, Unavailable
from bittitan_plugin.platforms.saleor.gateway import SaleorGateway
from tests.fakes.saleor import SaleorServer
from tests.fakes.saleor.records import App, Order
from tests.integration.saleor.outbound.selling import bought, line_of, put_on_sale

ASSET = UUID("9a078c91-045d-4e58-b070-c149a50537a4")


@pytest.fixture
def order(host: SaleorGateway, saleor: SaleorServer) -> Order:
    return bought(saleor, put_on_sale(host))


def test_the_whole_line_is_fulfilled(host: SaleorGateway, order: Order) -> None:
    host.fulfilled(line_of(order))
    assert (order.status, order.lines[0].fulfilled) == ("FULFILLED", 3)


def test_telling_it_again_fulfils_nothing_more(
    host: SaleorGateway, saleor: SaleorServer, order: Order
) -> None:
    told = line_of(order)
    host.fulfilled(told)
    host.fulfilled(told)
    assert len(order.fulfillments) == 1
    assert len(saleor.saleor.asked("metadata_update")) == 2


def test_saleor_sends_no_mail_of_its_own(
    host: SaleorGateway, saleor: SaleorServer, order: Order
) -> None:
    seen = []
    saleor.saleor.listeners.append(lambda event, _ids: seen.append(event))
    host.fulfilled(line_of(order))
    assert "ORDER_FULFILLED" in seen


def test_the_assets_id_stands_on_order_and_line(host: SaleorGateway, order: Order) -> None:
    host.fulfilled(line_of(order, ASSET))
    assert order.lines[0].metadata["bittitan.asset_id"] == str(ASSET)
    assert order.metadata == {f"bittitan.asset.{ASSET}": order.lines[0].id}


def test_lines_that_are_delivered_at_the_same_time_keep_each_others_ids(
    host: SaleorGateway, saleor: SaleorServer
) -> None:
    variant = put_on_sale(host)
    order = saleor.saleor.pay(saleor.saleor.place((variant, 1, {}), (variant, 2, {})))
    host.fulfilled(line_of(order, line=0))
    host.fulfilled(line_of(order, line=1))
    assert sorted(order.metadata.values()) == sorted(line.id for line in order.lines)


def test_what_the_buyer_said_on_the_line_stays(host: SaleorGateway, saleor: SaleorServer) -> None:
    order = bought(saleor, put_on_sale(host), friendly_name="Fabrikam")
    host.fulfilled(line_of(order))
    assert order.lines[0].metadata["bittitan.friendly_name"] == "Fabrikam"


@pytest.mark.parametrize("operation", ["order_fulfill", "metadata_update"])
def test_a_lost_answer_is_made_up_for_by_telling_it_again(
    host: SaleorGateway, saleor: SaleorServer, order: Order, operation: str
) -> None:
    saleor.saleor.faults.add("drop", operation, after_work=True)
    told = line_of(order)
    with pytest.raises(OutcomeUnknown):
        host.fulfilled(told)
    host.fulfilled(told)
    assert (len(order.fulfillments), order.lines[0].fulfilled) == (1, 3)
    assert order.lines[0].metadata["bittitan.asset_id"] == str(told.asset_id)


def test_what_staff_fulfilled_in_part_is_completed(
    host: SaleorGateway, saleor: SaleorServer, order: Order
) -> None:
    order.lines[0].fulfilled = 1
    host.fulfilled(line_of(order))
    assert order.lines[0].fulfilled == 3
    assert saleor.saleor.asked("order_fulfill")[0].variables["quantity"] == 2


def test_a_cancelled_order_is_not_fulfilled(
    host: SaleorGateway, saleor: SaleorServer, order: Order
) -> None:
    saleor.saleor.cancel(order)
    host.fulfilled(line_of(order))
    assert order.fulfillments == []


def test_an_order_that_is_not_there_is_rejected(host: SaleorGateway, order: Order) -> None:
    with pytest.raises(Rejected) as caught:
        host.fulfilled(replace(line_of(order), order_id="T3JkZXI6eA=="))
    assert caught.value.code == "NOT_FOUND"


def test_a_line_that_is_not_there_is_rejected(host: SaleorGateway, order: Order) -> None:
    with pytest.raises(Rejected) as caught:
        host.fulfilled(replace(line_of(order), order_line_id="T3JkZXJMaW5lOng="))
    assert caught.value.code == "NOT_FOUND"


def test_an_unpaid_order_is_refused_in_saleors_words(
    host: SaleorGateway, saleor: SaleorServer
) -> None:
    order = saleor.saleor.place((put_on_sale(host), 1, {}))
    with pytest.raises(Rejected) as caught:
        host.fulfilled(line_of(order))
    assert caught.value.code == "CANNOT_FULFILL_UNPAID_ORDER"


def test_without_the_permission_it_says_which_one_is_missing(
    host: SaleorGateway, app: App, order: Order
) -> None:
    app.permissions.remove("MANAGE_ORDERS")
    with pytest.raises(Rejected, match="MANAGE_ORDERS"):
        host.fulfilled(line_of(order))


def test_while_saleor_is_away_it_is_unavailable(
    host: SaleorGateway, saleor: SaleorServer, order: Order
) -> None:
    saleor.saleor.faults.add("status", status=503)
    with pytest.raises(Unavailable):
        host.fulfilled(line_of(order))
