"""Buying on account: whose orders are delivered before they are paid."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from sqlalchemy import select

from bittitan_plugin.domain.account_credit import AccountCredit, OnAccount
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.domain.money import Money
from bittitan_plugin.domain.orders import Invoicing, Order
from bittitan_plugin.platforms.shop.ids import Kind, global_id, parse_id
from bittitan_plugin.platforms.shop.inputs import LineInput
from bittitan_plugin.platforms.shop.tables import UserRow
from bittitan_plugin.store.tables import AuditRow
from tests.integration.shop.shop import Shop
from tests.tables import every

BY = Actor(ActorKind.STAFF, "staff@example.com")


def allow(shop: Shop, limit: str | None = None, currency: str = "USD") -> UserRow:
    credit = AccountCredit(allowed=True, limit=Money.of(limit, currency) if limit else None)
    return shop.platform.account_credits.set(shop.customer.id, credit, by=BY)


def drafted(shop: Shop, quantity: int) -> UUID:
    line = LineInput(variant_id=shop.license_id, quantity=quantity)
    return shop.platform.drafts.create(shop.customer, [line]).row.id


def execute(shop: Shop, quantity: int = 1, invoicing: Invoicing = Invoicing.NOW) -> Order:
    """An order of so many licences at 14.00 USD, as plugins read it."""
    key = drafted(shop, quantity)
    shop.platform.order_changes.execute(key, invoicing)
    order = shop.platform.host.order(global_id(Kind.ORDER, key))
    assert order is not None
    return order


def key_of(order: Order) -> UUID:
    return parse_id(Kind.ORDER, order.id)


def test_nobody_buys_on_account_unless_staff_allowed_it(shop: Shop) -> None:
    assert not execute(shop).on_account


@every("invoicing", list(Invoicing))
def test_an_account_that_may_is_delivered_with_each_choice_of_invoicing(
    shop: Shop, invoicing: Invoicing
) -> None:
    allow(shop)
    order = execute(shop, invoicing=invoicing)
    assert (order.on_account, order.fully_paid) == (True, False)


def test_plugins_hear_with_the_confirmation_that_it_is_on_account(shop: Shop) -> None:
    allow(shop)
    execute(shop)
    heard = [event.order for name, event in shop.plugin.events if name == "order_confirmed"]
    assert [order.on_account for order in heard] == [True]


@every("pay, paid", [(False, False), (True, True)])
def test_a_checkout_is_delivered_on_account_too(shop: Shop, pay: bool, paid: bool) -> None:
    allow(shop)
    order = shop.platform.host.order(shop.buy(pay=pay))
    assert order is not None
    assert (order.on_account, order.fully_paid) == (True, paid)


def test_orders_are_delivered_up_to_the_limit_and_beyond_it_wait(shop: Shop) -> None:
    allow(shop, "42.00")
    assert [execute(shop, quantity).on_account for quantity in (1, 2, 1)] == [True, True, False]


def test_what_is_paid_or_cancelled_is_owed_no_longer(shop: Shop) -> None:
    allow(shop, "28.00")
    first, second = execute(shop), execute(shop)
    shop.platform.order_changes.mark_as_paid(key_of(first))
    shop.platform.order_changes.cancel(key_of(second))
    assert shop.platform.account_credits.owed(shop.customer.id) == []
    assert execute(shop, 2).on_account


def test_a_draft_owes_nothing(shop: Shop) -> None:
    allow(shop, "14.00")
    drafted(shop, 5)
    assert execute(shop).on_account


def test_a_limit_in_another_currency_allows_nothing(shop: Shop) -> None:
    allow(shop, "1000.00", "EUR")
    assert not execute(shop).on_account


def test_what_will_be_decided_is_known_before(shop: Shop) -> None:
    key, foresee = drafted(shop, 2), shop.platform.account_credits.foresee
    record = shop.platform.orders.get(key)
    assert record is not None
    assert foresee(record.row) is OnAccount.NOT_ALLOWED
    allow(shop, "27.99")
    assert foresee(record.row) is OnAccount.BEYOND_LIMIT
    allow(shop, "28.00")
    assert foresee(record.row) is OnAccount.DELIVERED


def test_a_later_decision_leaves_orders_as_they_are(shop: Shop) -> None:
    order = execute(shop)
    allow(shop)
    again = shop.platform.order_changes.execute(key_of(order), Invoicing.NOW)
    assert not again.row.on_account


@pytest.mark.databases("sqlite", "postgresql")
def test_of_five_orders_at_once_the_limit_delivers_no_more_than_it_covers(shop: Shop) -> None:
    allow(shop, "28.00")
    keys = [drafted(shop, 1) for _ in range(5)]
    with ThreadPoolExecutor(5) as pool:
        records = pool.map(
            lambda key: shop.platform.order_changes.execute(key, Invoicing.NOW), keys
        )
        assert sum(record.row.on_account for record in records) == 2


def test_the_decision_is_in_the_audit_once(shop: Shop) -> None:
    user = shop.platform.customers.create(email="new@example.com")
    up_to_100 = AccountCredit(allowed=True, limit=Money.of("100.00", "USD"))
    for credit in (up_to_100, up_to_100, AccountCredit()):
        shop.platform.account_credits.set(user.id, credit, by=BY)
    query = select(AuditRow).where(AuditRow.subject_id == str(user.id))
    with shop.platform.database.reading() as session:
        rows = session.scalars(query.order_by(AuditRow.id)).all()
    assert [(row.actor_name, row.field, row.before, row.after) for row in rows] == [
        (BY.name, "buysOnAccount", None, "yes"),
        (BY.name, "creditLimit", None, "100.00 USD"),
        (BY.name, "buysOnAccount", "yes", None),
        (BY.name, "creditLimit", "100.00 USD", None),
    ]


def test_staff_buy_nothing_and_so_nothing_on_account(shop: Shop) -> None:
    with pytest.raises(Refusal) as refused:
        shop.platform.account_credits.set(shop.staff.id, AccountCredit(allowed=True), by=BY)
    assert (refused.value.code, refused.value.field) == (ErrorCode.NOT_FOUND, "id")


PLACED = """
query ($id: ID!) {
  order(id: $id) {
    onAccount awaitsPayment nextStep
    user { buysOnAccount creditLimit { amount currency } }
  }
}
"""


def test_who_does_not_buy_on_account_reads_that_the_licences_wait_for_the_money(
    shop: Shop,
) -> None:
    order = shop.ask(PLACED, shop.customer, id=shop.buy(pay=False))["order"]
    assert (order["onAccount"], order["awaitsPayment"]) == (False, True)
    assert "The licences are obtained once it is paid (28.00 USD)" in order["nextStep"]
    assert order["user"] == {"buysOnAccount": False, "creditLimit": None}


def test_who_buys_on_account_reads_that_they_are_being_obtained(shop: Shop) -> None:
    allow(shop, "100.00")
    order = shop.ask(PLACED, shop.customer, id=shop.buy(pay=False))["order"]
    assert (order["onAccount"], order["awaitsPayment"]) == (True, False)
    assert "28.00 USD is to be paid on account." in order["nextStep"]
    limit = {"amount": 100.0, "currency": "USD"}
    assert order["user"] == {"buysOnAccount": True, "creditLimit": limit}
