"""Orders and customers as Saleor shows them now."""

from datetime import UTC, datetime, timedelta

import pytest

from bittitan_plugin.domain.errors import Rejected, Unavailable
from bittitan_plugin.domain.orders import EndCustomer, OrderStatus, UnreadableOrder
from bittitan_plugin.platforms.saleor.client import SaleorClient
from bittitan_plugin.platforms.saleor.gateway import SaleorGateway
from tests.fakes.saleor import SaleorServer
from tests.fakes.saleor.records import App
from tests.integration.saleor.outbound.selling import bought, put_on_sale
from tests.saleor_fixtures import link
from tests.tables import every


def test_an_order_shows_what_selling_licences_needs(
    host: SaleorGateway, saleor: SaleorServer
) -> None:
    buyer = saleor.saleor.add_customer("buying@reseller.example", "Example Reseller")
    variant = put_on_sale(host)
    metadata = {
        "bittitan.friendly_name": "Fabrikam mail move",
        "bittitan.end_customer_email": "it@fabrikam.example",
        "bittitan.end_customer_name": "Fabrikam",
    }
    placed = saleor.saleor.pay(saleor.saleor.place((variant, 25, metadata), customer=buyer))
    order = host.order(placed.id)
    assert order is not None
    (line,) = order.lines
    assert (order.customer.id, order.customer.company) == (buyer.id, "Example Reseller")
    assert (order.fully_paid, order.recipient_email) == (True, "buying@reseller.example")
    assert (line.variant_id, line.quantity, str(line.unit_price)) == (variant, 25, "14.00 USD")
    assert (line.friendly_name, line.end_customer) == (
        "Fabrikam mail move",
        EndCustomer(email="it@fabrikam.example", name="Fabrikam"),
    )


@every("order_id", ["T3JkZXI6eA==", "nonsense", "", "VXNlcjox"])
def test_an_order_that_is_not_there_is_none(host: SaleorGateway, order_id: str) -> None:
    assert host.order(order_id) is None


def test_a_draft_is_no_order_yet(host: SaleorGateway, saleor: SaleorServer) -> None:
    draft = saleor.saleor.place((put_on_sale(host), 1, {}), status="DRAFT")
    assert host.order(draft.id) is None


@every(
    "status, read",
    [
        ("UNCONFIRMED", OrderStatus.UNCONFIRMED),
        ("UNFULFILLED", OrderStatus.CONFIRMED),
        ("PARTIALLY_RETURNED", OrderStatus.CONFIRMED),
        ("CANCELED", OrderStatus.CANCELLED),
        ("EXPIRED", OrderStatus.CANCELLED),
        ("RETURNED", OrderStatus.CANCELLED),
    ],
)
def test_saleors_states_are_read_as_far_as_licences_care(
    host: SaleorGateway, saleor: SaleorServer, status: str, read: OrderStatus
) -> None:
    placed = saleor.saleor.place((put_on_sale(host), 1, {}), status=status)
    order = host.order(placed.id)
    assert order is not None
    assert order.status is read


def test_an_order_of_a_guest_belongs_to_its_address(
    host: SaleorGateway, saleor: SaleorServer
) -> None:
    placed = saleor.saleor.place((put_on_sale(host), 1, {}), email="Guest@Example.com")
    order = host.order(placed.id)
    assert order is not None
    assert order.customer.id == "guest:guest@example.com"


def test_an_order_without_any_address_is_rejected_on_the_field(
    host: SaleorGateway, saleor: SaleorServer
) -> None:
    placed = saleor.saleor.place((put_on_sale(host), 1, {}), email="")
    with pytest.raises(Rejected, match="no e-mail address") as caught:
        host.order(placed.id)
    assert caught.value.field == "order"


