"""Webhooks about the catalogue, refunds, deliveries and invoices, as the hooks hear them."""

from decimal import Decimal

from bittitan_hooks import specs
from tests.fakes.saleor.records import Fulfillment, FulfillmentLine, GrantedRefund, Order
from tests.integration.saleor.inbound.conftest import Station
from tests.integration.saleor.inbound.test_webhooks import ordered, sent, stock
from tests.tables import every


def delivered(order: Order, status: str = "FULFILLED", quantity: int | None = None) -> None:
    """The first line, or a part of it, in a fulfilment of that status."""
    line = order.lines[0]
    pieces = [FulfillmentLine("RkxpbmU6MQ==", line.id, quantity or line.quantity)]
    order.fulfillments.append(
        Fulfillment(f"RnVsZmlsbG1lbnQ6{len(order.fulfillments)}", status, pieces)
    )


def granted(order: Order, quantity: int, status: str = "SUCCESS") -> None:
    line = order.lines[0]
    grant = GrantedRefund(
        "R3JhbnQ6MQ==", line.unit_price * quantity, "", "", [(line.id, quantity)], status
    )
    order.grants.append(grant)


def test_a_refund_of_whole_lines_names_them(station: Station) -> None:
    variant = stock(station)
    order = station.server.saleor.place((variant.id, 3, {}), (variant.id, 1, {}))
    station.server.saleor.pay(order)
    granted(order, 3)
    station.server.saleor.refund(order, Decimal(42))
    sent(station, "ORDER_REFUNDED", order)
    fired = station.listening.last("order_refunded")
    assert isinstance(fired, specs.OrderRefunded)
    assert fired.line_ids == (order.lines[0].id,)
    assert fired.refunded is not None
    assert (fired.refunded.amount, fired.refunded.currency) == (Decimal(42), "USD")


def test_a_refund_of_everything_takes_the_whole_order_back(station: Station) -> None:
    order = ordered(station, quantity=3)
    station.server.saleor.pay(order)
    station.server.saleor.refund(order, Decimal(42))
    sent(station, "ORDER_UPDATED", order)
    assert station.listening.hooks == ["order_updated", "order_fully_refunded"]


def test_a_refund_of_part_of_a_line_names_none(station: Station) -> None:
    order = ordered(station, quantity=3)
    station.server.saleor.pay(order)
    granted(order, 2)
    station.server.saleor.refund(order, Decimal(28))
    sent(station, "ORDER_REFUNDED", order)
    fired = station.listening.last("order_refunded")
    assert isinstance(fired, specs.OrderRefunded)
    assert fired.line_ids == ()


@every("status", ["NONE", "PENDING", "FAILURE"])
def test_a_refund_that_was_only_granted_names_no_line(station: Station, status: str) -> None:
    order = ordered(station, quantity=3)
    station.server.saleor.pay(order)
    granted(order, 3, status)
    station.server.saleor.refund(order, Decimal(41))
    sent(station, "ORDER_REFUNDED", order)
    fired = station.listening.last("order_refunded")
    assert isinstance(fired, specs.OrderRefunded)
    assert fired.line_ids == ()


@every("status", ["RETURNED", "REFUNDED", "REFUNDED_AND_RETURNED"])
def test_an_order_whose_delivery_came_back_says_so_at_any_update(
    station: Station, status: str
) -> None:
    order = ordered(station)
    delivered(order, status)
    sent(station, "ORDER_UPDATED", order)
    fired = station.listening.last("fulfillment_canceled")
    assert isinstance(fired, specs.FulfillmentCanceled)
    assert fired.line_ids == (order.lines[0].id,)


def test_a_part_that_came_back_takes_no_licence_back_but_asks(station: Station) -> None:
    order = ordered(station, quantity=3)
    delivered(order, "RETURNED", quantity=1)
    sent(station, "ORDER_UPDATED", order)
    assert station.listening.hooks == ["order_updated", "fulfillment_canceled"]
    fired = station.listening.last("fulfillment_canceled")
    assert isinstance(fired, specs.FulfillmentCanceled)
    assert fired.partly


def test_a_canceled_delivery_names_its_lines(station: Station) -> None:
    order = ordered(station)
    delivered(order, "CANCELED")
    sent(station, "FULFILLMENT_CANCELED", order)
    fired = station.listening.last("fulfillment_canceled")
    assert isinstance(fired, specs.FulfillmentCanceled)
    assert fired.line_ids == (order.lines[0].id,)


def test_a_delivery_that_was_canceled_and_made_again_takes_nothing_back(
    station: Station,
) -> None:
    order = ordered(station)
    delivered(order, "CANCELED")
    delivered(order, "FULFILLED")
    sent(station, "FULFILLMENT_CANCELED", order)
    assert station.listening.hooks == []


def test_a_cancelled_order_says_so_at_any_update(station: Station) -> None:
    order = ordered(station)
    order.status = "CANCELED"
    sent(station, "ORDER_UPDATED", order)
    assert station.listening.hooks == ["order_updated", "order_cancelled"]


@every("event", ["INVOICE_REQUESTED", "INVOICE_SENT", "INVOICE_DELETED"])
def test_an_invoice_fires_the_hook_of_that_name(station: Station, event: str) -> None:
    order = ordered(station)
    invoice = station.server.saleor.request_invoice(order)
    invoice.number = "2026-1"
    station.sender.waiting.clear()
    assert station.sender.deliver(station.sender.event(event, invoice=invoice.id)) == 200
    fired = station.listening.last(event.lower())
    assert isinstance(fired, specs.InvoiceRequested | specs.InvoiceSent | specs.InvoiceDeleted)
    assert (fired.invoice_id, fired.order_id, fired.number) == (invoice.id, order.id, "2026-1")


@every("event", ["PRODUCT_CREATED", "PRODUCT_UPDATED"])
def test_a_product_fires_the_hook_of_that_name(station: Station, event: str) -> None:
    variant = stock(station)
    delivery = station.sender.event(event, product=variant.product)
    assert station.sender.deliver(delivery) == 200
    fired = station.listening.last(event.lower())
    assert isinstance(fired, specs.ProductCreated | specs.ProductUpdated)
    assert (fired.name, fired.product_type) == ("Mailbox", "bittitan-mailbox-license")
    assert (fired.published, fired.variant_ids) == (True, (variant.id,))


def test_a_deleted_product_fires_its_hook_with_its_id_and_without_variants(
    station: Station,
) -> None:
    variant = stock(station)
    station.server.saleor.delete_product(variant.product)
    (delivery,) = station.sender.deliver_all()
    assert delivery.statuses == [200]
    fired = station.listening.last("product_deleted")
    assert isinstance(fired, specs.ProductDeleted)
    assert (fired.product_id, fired.variant_ids) == (variant.product, ())
    assert (fired.name, fired.product_type) == ("Mailbox", "bittitan-mailbox-license")


@every("event", ["CREATED", "UPDATED", "DELETED"])
def test_a_variant_fires_the_hook_of_that_name(station: Station, event: str) -> None:
    variant = stock(station, "15.50")
    delivery = station.sender.event(f"PRODUCT_VARIANT_{event}", variant=variant.id)
    assert station.sender.deliver(delivery) == 200
    fired = station.listening.last(f"product_variant_{event.lower()}")
    assert isinstance(
        fired,
        specs.ProductVariantCreated | specs.ProductVariantUpdated | specs.ProductVariantDeleted,
    )
    assert (fired.sku, fired.name, fired.published) == ("MW-MAILBOX", "Mailbox", True)
    (price,) = fired.prices
    assert (price.amount, price.currency) == (Decimal("15.50"), "USD")
