"""From basket to order: what a customer does, and what the plugins hear."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from bittitan_hooks import specs
from bittitan_plugin.platforms.shop.hook_calls import HookCaller
from bittitan_plugin.platforms.shop.ids import INSTALLATION, Kind, global_id, parse_id
from bittitan_plugin.platforms.shop.order_events import OrderChanges
from bittitan_plugin.platforms.shop.tables import CheckoutRow, OrderRow, PaymentRow
from tests.integration.shop.shop import CHECKOUT_COMPLETE, CHECKOUT_CREATE, ORDER, Shop
from tests.tables import every

LINES_ADD = """
mutation ($id: ID!, $lines: [CheckoutLineInput!]!) {
  checkoutLinesAdd(id: $id, lines: $lines) {
    checkout { lines { id quantity } } errors { field message code }
  }
}
"""
LINES_UPDATE = """
mutation ($id: ID!, $lines: [CheckoutLineUpdateInput!]!) {
  checkoutLinesUpdate(id: $id, lines: $lines) {
    checkout { lines { id quantity } } errors { field message code }
  }
}
"""


def count(shop: Shop, table: Any) -> int:
    with shop.platform.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def complete(shop: Shop, checkout_id: str, **more: Any) -> Any:
    return shop.ask(CHECKOUT_COMPLETE, shop.customer, id=checkout_id, **more)["checkoutComplete"]


def test_a_basket_becomes_a_paid_and_confirmed_order(shop: Shop) -> None:
    order = complete(shop, shop.basket(quantity=2))["order"]
    assert (order["status"], order["paymentStatus"], order["isPaid"]) == (
        "UNFULFILLED",
        "FULLY_CHARGED",
        True,
    )


def test_without_a_demonstration_nobody_pays_and_the_order_waits(shop: Shop) -> None:
    shop.platform.order_changes = OrderChanges(
        shop.platform.database,
        HookCaller(shop.platform.plugin_manager, INSTALLATION),
        demo_payments=False,
    )
    order = complete(shop, shop.basket(), pay=True)["order"]

    assert (order["paymentStatus"], order["isPaid"]) == ("NOT_CHARGED", False)
    assert "order_confirmed" in shop.plugin.hooks
    assert "order_paid" not in shop.plugin.hooks


def test_an_order_costs_what_its_lines_cost(shop: Shop) -> None:
    order = complete(shop, shop.basket(quantity=3))["order"]
    assert order["total"]["gross"]["amount"] == 42.0


def test_a_completed_checkout_fires_hooks_in_saleors_order(shop: Shop) -> None:
    shop.buy()
    assert shop.plugin.hooks == [
        "order_precheck",
        "order_created",
        "order_confirmed",
        "order_paid",
        "order_fully_paid",
        "invoice_sent",
    ]


def test_an_unpaid_order_fires_no_payment_hooks(shop: Shop) -> None:
    shop.buy(pay=False)
    assert not {"order_paid", "order_fully_paid"} & set(shop.plugin.hooks)


def test_hooks_carry_the_id_that_clients_see(shop: Shop) -> None:
    order_id = shop.buy()
    assert {e.order.id for name, e in shop.plugin.events if name.startswith("order")} == {order_id}


def test_hooks_fire_after_the_order_is_committed(shop: Shop) -> None:
    class Reader:
        found: bool | None = None

        @specs.hookimpl
        def order_created(self, event: specs.OrderCreated) -> specs.Outcome:
            Reader.found = shop.platform.host.order(event.order.id) is not None
            return specs.Outcome(status=specs.OutcomeStatus.ACCEPTED, message="Read.")

    shop.plugins.register(Reader())
    shop.buy()
    assert Reader.found


def test_line_metadata_reaches_order_and_hooks(shop: Shop) -> None:
    entries = {
        "bittitan.friendly_name": "Contoso",
        "bittitan.end_customer_email": "it@contoso.example",
        "bittitan.end_customer_name": "Contoso Ltd",
    }
    shop.buy(metadata=[{"key": key, "value": value} for key, value in entries.items()])
    line = shop.plugin.events[-2][1].order.lines[0]
    assert (line.friendly_name, line.end_customer.email, line.end_customer.name) == tuple(
        entries.values()
    )


def test_a_checkout_completed_again_returns_the_same_order(shop: Shop) -> None:
    basket = shop.basket()
    first, second = complete(shop, basket), complete(shop, basket)
    assert first["order"]["id"] == second["order"]["id"]


@pytest.mark.databases("sqlite", "postgresql")
def test_a_checkout_completed_five_times_at_once_is_one_order(shop: Shop) -> None:
    key = parse_id(Kind.CHECKOUT, shop.basket())
    with ThreadPoolExecutor(5) as pool:
        records = list(
            pool.map(
                lambda _: shop.platform.order_changes.complete_checkout(shop.customer, key),
                range(5),
            )
        )
    assert (len({r.row.id for r in records}), count(shop, OrderRow), count(shop, PaymentRow)) == (
        1,
        1,
        1,
    )


def test_a_raising_plugin_does_not_fail_the_checkout(shop: Shop) -> None:
    shop.plugin.raises = RuntimeError("broken plugin")
    assert complete(shop, shop.basket())["errors"] == []


def test_a_raising_plugin_does_not_silence_the_next_one(shop: Shop) -> None:
    shop.plugin.raises = RuntimeError("broken plugin")
    other = type(shop.plugin)()
    shop.plugins.register(other)
    shop.buy()
    assert "order_fully_paid" in other.hooks


def test_a_precheck_refusal_stops_before_anything_is_sold(shop: Shop) -> None:
    shop.plugin.refusals = [
        specs.HookRefusal(
            code=specs.ErrorCode.ACCOUNT_NOT_SYNCHRONIZED, message="First synchronize.", field="id"
        )
    ]
    errors = complete(shop, shop.basket())["errors"]
    assert (errors, count(shop, OrderRow)) == (
        [{"code": "ACCOUNT_NOT_SYNCHRONIZED", "message": "First synchronize.", "field": "id"}],
        0,
    )


def test_a_basket_changed_after_the_precheck_is_not_sold(shop: Shop) -> None:
    basket = shop.basket()

    class Meddler:
        @specs.hookimpl
        def order_precheck(self) -> list[specs.HookRefusal]:
            key = parse_id(Kind.CHECKOUT, basket)
            line = shop.platform.checkouts.get(shop.customer, key).lines[0]
            quantities = [(global_id(Kind.CHECKOUT_LINE, line.row.id), 99)]
            shop.platform.checkouts.set_quantities(shop.customer, key, quantities)
            return []

    shop.plugins.register(Meddler())
    assert complete(shop, basket)["errors"][0]["field"] == "id"


@every("quantity", [0, -1, 100_001])
def test_a_senseless_quantity_is_an_error_on_its_field(shop: Shop, quantity: int) -> None:
    line = {"variantId": shop.license_id, "quantity": quantity}
    data = shop.ask(CHECKOUT_CREATE, shop.customer, lines=[line])["checkoutCreate"]
    assert [(e["field"], e["code"]) for e in data["errors"]] == [("lines[0].quantity", "INVALID")]


@every("quantity", [1.5, 2**31, "3", None])
def test_what_is_no_whole_number_never_reaches_the_shop(shop: Shop, quantity: Any) -> None:
    line = {"variantId": shop.license_id, "quantity": quantity}
    answer = shop.answer(CHECKOUT_CREATE, shop.customer, lines=[line])
    assert "quantity" in answer["errors"][0]["message"]


def test_a_refused_basket_leaves_nothing_behind(shop: Shop) -> None:
    line = {"variantId": shop.license_id, "quantity": 0}
    shop.ask(CHECKOUT_CREATE, shop.customer, lines=[line])
    assert count(shop, CheckoutRow) == 0


@every(
    "variant, code",
    [
        (global_id(Kind.VARIANT, UUID(int=7)), "NOT_FOUND"),
        (global_id(Kind.ORDER, UUID(int=7)), "INVALID"),
        ("not an id", "INVALID"),
    ],
)
def test_an_unknown_variant_is_an_error_on_its_field(shop: Shop, variant: str, code: str) -> None:
    lines = [{"variantId": variant, "quantity": 1}]
    errors = shop.ask(CHECKOUT_CREATE, shop.customer, lines=lines)["checkoutCreate"]["errors"]
    assert [(e["field"], e["code"]) for e in errors] == [("lines[0].variantId", code)]


def test_a_variant_without_a_price_in_the_baskets_currency_is_refused(shop: Shop) -> None:
    lines = [{"variantId": shop.license_id, "quantity": 1}]
    data = shop.ask(CHECKOUT_CREATE, shop.customer, lines=lines, currency="EUR")
    assert data["checkoutCreate"]["errors"][0]["field"] == "lines[0].variantId"


def test_an_unknown_channel_is_refused(shop: Shop) -> None:
    data = shop.ask(CHECKOUT_CREATE, shop.customer, lines=[], channel="elsewhere")
    assert data["checkoutCreate"]["errors"][0]["field"] == "channel"


def test_an_empty_basket_cannot_be_bought(shop: Shop) -> None:
    data = shop.ask(CHECKOUT_CREATE, shop.customer, lines=[])["checkoutCreate"]
    assert complete(shop, data["checkout"]["id"])["errors"][0]["field"] == "lines"


def test_the_same_variant_with_the_same_metadata_adds_to_its_line(shop: Shop) -> None:
    lines = [{"variantId": shop.license_id, "quantity": 3}]
    data = shop.ask(LINES_ADD, shop.customer, id=shop.basket(quantity=2), lines=lines)
    assert [line["quantity"] for line in data["checkoutLinesAdd"]["checkout"]["lines"]] == [5]


def test_the_same_variant_for_another_purpose_is_another_line(shop: Shop) -> None:
    note = [{"key": "bittitan.friendly_name", "value": "Second"}]
    lines = [{"variantId": shop.license_id, "quantity": 3, "metadata": note}]
    data = shop.ask(LINES_ADD, shop.customer, id=shop.basket(quantity=2), lines=lines)
    assert [line["quantity"] for line in data["checkoutLinesAdd"]["checkout"]["lines"]] == [2, 3]


def different_lines(shop: Shop, count: int, first: int = 0) -> list[dict[str, Any]]:
    return [
        {
            "variantId": shop.license_id,
            "quantity": 1,
            "metadata": [{"key": "note", "value": str(first + number)}],
        }
        for number in range(count)
    ]


def test_a_basket_of_thousands_of_lines_is_refused_before_any_work(shop: Shop) -> None:
    lines = different_lines(shop, 8000)
    answer = shop.answer(CHECKOUT_CREATE, shop.customer, lines=lines)
    (error,) = answer["errors"]
    assert error["message"].startswith("The list 'checkoutCreate.input.lines' has 8000 entries")
    assert count(shop, CheckoutRow) == 0


def test_a_basket_cannot_be_filled_above_its_limit_little_by_little(shop: Shop) -> None:
    basket = shop.basket()
    shop.ask(LINES_ADD, shop.customer, id=basket, lines=different_lines(shop, 60))
    data = shop.ask(LINES_ADD, shop.customer, id=basket, lines=different_lines(shop, 60, first=60))
    (error,) = data["checkoutLinesAdd"]["errors"]
    assert (error["field"], error["message"]) == ("lines", "At most 100 lines fit.")


def test_a_line_that_cannot_be_read_opens_no_transaction(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def opened() -> None:
        raise AssertionError("a transaction was begun")

    monkeypatch.setattr(shop.platform.database, "writing", opened)
    lines = [{"variantId": shop.license_id, "quantity": 0}]
    data = shop.ask(CHECKOUT_CREATE, shop.customer, lines=lines)["checkoutCreate"]
    assert data["errors"][0]["field"] == "lines[0].quantity"


def test_a_quantity_of_zero_removes_a_line(shop: Shop) -> None:
    basket = shop.basket()
    record = shop.platform.checkouts.get(shop.customer, parse_id(Kind.CHECKOUT, basket))
    line_id = global_id(Kind.CHECKOUT_LINE, record.lines[0].row.id)
    data = shop.ask(
        LINES_UPDATE, shop.customer, id=basket, lines=[{"lineId": line_id, "quantity": 0}]
    )
    assert data["checkoutLinesUpdate"]["checkout"]["lines"] == []


def test_a_completed_checkout_cannot_be_changed(shop: Shop) -> None:
    basket = shop.basket()
    complete(shop, basket)
    lines = [{"variantId": shop.license_id, "quantity": 3}]
    data = shop.ask(LINES_ADD, shop.customer, id=basket, lines=lines)
    assert data["checkoutLinesAdd"]["errors"][0]["field"] == "id"


def test_anothers_basket_is_not_there(shop: Shop) -> None:
    data = shop.ask(CHECKOUT_COMPLETE, shop.stranger, id=shop.basket())["checkoutComplete"]
    assert [(e["field"], e["code"]) for e in data["errors"]] == [("id", "NOT_FOUND")]


def test_nobody_has_no_basket(shop: Shop) -> None:
    answer = shop.answer(CHECKOUT_CREATE, lines=[])
    assert answer["errors"][0]["extensions"]["exception"]["code"] == "PermissionDenied"


def test_a_withdrawn_product_cannot_be_bought_any_more(shop: Shop) -> None:
    basket = shop.basket()
    shop.platform.catalogue.update(shop.license.product.id, published=False)
    assert complete(shop, basket)["errors"][0]["field"] == "lines[0].variantId"


def test_an_order_keeps_its_price_when_the_variants_changes(shop: Shop) -> None:
    order_id = shop.buy(quantity=1)
    shop.platform.catalogue.update_variant(shop.license.row.id, prices=[])
    order = shop.ask(ORDER, shop.customer, id=order_id)["order"]
    assert order["total"]["gross"] == {"amount": 14.0, "currency": "USD"}