def test_a_line_whose_variant_was_deleted_keeps_the_variants_id(
    host: SaleorGateway, saleor: SaleorServer
) -> None:
    variant = put_on_sale(host)
    placed = bought(saleor, variant)
    del saleor.saleor.variants[variant]
    order = host.order(placed.id)
    assert order is not None
    assert (order.lines[0].variant_id, order.lines[0].product_type) == (variant, None)


def test_an_order_of_500_lines_is_read_whole(host: SaleorGateway, saleor: SaleorServer) -> None:
    variant = put_on_sale(host)
    placed = saleor.saleor.place(*[(variant, 1, {})] * 500)
    order = host.order(placed.id)
    assert order is not None
    assert len(order.lines) == 500


def test_what_has_changed_since_is_read_page_by_page_without_drafts(
    host: SaleorGateway, saleor: SaleorServer
) -> None:
    variant = put_on_sale(host)
    saleor.saleor.place((variant, 1, {}), status="DRAFT")
    for _ in range(60):
        saleor.saleor.place((variant, 1, {}))
    since = datetime.now(UTC) - timedelta(minutes=5)
    assert [len(page) for page in host.orders_since(since)] == [49, 11]


def test_one_that_cannot_be_read_does_not_keep_the_others_from_being_compared(
    host: SaleorGateway, saleor: SaleorServer
) -> None:
    variant = put_on_sale(host)
    bad = saleor.saleor.place((variant, 1, {}), email="")
    good = saleor.saleor.place((variant, 1, {}))
    since = datetime.now(UTC) - timedelta(minutes=5)
    unread, read = [order for page in host.orders_since(since) for order in page]
    assert (unread.id, read.id) == (bad.id, good.id)
    assert unread == UnreadableOrder(
        id=bad.id,
        number=bad.number,
        why=f"Order {bad.number} cannot be read: it has no e-mail address.",
        variant_ids=frozenset({variant}),
    )


def test_what_has_not_changed_since_is_left_out(host: SaleorGateway, saleor: SaleorServer) -> None:
    saleor.saleor.place((put_on_sale(host), 1, {}))
    later = datetime.now(UTC) + timedelta(minutes=5)
    assert [len(page) for page in host.orders_since(later)] == [0]


def test_before_3_22_changed_orders_are_found_by_filter(
    client: SaleorClient, saleor: SaleorServer
) -> None:
    old = SaleorGateway(client, version="3.21", link=link)
    list(old.orders_since(datetime.now(UTC)))
    assert saleor.saleor.ledger[-1].operation == "orders_changed_by_filter"


def test_a_list_that_breaks_off_says_so(host: SaleorGateway, saleor: SaleorServer) -> None:
    saleor.saleor.faults.add("status", "orders_changed", status=502)
    with pytest.raises(Unavailable):
        list(host.orders_since(datetime.now(UTC)))


def test_a_customer_is_shown_with_the_company(host: SaleorGateway, saleor: SaleorServer) -> None:
    user = saleor.saleor.add_customer("buying@reseller.example", "Example Reseller")
    customer = host.customer(user.id)
    assert customer is not None
    assert (customer.email, customer.company) == ("buying@reseller.example", "Example Reseller")


def test_staff_are_no_customers(host: SaleorGateway, saleor: SaleorServer) -> None:
    assert host.customer(saleor.saleor.add_staff("staff@example.com").id) is None


@every("customer_id", ["guest:a@example.com", "VXNlcjo5OTk=", "nonsense"])
def test_who_has_no_user_is_no_customer(host: SaleorGateway, customer_id: str) -> None:
    assert host.customer(customer_id) is None


def test_a_customer_needs_manage_users(host: SaleorGateway, saleor: SaleorServer, app: App) -> None:
    user = saleor.saleor.add_customer("a@example.com")
    app.permissions.remove("MANAGE_USERS")
    with pytest.raises(Rejected, match="MANAGE_USERS"):
        host.customer(user.id)


def test_no_order_waits_for_a_billing_day(host: SaleorGateway) -> None:
    assert host.due_for_invoice(datetime.now(UTC)) == ()
