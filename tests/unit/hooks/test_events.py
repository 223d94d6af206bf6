"""Events are frozen, and a malformed one cannot be built: the field at fault is named."""

from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from bittitan_hooks import events
from bittitan_plugin.domain.money import Money
from bittitan_plugin.domain.orders import Customer, EndCustomer, Order, OrderLine, OrderStatus
from tests.tables import every
from tests.unit.hooks.events import good, line, order

ABSTRACT = {
    events.Event,
    events.OrderEvent,
    events.InvoiceEvent,
    events.ProductEvent,
    events.VariantEvent,
    events.ConfigurationEvent,
}
KINDS = [
    kind
    for kind in vars(events).values()
    if isinstance(kind, type) and issubclass(kind, events.Event) and kind not in ABSTRACT
]
EVERY_KIND = every("kind", KINDS)
MONEY = {"amount": "14.00", "currency": "USD"}


def faults(build: Any, values: dict[str, Any]) -> list[str]:
    with pytest.raises(ValidationError) as wrong:
        build(**values)
    return [".".join(map(str, fault["loc"])) for fault in wrong.value.errors()]


@EVERY_KIND
def test_a_good_event_can_be_built(kind: type[events.Event]) -> None:
    assert kind(**good(kind)).installation == "default"


@EVERY_KIND
def test_an_event_cannot_be_changed(kind: type[events.Event]) -> None:
    event = kind(**good(kind))
    with pytest.raises(ValidationError, match="frozen"):
        event.installation = "another"  # type: ignore[misc]


@EVERY_KIND
def test_a_field_that_does_not_exist_is_refused_by_name(kind: type[events.Event]) -> None:
    assert faults(kind, {**good(kind), "instalation": "x"}) == ["instalation"]


@EVERY_KIND
def test_every_field_that_is_missing_is_named(kind: type[events.Event]) -> None:
    required = [name for name, field in kind.model_fields.items() if field.is_required()]
    if required:
        assert faults(kind, {}) == required
    else:
        assert kind() == kind(installation="default")


@every("bad", ["", "a b", "x" * 256, "line\nbreak", "naïve", 7, None])
def test_an_event_names_its_installation_properly(bad: object) -> None:
    assert faults(events.Event, {"installation": bad}) == ["installation"]


@EVERY_KIND
def test_every_kind_of_event_has_that_rule(kind: type[events.Event]) -> None:
    assert faults(kind, {**good(kind), "installation": "a b"}) == ["installation"]


@every("quantity", [0, -1, -25, 2.5, 1.0, "25", True, None, 100_001, 10**30])
def test_a_quantity_that_is_no_whole_number_of_pieces_is_refused(quantity: object) -> None:
    bad = order(line(), line(quantity=quantity))
    assert faults(events.OrderFullyPaid, bad) == ["order.lines.1.quantity"]


@pytest.mark.parametrize("quantity", [1, 100_000])
def test_a_whole_number_of_pieces_is_taken(quantity: int) -> None:
    event = events.OrderFullyPaid(**order(line(quantity=quantity)))
    assert event.order.lines[0].quantity == quantity


@every(
    "money, field",
    [
        ({**MONEY, "amount": 14.0}, ""),
        ({**MONEY, "amount": "-0.01"}, ".amount"),
        ({**MONEY, "amount": "0.00001"}, ".amount"),
        ({**MONEY, "amount": "1e14"}, ".amount"),
        ({**MONEY, "amount": "NaN"}, ".amount"),
        ({**MONEY, "amount": "Infinity"}, ".amount"),
        ({**MONEY, "amount": "free"}, ".amount"),
        ({**MONEY, "currency": "usd"}, ".currency"),
        ({**MONEY, "currency": "US"}, ".currency"),
        ({**MONEY, "currency": "USD\n"}, ".currency"),
        ({"amount": "14.00"}, ".currency"),
        ({"currency": "USD"}, ".amount"),
        ({**MONEY, "net": "14.00"}, ".net"),
    ],
)
def test_a_price_that_is_not_exact_money_is_refused(money: dict[str, Any], field: str) -> None:
    bad = order(line(unit_price=money))
    assert faults(events.OrderFullyPaid, bad) == [f"order.lines.0.unit_price{field}"]


def test_a_float_price_is_refused_with_the_reason() -> None:
    with pytest.raises(ValidationError, match="as text or Decimal, not as a float"):
        events.MoneyValue(amount=14.5, currency="USD")


def test_an_order_in_two_currencies_is_refused_and_the_line_is_named() -> None:
    bad = order(line(), line(unit_price={"amount": "1", "currency": "EUR"}))
    with pytest.raises(ValidationError, match=r"lines\.1\.unit_price\.currency"):
        events.OrderFullyPaid(**bad)


