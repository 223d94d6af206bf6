"""Who sees an order, and what staff do with one."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from bittitan_hooks import specs
from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.errors import Refusal
from bittitan_plugin.domain.orders import Invoicing
from bittitan_plugin.platforms.shop.ids import Kind, global_id, parse_id
from bittitan_plugin.store.tables import AuditRow
from tests.integration.shop.shop import ORDER, Shop
from tests.tables import every

DRAFT = """
mutation ($user: ID!, $lines: [CheckoutLineInput!]!, $currency: String! = "USD") {
  draftOrderCreate(input: {user: $user, lines: $lines, currency: $currency}) {
    order { id status userEmail } errors { field message code }
  }
}
"""
RESULT = "{ order { id status isPaid invoicing invoices { kind } } errors { field message code } }"
DRAFT_COMPLETE = f"mutation ($id: ID!) {{ draftOrderComplete(id: $id) {RESULT} }}"
EXECUTE = (
    "mutation ($id: ID!, $invoicing: OrderInvoicing!) "
    f"{{ orderExecute(id: $id, invoicing: $invoicing) {RESULT} }}"
)
MARK_AS_PAID = f"mutation ($id: ID!) {{ orderMarkAsPaid(id: $id) {RESULT} }}"
CANCEL = f"mutation ($id: ID!) {{ orderCancel(id: $id) {RESULT} }}"
REFUND = """
mutation ($id: ID!, $amount: PositiveDecimal) {
  orderGrantRefundCreate(id: $id, input: {amount: $amount, reason: "Goodwill"}) {
    order { paymentStatus } grantedRefund { amount { amount } } errors { field message code }
  }
}
"""


def draft(shop: Shop, **line: Any) -> str:
    data = shop.ask(
        DRAFT,
        shop.staff,
        user=global_id(Kind.USER, shop.customer.id),
        lines=[{"variantId": shop.license_id, "quantity": 1, **line}],
    )["draftOrderCreate"]
    assert data["errors"] == []
    return str(data["order"]["id"])


def staff(shop: Shop, mutation: str, order_id: str, **more: Any) -> Any:
    """The only payload of a mutation by staff."""
    (payload,) = shop.ask(mutation, shop.staff, id=order_id, **more).values()
    return payload


def hooks_of(shop: Shop, mutation: str, order_id: str, **more: Any) -> list[str]:
    """What the plugins hear of it."""
    shop.plugin.events.clear()
    assert staff(shop, mutation, order_id, **more)["errors"] == []
    return shop.plugin.hooks


def test_the_owner_sees_the_order(shop: Shop) -> None:
    order_id = shop.buy()
    assert shop.ask(ORDER, shop.customer, id=order_id)["order"]["id"] == order_id


def test_staff_see_the_order(shop: Shop) -> None:
    order_id = shop.buy()
    assert shop.ask(ORDER, shop.staff, id=order_id)["order"]["id"] == order_id


def test_another_customer_does_not_see_the_order(shop: Shop) -> None:
    assert shop.ask(ORDER, shop.stranger, id=shop.buy())["order"] is None


def test_nobody_does_not_see_the_order(shop: Shop) -> None:
    assert shop.ask(ORDER, id=shop.buy())["order"] is None


def test_staff_without_the_permission_do_not_see_the_order(shop: Shop) -> None:
    clerk = shop.platform.customers.create(
        email="clerk@example.com", staff_permissions=[Permission.MANAGE_PRODUCTS]
    )
    assert shop.ask(ORDER, clerk, id=shop.buy())["order"] is None


def test_a_customers_list_holds_its_own_orders_only(shop: Shop) -> None:
    shop.buy()
    assert shop.ask("{ orders(first: 9) { totalCount } }", shop.stranger)["orders"] == {
        "totalCount": 0
    }


def test_a_user_finds_its_orders_under_itself(shop: Shop) -> None:
    order_id = shop.buy()
    data = shop.ask("{ me { orders(first: 9) { edges { node { id } } } } }", shop.customer)
    assert [edge["node"]["id"] for edge in data["me"]["orders"]["edges"]] == [order_id]


def test_a_malformed_id_is_an_error_that_says_so(shop: Shop) -> None:
    answer = shop.answer(ORDER, shop.customer, id="nonsense")
    assert answer["errors"][0]["extensions"] == {"exception": {"code": "INVALID"}, "field": "id"}


@every("mutation", [DRAFT_COMPLETE, MARK_AS_PAID, CANCEL, REFUND])
def test_a_customer_may_not_do_what_staff_do(shop: Shop, mutation: str) -> None:
    answer = shop.answer(mutation, shop.customer, id=shop.buy())
    assert (
        answer["errors"][0]["extensions"]["exception"]["code"],
        set(answer["data"].values()),
    ) == ("PermissionDenied", {None})


@every("mutation", [DRAFT_COMPLETE, MARK_AS_PAID, CANCEL, REFUND])
@pytest.mark.parametrize(
    ("order_id", "code"),
    [("nonsense", "INVALID"), (global_id(Kind.ORDER, UUID(int=7)), "NOT_FOUND")],
)
def test_an_order_that_is_not_there_is_an_error_on_id(
    shop: Shop, mutation: str, order_id: str, code: str
) -> None:
    errors = staff(shop, mutation, order_id)["errors"]
    assert [(e["field"], e["code"]) for e in errors] == [("id", code)]


def test_a_draft_tells_no_plugin(shop: Shop) -> None:
    draft(shop)
    assert shop.plugin.hooks == []


def test_a_draft_is_not_an_order_of_the_customer(shop: Shop) -> None:
    draft(shop)
    assert shop.ask("{ orders(first: 9) { totalCount } }", shop.customer)["orders"] == {
        "totalCount": 0
    }


def test_staff_find_a_draft_among_the_drafts(shop: Shop) -> None:
    order_id = draft(shop)
    data = shop.ask("{ draftOrders(first: 9) { edges { node { id } } } }", shop.staff)
    assert [edge["node"]["id"] for edge in data["draftOrders"]["edges"]] == [order_id]


def test_a_completed_draft_is_created_and_unconfirmed(shop: Shop) -> None:
    order_id = draft(shop)
    assert hooks_of(shop, DRAFT_COMPLETE, order_id) == ["order_precheck", "order_created"]


def test_a_draft_for_an_unknown_customer_is_refused(shop: Shop) -> None:
    data = shop.ask(DRAFT, shop.staff, user=global_id(Kind.USER, UUID(int=7)), lines=[])
    assert data["draftOrderCreate"]["errors"][0]["field"] == "user"


def test_a_draft_needs_lines(shop: Shop) -> None:
    data = shop.ask(DRAFT, shop.staff, user=global_id(Kind.USER, shop.customer.id), lines=[])
    assert data["draftOrderCreate"]["errors"][0]["field"] == "lines"


def test_executing_with_invoice_now_confirms_and_invoices(shop: Shop) -> None:
    order = staff(shop, EXECUTE, draft(shop), invoicing="NOW")["order"]
    assert (order["status"], order["invoices"]) == ("UNFULFILLED", [{"kind": "INVOICE"}])


def test_executing_a_draft_fires_created_and_confirmed(shop: Shop) -> None:
    assert hooks_of(shop, EXECUTE, draft(shop), invoicing="NOW") == [
        "order_precheck",
        "order_created",
        "order_confirmed",
        "invoice_sent",
    ]


@every("invoicing", ["NEXT_BILLING_DAY", "NONE"])
def test_executing_without_invoice_now_issues_none(shop: Shop, invoicing: str) -> None:
    order = staff(shop, EXECUTE, draft(shop), invoicing=invoicing)["order"]
    assert (order["invoicing"], order["invoices"]) == (invoicing, [])


def test_executing_again_the_same_way_changes_nothing(shop: Shop) -> None:
    order_id = draft(shop)
    staff(shop, EXECUTE, order_id, invoicing="NOW")
    order = staff(shop, EXECUTE, order_id, invoicing="NOW")["order"]
    assert len(order["invoices"]) == 1


def test_an_executed_order_cannot_be_invoiced_another_way(shop: Shop) -> None:
    order_id = draft(shop)
    staff(shop, EXECUTE, order_id, invoicing="NONE")
    errors = staff(shop, EXECUTE, order_id, invoicing="NOW")["errors"]
    assert errors[0]["field"] == "invoicing"


def test_executing_asks_the_plugins_first(shop: Shop) -> None:
    order_id = draft(shop)
    shop.plugin.refusals = [
        specs.HookRefusal(code=specs.ErrorCode.OUT_OF_STOCK, message="Nothing left.")
    ]
    assert staff(shop, EXECUTE, order_id, invoicing="NOW")["errors"] == [
        {"field": None, "message": "Nothing left.", "code": "OUT_OF_STOCK"}
    ]


def test_marking_as_paid_fires_what_saleor_fires(shop: Shop) -> None:
    order_id = shop.buy(pay=False)
    assert hooks_of(shop, MARK_AS_PAID, order_id) == ["order_fully_paid", "order_updated"]


def test_an_order_marked_as_paid_twice_is_paid_once(shop: Shop) -> None:
    order_id = shop.buy(pay=False)
    staff(shop, MARK_AS_PAID, order_id)
    staff(shop, MARK_AS_PAID, order_id)
    data = shop.ask(
        "query ($id: ID!) { order(id: $id) { totalCharged { amount } } }", shop.staff, id=order_id
    )
    assert data["order"]["totalCharged"]["amount"] == 28.0


def test_a_cancelled_order_cannot_be_paid(shop: Shop) -> None:
    order_id = shop.buy(pay=False)
    staff(shop, CANCEL, order_id)
    assert staff(shop, MARK_AS_PAID, order_id)["errors"][0]["field"] == "id"


def test_cancelling_tells_the_plugins(shop: Shop) -> None:
    assert hooks_of(shop, CANCEL, shop.buy()) == ["order_cancelled"]


def test_cancelling_credits_what_was_invoiced(shop: Shop) -> None:
    order_id = shop.buy()
    staff(shop, CANCEL, order_id)
    invoices = shop.ask(ORDER, shop.staff, id=order_id)["order"]["invoices"]
    assert [(i["kind"], i["amount"]["amount"]) for i in invoices] == [
        ("INVOICE", 28.0),
        ("CREDIT", 28.0),
    ]


def test_cancelling_twice_credits_once(shop: Shop) -> None:
    order_id = shop.buy()
    staff(shop, CANCEL, order_id)
    order = staff(shop, CANCEL, order_id)["order"]
    assert [invoice["kind"] for invoice in order["invoices"]] == ["INVOICE", "CREDIT"]


def test_cancelling_refunds_nothing_by_itself(shop: Shop) -> None:
    order_id = shop.buy()
    staff(shop, CANCEL, order_id)
    assert shop.ask(ORDER, shop.staff, id=order_id)["order"]["grantedRefunds"] == []


def test_a_partial_refund_is_heard_as_refunded(shop: Shop) -> None:
    assert hooks_of(shop, REFUND, shop.buy(), amount=5) == ["order_refunded"]


def test_a_full_refund_is_heard_as_fully_refunded(shop: Shop) -> None:
    assert hooks_of(shop, REFUND, shop.buy()) == ["order_fully_refunded"]


def test_the_last_part_of_a_refund_is_heard_as_fully_refunded(shop: Shop) -> None:
    order_id = shop.buy()
    staff(shop, REFUND, order_id, amount=20)
    assert hooks_of(shop, REFUND, order_id, amount=8) == ["order_fully_refunded"]


def test_whoever_asks_again_for_a_full_refund_is_refused_and_heard_again(shop: Shop) -> None:
    # The first answer may have been lost with the process, and its hooks with it.
    order_id = shop.buy()
    staff(shop, REFUND, order_id)
    shop.plugin.events.clear()

    assert staff(shop, REFUND, order_id)["errors"][0]["field"] == "id"
    assert shop.plugin.hooks == ["order_fully_refunded"]


def test_a_refused_refund_of_an_order_that_is_not_refunded_is_not_heard(shop: Shop) -> None:
    order_id = shop.buy()
    staff(shop, REFUND, order_id, amount=20)
    shop.plugin.events.clear()
    staff(shop, REFUND, order_id, amount=9)

    assert shop.plugin.hooks == []


@every("amount", [0, -1, 28.01, 1.001, "NaN", 1e30])
def test_a_senseless_refund_is_an_error_on_amount(shop: Shop, amount: Any) -> None:
    errors = staff(shop, REFUND, shop.buy(), amount=amount)["errors"]
    assert [(e["field"], e["code"]) for e in errors] == [("amount", "INVALID")]


def test_no_more_goes_back_than_came_in(shop: Shop) -> None:
    order_id = shop.buy()
    staff(shop, REFUND, order_id, amount=20)
    assert staff(shop, REFUND, order_id, amount=8.01)["errors"][0]["field"] == "amount"


def test_a_refund_is_credited_on_an_invoiced_order(shop: Shop) -> None:
    order_id = shop.buy()
    staff(shop, REFUND, order_id, amount=5)
    invoices = shop.ask(ORDER, shop.staff, id=order_id)["order"]["invoices"]
    assert [(i["kind"], i["amount"]["amount"]) for i in invoices] == [
        ("INVOICE", 28.0),
        ("CREDIT", 5.0),
    ]


def test_later_fields_of_one_request_see_what_earlier_ones_changed(shop: Shop) -> None:
    order_id = shop.buy()
    query = """mutation ($id: ID!) {
      first: orderGrantRefundCreate(id: $id, input: {amount: 1}) { order { invoices { kind } } }
      second: orderGrantRefundCreate(id: $id, input: {amount: 1}) { order { invoices { kind } } }
    }"""
    data = shop.ask(query, shop.staff, id=order_id)
    assert [len(data[name]["order"]["invoices"]) for name in ("first", "second")] == [2, 3]


def recorded(shop: Shop, order_id: str) -> list[tuple[str, str | None, str | None]]:
    """What the audit holds of that order by staff."""
    key = str(parse_id(Kind.ORDER, order_id))
    query = select(AuditRow).where(AuditRow.subject_id == key).order_by(AuditRow.id)
    with shop.platform.database.reading() as session:
        rows = session.scalars(query).all()
    assert {row.actor_name for row in rows} == {shop.staff.email}
    return [(row.field, row.before, row.after) for row in rows]


def test_all_that_staff_do_with_an_order_is_in_the_audit_once(shop: Shop) -> None:
    order_id = draft(shop)
    for _ in range(2):
        staff(shop, DRAFT_COMPLETE, order_id)
        staff(shop, EXECUTE, order_id, invoicing="NOW")
        staff(shop, MARK_AS_PAID, order_id)
    staff(shop, REFUND, order_id, amount="4.00")
    for _ in range(2):
        staff(shop, CANCEL, order_id)
    assert recorded(shop, order_id) == [
        ("orderState", None, "draft"),
        ("customer", None, shop.customer.email),
        ("recipient", None, shop.customer.email),
        ("lines", None, f"1 × {shop.license.row.sku} at 14.00 USD"),
        ("total", None, "14.00 USD"),
        ("orderState", "draft", "to be executed"),
        ("orderState", "to be executed", "executed"),
        ("invoicing", None, "NOW"),
        ("received", None, "14.00 USD"),
        ("takenBack", None, "4.00 USD"),
        ("refunded", None, "4.00 USD"),
        ("orderState", "executed", "cancelled"),
        ("takenBack", "4.00 USD", "14.00 USD"),
    ]


def test_what_is_owed_by_now_and_not_what_was_seen_is_never_recorded_as_paid(shop: Shop) -> None:
    key = parse_id(Kind.ORDER, draft(shop))
    orders = shop.platform.orders
    orders.execute(key, Invoicing.NOW)
    with pytest.raises(Refusal) as refused:
        orders.mark_as_paid(key, amount=Decimal("13.99"))
    assert refused.value.field == "amount"
    for _ in range(2):
        assert orders.mark_as_paid(key, amount=Decimal("14.00")).row.charged == Decimal("14.00")
