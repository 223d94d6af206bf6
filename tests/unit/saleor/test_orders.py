"""Reading a Saleor order, also as a real Saleor sent it."""

import json
import os
from copy import deepcopy
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bittitan_plugin.domain.errors import Rejected
from bittitan_plugin.domain.orders import EndCustomer, OrderStatus
from bittitan_plugin.platforms.saleor.orders import metadata_of, money_of, order_from
from tests.tables import every

ORDER: dict[str, Any] = {
    "id": "T3JkZXI6MQ==",
    "number": "7",
    "created": "2026-03-10T09:30:00.000459+00:00",
    "status": "UNFULFILLED",
    "isPaid": True,
    "userEmail": "buyer@example.com",
    "user": {"id": "VXNlcjox", "email": "user@example.com"},
    "billingAddress": {"companyName": "Contoso"},
    "lines": [
        {
            "id": "T3JkZXJMaW5lOjE=",
            "productName": "Mailbox",
            "productSku": "MW",
            "productVariantId": "UHJvZHVjdFZhcmlhbnQ6MQ==",
            "quantity": 3,
            "unitPrice": {"gross": {"amount": 14.1, "currency": "USD"}},
            "totalPrice": {
                "gross": {"amount": 42.31, "currency": "USD"},
                "tax": {"amount": 6.76, "currency": "USD"},
            },
            "metadata": [],
            "variant": {
                "id": "UHJvZHVjdFZhcmlhbnQ6MQ==",
                "product": {"productType": {"slug": "bittitan-mailbox-license"}},
            },
        }
    ],
}


ZERO = {"amount": 0, "currency": "USD"}


def captures() -> Path:
    named = os.environ.get("BITTITAN_TEST_SALEOR_CAPTURES")
    return Path(named) if named else Path(__file__).parents[4] / "shared" / "saleor_captures"


def changed(**values: Any) -> dict[str, Any]:
    return {**deepcopy(ORDER), **values}


def with_line(**values: Any) -> dict[str, Any]:
    order = deepcopy(ORDER)
    order["lines"][0].update(values)
    return order


def test_an_amount_is_read_to_the_cent() -> None:
    assert order_from(ORDER).lines[0].unit_price.amount == Decimal("14.1")


def test_a_lines_total_and_tax_are_what_saleor_says_and_no_product_of_ours() -> None:
    (line,) = order_from(ORDER).lines
    assert (line.total.amount, line.tax and line.tax.amount) == (Decimal("42.31"), Decimal("6.76"))


def test_a_total_finer_than_the_currency_is_rounded_to_what_can_be_paid() -> None:
    total = {"amount": 9.9999, "currency": "USD"}
    (line,) = order_from(with_line(totalPrice={"gross": total, "tax": total})).lines
    assert str(line.total) == "10.00 USD"


@given(st.decimals(min_value=0, max_value=10**9, places=2))
def test_an_amount_survives_json(amount: Decimal) -> None:
    sent = json.loads(json.dumps({"amount": float(amount), "currency": "USD"}))
    assert money_of(sent).amount == amount


@pytest.mark.parametrize("amount", [14.1, "14.1", Decimal("14.1")])
def test_an_amount_is_the_same_however_json_was_parsed(amount: object) -> None:
    assert money_of({"amount": amount, "currency": "USD"}).amount == Decimal("14.1")


def test_more_places_than_are_kept_are_rounded() -> None:
    assert money_of({"amount": 3.3333333333, "currency": "USD"}).amount == Decimal("3.3333")


def test_the_customer_is_the_user_and_the_mail_goes_where_the_order_says() -> None:
    order = order_from(ORDER)
    assert (order.customer.id, order.customer.email) == ("VXNlcjox", "user@example.com")
    assert order.recipient_email == "buyer@example.com"


def test_without_an_address_on_the_order_the_mail_goes_to_the_user() -> None:
    assert order_from(changed(userEmail="")).recipient_email == "user@example.com"


def test_two_orders_of_one_guest_are_one_customers() -> None:
    first = order_from(changed(user=None, userEmail="Guest@Example.com"))
    second = order_from(changed(user=None, userEmail="guest@example.com"))
    assert first.customer.id == second.customer.id == "guest:guest@example.com"


