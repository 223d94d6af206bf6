"""The cost of a page does not grow with its rows: data loaders fetch what all rows need at once."""

from typing import Any

import pytest

from bittitan_plugin.domain.billing import InvoiceReference
from tests.conftest import StandingClock
from tests.integration.graphql_extension.conftest import EngineOf
from tests.integration.graphql_extension.platform import STAFF, Platform, customer, open_platform
from tests.statements import statements_of
from tests.world import BEGINNING

PAGE = """
query ($first: Int!) { bittitanAssets(first: $first) { edges { node {
  id name couponCode product { name prices { amount } } account { email }
  endCustomer { email reseller { email } } invoice { number } creditInvoice { number }
  %s
} } } }
"""


@pytest.fixture(scope="module")
def hundred(engine_of: EngineOf) -> Platform:
    """A hundred assets: each with a product and an end customer of its own."""
    platform = open_platform(engine_of("sqlite"), StandingClock(BEGINNING))
    reseller = platform.account("reseller")
    for number in range(100):
        user = platform.account(None, reseller=reseller)
        product = platform.product(name=f"Product {number}")
        invoice = InvoiceReference(id=f"i-{number}", number=f"INV-{number}")
        platform.asset(
            reseller, product, end_customer_id=user.id, invoice=invoice, order_id=f"o-{number}"
        )
    return platform


def statements_for(platform: Platform, document: str, viewer: Any, **variables: Any) -> int:
    with statements_of(platform.ports.store.engine) as statements:
        platform.data(document, viewer, **variables)
    return len(statements)


def test_a_page_of_100_costs_as_many_statements_as_one_of_20(hundred: Platform) -> None:
    small = statements_for(hundred, PAGE % "", STAFF, first=20)
    large = statements_for(hundred, PAGE % "", STAFF, first=100)
    # Assets; buyers, end customers and resellers together; products with their prices.
    assert (small, large) == (3, 3)


def test_so_it_does_with_terms_and_history(hundred: Platform) -> None:
    document = PAGE % "cancellation { allowed } history { at }"
    small = statements_for(hundred, document, STAFF, first=20)
    large = statements_for(hundred, document, STAFF, first=100)
    assert (small, large) == (5, 5)


def test_so_it_does_for_a_customer(hundred: Platform) -> None:
    with hundred.tenant.reading() as work:
        reseller = work.accounts.of_customer("reseller")
    assert reseller is not None
    viewer = customer(reseller)
    small = statements_for(hundred, PAGE % "", viewer, first=20)
    large = statements_for(hundred, PAGE % "", viewer, first=100)
    assert (small, large) == (4, 4)


def test_the_assets_of_100_orders_cost_one_statement(hundred: Platform) -> None:
    document = "query ($ids: [ID!]!) { orders(ids: $ids) { bittitanAssets { id } } }"
    ids = [f"o-{number}" for number in range(100)]
    assert statements_for(hundred, document, STAFF, ids=ids) == 1


def test_the_assets_of_many_users_cost_two_statements(hundred: Platform) -> None:
    document = "query ($ids: [ID!]!) { users(ids: $ids) { bittitanAssets { id } } }"
    for number in range(3):
        hundred.account(f"user-{number}")
    ids = ["reseller", "user-0", "user-1", "user-2", "unknown"]
    assert statements_for(hundred, document, STAFF, ids=ids) == 2
