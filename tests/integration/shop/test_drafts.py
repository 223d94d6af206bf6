"""Drafts: staff change and delete them until they are executed, and nobody overwrites another."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from bittitan_plugin.domain.errors import ErrorCode, Refusal, Refusals
from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.domain.orders import Invoicing
from bittitan_plugin.platforms.shop.drafts import DraftChanges, Drafts
from bittitan_plugin.platforms.shop.ids import Kind, global_id
from bittitan_plugin.platforms.shop.inputs import LineInput
from bittitan_plugin.platforms.shop.order_records import OrderRecord
from bittitan_plugin.store.tables.auditing import AuditRow
from tests.integration.shop.shop import Shop
from tests.tables import every

CLERK = Actor(ActorKind.STAFF, "clerk@example.com")
RESULT = """{
  order { id total { gross { amount currency } } user { email } userEmail
          lines { productName quantity } }
  errors { field message code }
}"""
UPDATE = (
    "mutation ($id: ID!, $input: DraftOrderInput!) "
    f"{{ draftOrderUpdate(id: $id, input: $input) {RESULT} }}"
)
DELETE = f"mutation ($id: ID!) {{ draftOrderDelete(id: $id) {RESULT} }}"
CREATE = f"mutation ($input: DraftOrderCreateInput!) {{ draftOrderCreate(input: $input) {RESULT} }}"


def line(shop: Shop, quantity: int = 1, **metadata: str) -> LineInput:
    return LineInput(variant_id=shop.license_id, quantity=quantity, metadata=list(metadata.items()))


def drafted(shop: Shop, *lines: LineInput, **more: Any) -> OrderRecord:
    return shop.platform.drafts.create(shop.customer, lines or [line(shop)], by=CLERK, **more)


def changed(shop: Shop, draft: OrderRecord, **changes: Any) -> OrderRecord:
    return shop.platform.drafts.update(draft.row.id, DraftChanges(**changes), by=CLERK)


def repriced(shop: Shop) -> None:
    """The licence costs 10 USD or 9 EUR from now on."""
    prices = [(Decimal(10), "USD"), (Decimal(9), "EUR")]
    shop.platform.catalogue.update_variant(shop.license.row.id, prices=prices)


def audited(shop: Shop, draft: OrderRecord) -> list[tuple[str, str, str | None, str | None]]:
    query = select(AuditRow).where(AuditRow.subject_id == str(draft.row.id))
    with shop.platform.database.reading() as session:
        rows = session.scalars(query.order_by(AuditRow.id)).all()
    return [(row.actor_name, row.field, row.before, row.after) for row in rows]


def test_new_lines_replace_all_the_old_ones_and_the_total_follows(shop: Shop) -> None:
    draft = drafted(shop, line(shop, 2), line(shop, 3))
    after = changed(shop, draft, lines=[line(shop, 5)])
    assert [row.quantity for row in after.lines] == [5]
    assert after.row.total == 70
    assert shop.platform.orders.get(draft.row.id) is not None


def test_what_is_left_out_of_a_change_stays(shop: Shop) -> None:
    draft = drafted(shop, line(shop, 2), email="desk@example.com")
    after = changed(shop, draft, user=shop.stranger)
    assert after.user.email == shop.stranger.email
    assert after.row.email == "desk@example.com"
    assert [row.id for row in after.lines] == [row.id for row in draft.lines]


def test_the_goods_follow_the_customer_unless_they_went_elsewhere(shop: Shop) -> None:
    after = changed(shop, drafted(shop), user=shop.stranger)
    assert after.row.email == shop.stranger.email


def test_a_change_prices_the_lines_as_the_products_cost_now(shop: Shop) -> None:
    draft = drafted(shop, line(shop, 2))
    repriced(shop)
    assert changed(shop, draft, lines=[line(shop, 2)]).row.total == 20


def test_another_currency_prices_the_lines_anew(shop: Shop) -> None:
    draft = drafted(shop, line(shop, 2, note="ours"))
    repriced(shop)
    after = changed(shop, draft, currency="EUR")
    assert (after.row.total, after.row.currency) == (Decimal(18), "EUR")
    assert after.lines[0].line_metadata == {"note": "ours"}


def test_every_fault_of_every_line_is_named_at_once(shop: Shop) -> None:
    nothing = global_id(Kind.VARIANT, UUID(int=7))
    lines = [
        LineInput(variant_id="nonsense", quantity=1),
        line(shop, 0),
        LineInput(variant_id=nothing, quantity=-1, metadata=[("", "x")]),
    ]
    with pytest.raises(Refusals) as refused:
        drafted(shop, *lines, email="nowhere")
    assert [fault.field for fault in refused.value.refusals] == [
        "userEmail",
        "lines[0].variantId",
        "lines[1].quantity",
        "lines[2].variantId",
        "lines[2].quantity",
        "lines[2].metadata[0].key",
    ]


def test_graphql_names_every_fault_too(shop: Shop) -> None:
    lines = [{"variantId": "nonsense", "quantity": 0}]
    data = shop.ask(
        CREATE,
        shop.staff,
        input={"user": global_id(Kind.USER, shop.customer.id), "lines": lines},
    )["draftOrderCreate"]
    assert [e["field"] for e in data["errors"]] == ["lines[0].variantId", "lines[0].quantity"]


def test_a_refused_change_changes_nothing(shop: Shop) -> None:
    draft = drafted(shop, line(shop, 2))
    with pytest.raises(Refusal):
        changed(shop, draft, user=shop.stranger, lines=[line(shop, 0)])
    now = shop.platform.orders.get(draft.row.id)
    assert now is not None
    assert (now.user.id, now.row.version, now.row.total) == (shop.customer.id, 1, Decimal(28))


def test_nobody_drafts_for_staff(shop: Shop) -> None:
    with pytest.raises(Refusal) as refused:
        shop.platform.drafts.create(shop.staff, [line(shop)])
    assert refused.value.field == "user"


#: What staff do with a draft as they looked at it.
Act = Callable[[Drafts, OrderRecord], object]
ACTS: list[Act] = [
    lambda drafts, draft: drafts.update(
        draft.row.id, DraftChanges(currency="EUR"), by=CLERK, version=1
    ),
    lambda drafts, draft: drafts.delete(draft.row.id, by=CLERK, version=1),
]


@pytest.mark.parametrize("act", ACTS, ids=["update", "delete"])
def test_a_draft_that_somebody_else_changed_meanwhile_is_left_alone(shop: Shop, act: Act) -> None:
    draft = drafted(shop)
    changed(shop, draft, lines=[line(shop, 5)])
    with pytest.raises(Refusal) as refused:
        act(shop.platform.drafts, draft)
    assert refused.value.field == "version"
    now = shop.platform.orders.get(draft.row.id)
    assert now is not None
    assert [row.quantity for row in now.lines] == [5]


@pytest.mark.parametrize("act", ACTS, ids=["update", "delete"])
def test_an_executed_order_is_not_edited(shop: Shop, act: Act) -> None:
    draft = drafted(shop)
    shop.platform.order_changes.execute(draft.row.id, Invoicing.NONE)
    with pytest.raises(Refusal) as refused:
        act(shop.platform.drafts, draft)
    assert (refused.value.code, refused.value.field) == (ErrorCode.INVALID, "id")


def test_a_deleted_draft_is_gone_and_its_number_is_not_used_again(shop: Shop) -> None:
    draft = drafted(shop)
    shop.platform.drafts.delete(draft.row.id, by=CLERK)
    assert shop.platform.orders.get(draft.row.id) is None
    assert drafted(shop).row.sequence == draft.row.sequence + 1


def test_changing_and_deleting_a_draft_tells_no_plugin(shop: Shop) -> None:
    draft = drafted(shop)
    changed(shop, draft, lines=[line(shop, 5)])
    shop.platform.drafts.delete(draft.row.id, by=CLERK)
    assert shop.plugin.hooks == []


def test_the_audit_says_what_a_draft_was_and_what_became_of_it(shop: Shop) -> None:
    draft = drafted(shop, line(shop, 2, note="ours"))
    changed(shop, draft, lines=[line(shop, 5)])
    shop.platform.drafts.delete(draft.row.id, by=CLERK)
    sku = shop.license.row.sku
    two, five = f"2 × {sku} at 14.00 USD (ours)", f"5 × {sku} at 14.00 USD"
    buyer = shop.customer.email
    assert audited(shop, draft) == [
        (CLERK.name, "orderState", None, "draft"),
        (CLERK.name, "customer", None, buyer),
        (CLERK.name, "recipient", None, buyer),
        (CLERK.name, "lines", None, two),
        (CLERK.name, "total", None, "28.00 USD"),
        (CLERK.name, "lines", two, five),
        (CLERK.name, "total", "28.00 USD", "70.00 USD"),
        (CLERK.name, "orderState", "draft", None),
        (CLERK.name, "customer", buyer, None),
        (CLERK.name, "recipient", buyer, None),
        (CLERK.name, "lines", five, None),
        (CLERK.name, "total", "70.00 USD", None),
    ]


def test_sending_a_draft_again_makes_one(shop: Shop) -> None:
    key = uuid4()
    first, again = (drafted(shop, line(shop, 2, note="a "), order_id=key) for _ in range(2))
    assert first.row.sequence == again.row.sequence
    assert len(audited(shop, first)) == 5


def test_sending_a_draft_many_times_at_once_makes_one(shop: Shop) -> None:
    key = uuid4()
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(lambda _: drafted(shop, order_id=key), range(4)))
    assert {draft.row.sequence for draft in made} == {1}


def test_sending_it_again_with_something_else_in_it_is_refused(shop: Shop) -> None:
    key = uuid4()
    drafted(shop, line(shop, 2), order_id=key)
    with pytest.raises(Refusal) as refused:
        drafted(shop, line(shop, 3), order_id=key)
    assert refused.value.code is ErrorCode.UNIQUE


def test_staff_change_a_draft_through_graphql(shop: Shop) -> None:
    draft = drafted(shop)
    given = {
        "user": global_id(Kind.USER, shop.stranger.id),
        "userEmail": "goods@example.com",
        "lines": [{"variantId": shop.license_id, "quantity": 3}],
    }
    answer = shop.ask(UPDATE, shop.staff, id=global_id(Kind.ORDER, draft.row.id), input=given)[
        "draftOrderUpdate"
    ]
    assert answer["errors"] == []
    order = answer["order"]
    assert (order["user"]["email"], order["userEmail"], order["total"]["gross"]["amount"]) == (
        shop.stranger.email,
        "goods@example.com",
        42.0,
    )


def test_staff_delete_a_draft_through_graphql(shop: Shop) -> None:
    order_id = global_id(Kind.ORDER, drafted(shop).row.id)
    answer = shop.ask(DELETE, shop.staff, id=order_id)["draftOrderDelete"]
    assert (answer["errors"], answer["order"]["id"]) == ([], order_id)
    again = shop.ask(DELETE, shop.staff, id=order_id)["draftOrderDelete"]
    assert [(e["field"], e["code"]) for e in again["errors"]] == [("id", "NOT_FOUND")]


@every("mutation", [UPDATE, DELETE])
def test_a_customer_may_not(shop: Shop, mutation: str) -> None:
    order_id = global_id(Kind.ORDER, drafted(shop).row.id)
    answer = shop.answer(mutation, shop.customer, id=order_id, input={})
    assert answer["errors"][0]["extensions"]["exception"]["code"] == "PermissionDenied"