def test_a_guest_is_never_taken_for_the_user_with_that_address() -> None:
    guest = order_from(changed(user=None, userEmail="user@example.com"))
    assert guest.customer.id != order_from(ORDER).customer.id


def test_the_line_says_what_the_buyer_calls_it_and_for_whom_it_is() -> None:
    metadata = [
        {"key": "bittitan.friendly_name", "value": "Move"},
        {"key": "bittitan.end_customer_email", "value": "it@fabrikam.example"},
        {"key": "bittitan.end_customer_name", "value": "Fabrikam"},
    ]
    (line,) = order_from(with_line(metadata=metadata)).lines
    assert line.friendly_name == "Move"
    assert line.end_customer == EndCustomer(email="it@fabrikam.example", name="Fabrikam")


def test_a_deleted_variant_leaves_its_id() -> None:
    (line,) = order_from(with_line(variant=None)).lines
    assert (line.variant_id, line.product_type) == ("UHJvZHVjdFZhcmlhbnQ6MQ==", None)


def test_a_state_nobody_knows_yet_is_an_order_like_any_other() -> None:
    assert order_from(changed(status="SOMETHING_NEW")).status is OrderStatus.CONFIRMED


@every(
    "order, field",
    [
        (changed(lines=None), "order"),
        (changed(created="yesterday"), "order"),
        (changed(userEmail=None, user=None), "order"),
        (with_line(unitPrice=None), "lines[0]"),
        (with_line(unitPrice={"gross": {"amount": "much", "currency": "USD"}}), "lines[0]"),
        (
            with_line(unitPrice={"gross": {"amount": 1, "currency": "usd"}}),
            "lines[0].currency",
        ),
        ({k: v for k, v in ORDER.items() if k != "number"}, "order"),
    ],
)
def test_an_order_that_cannot_be_read_is_rejected_on_the_place(
    order: dict[str, Any], field: str
) -> None:
    with pytest.raises(Rejected) as caught:
        order_from(order)
    assert (caught.value.code, caught.value.field) == ("INVALID", field)


def test_no_metadata_is_no_metadata() -> None:
    assert metadata_of(None) == metadata_of([]) == {}


@every("event", ["CANCELLED", "CONFIRMED", "CREATED", "FULFILLED", "FULLY_PAID", "PAID", "UPDATED"])
def test_an_order_as_a_real_saleor_sent_it_is_read(event: str) -> None:
    path = captures() / f"webhook_orders_ORDER_{event}.json"
    if not path.exists():
        pytest.skip(f"no captured webhooks at {captures()}")
    node = json.loads(path.read_text(encoding="utf-8"))["body_json"]["order"]
    # The app that recorded it asked for no totals.
    for line in node["lines"]:
        line["totalPrice"] = {"gross": {"amount": 45, "currency": "USD"}, "tax": ZERO}
    order = order_from(node)
    assert (order.id, order.number, order.fully_paid) == (
        node["id"],
        node["number"],
        node["isPaid"],
    )
    assert order.lines[0].unit_price.amount == Decimal("15")


def test_what_cannot_be_read_names_order_line_and_field() -> None:
    with pytest.raises(Rejected) as caught:
        order_from(with_line(totalPrice={"gross": {"amount": 45, "currency": "US"}, "tax": ZERO}))
    assert caught.value.message == (
        "Order 7, line 1 (Mailbox): 'US' is not a currency: give three capital letters such as USD."
    )
    assert caught.value.field == "lines[0].currency"


def test_what_a_buyer_typed_at_a_line_is_read_as_it_is_and_judged_when_it_is_sold() -> None:
    (line,) = order_from(
        with_line(metadata=[{"key": "bittitan.friendly_name", "value": "x" * 256}])
    ).lines
    assert line.friendly_name == "x" * 256


def test_a_line_says_whether_it_was_delivered_and_as_which_asset() -> None:
    marks = [{"key": "bittitan.asset_id", "value": "5f0c7a4e"}]
    (line,) = order_from(with_line(quantityFulfilled=1, metadata=marks)).lines
    assert (line.fulfilled, line.asset_id) == (True, "5f0c7a4e")
    (line,) = order_from(with_line(quantityFulfilled=0)).lines
    assert (line.fulfilled, line.asset_id) == (False, None)