@every(
    "changes, field",
    [
        ({"id": ""}, "order.id"),
        ({"id": "order 1"}, "order.id"),
        ({"number": "9" * 256}, "order.number"),
        ({"status": "PAID"}, "order.status"),
        ({"fully_paid": "yes"}, "order.fully_paid"),
        ({"fully_paid": 1}, "order.fully_paid"),
        ({"customer": {"id": "customer-1"}}, "order.customer.email"),
        ({"lines": [line(id="")]}, "order.lines.0.id"),
        ({"lines": [line(variant_id=5)]}, "order.lines.0.variant_id"),
        ({"lines": [line(friendly_name="x" * 100_001)]}, "order.lines.0.friendly_name"),
        ({"lines": [line(end_customer={"name": "F"})]}, "order.lines.0.end_customer.email"),
        ({"created_at": datetime(2026, 3, 10)}, "order.created_at"),  # noqa: DTZ001
        ({"created_at": "yesterday"}, "order.created_at"),
        ({"total": "350"}, "order.total"),
    ],
)
def test_whatever_else_is_wrong_with_an_order_is_named(changes: dict[str, Any], field: str) -> None:
    assert faults(events.OrderCreated, order(**changes)) == [field]


def test_all_that_is_wrong_is_named_at_once() -> None:
    bad = order(line(quantity=0), line(id=""), number=None)
    assert sorted(faults(events.OrderCreated, bad)) == [
        "order.lines.0.quantity",
        "order.lines.1.id",
        "order.number",
    ]


def test_a_complaint_repeats_nothing_of_what_was_given() -> None:
    secret = "hunter2@example.com" + "x" * 255
    with pytest.raises(ValidationError) as wrong:
        events.OrderCreated(**order(customer={"id": "customer 1", "email": secret}))
    assert "hunter2" not in str(wrong.value)


def test_a_delivery_taken_back_may_name_its_lines() -> None:
    event = events.FulfillmentCanceled(**order(), line_ids=["line-1"])
    assert event.line_ids == ("line-1",)


def test_an_order_says_when_it_was_made_in_any_time_zone() -> None:
    event = events.OrderCreated(**order(created_at="2026-03-10T11:00:00+02:00"))
    assert event.order.created_at == datetime(2026, 3, 10, 9, tzinfo=UTC)


MINE = Order(
    id="order-1",
    number="1",
    status=OrderStatus.CONFIRMED,
    fully_paid=True,
    customer=Customer(id="customer-1", email="buyer@example.com", company="Contoso"),
    recipient_email="it@example.com",
    lines=(
        OrderLine(
            id="line-1",
            variant_id="variant-1",
            sku="MW-MAILBOX",
            product_name="Mailbox License",
            product_type=None,
            quantity=25,
            unit_price=Money.of("14.00", "USD"),
            total=Money.of("349.99", "USD"),
            end_customer=EndCustomer(email="it@fabrikam.example", name="Fabrikam"),
        ),
    ),
    created_at=datetime(2026, 3, 10, tzinfo=UTC),
)


def test_an_order_of_the_domain_is_carried_as_it_came() -> None:
    event = events.OrderRefunded(order=MINE, refunded=Money.of("1.00", "USD"))
    assert event.order is MINE
    assert event.refunded == Money.of("1.00", "USD")


def test_an_order_is_read_as_the_domain_has_it_whichever_way_it_was_given() -> None:
    values = {**asdict(MINE), "lines": [asdict(each) for each in MINE.lines]}
    del values["invoice"]
    for given in (values, events.OrderValue(**values)):
        assert events.OrderFullyPaid(order=given).order == MINE


def test_who_gives_no_address_means_the_customers() -> None:
    for given in (order()["order"], replace(MINE, recipient_email="")):
        assert events.OrderCreated(order=given).order.recipient_email == "buyer@example.com"


@every(
    "changes, field",
    [
        ({"quantity": 0}, "quantity"),
        ({"id": "line\n1"}, "id"),
        ({"total": Money.of("349.999", "USD")}, "total"),
        ({"sku": "x" * 256}, "sku"),
        ({"end_customer": EndCustomer(email="x" * 100_001, name="")}, "end_customer.email"),
    ],
)
def test_an_order_of_the_domain_is_held_to_the_same_rules(
    changes: dict[str, Any], field: str
) -> None:
    bad = replace(MINE, lines=(replace(MINE.lines[0], **changes),))
    assert faults(events.OrderCreated, {"order": bad}) == [f"order.lines.0.{field}"]


@EVERY_KIND
def test_an_event_that_was_written_down_is_read_as_it_was(kind: type[events.Event]) -> None:
    event = kind(**good(kind))
    assert kind.model_validate_json(event.model_dump_json()) == event
