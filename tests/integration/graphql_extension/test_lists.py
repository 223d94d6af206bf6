"""Accounts, products, product types and problems as lists."""

import pytest

from bittitan_graphql.global_ids import ACCOUNT, global_id
from bittitan_graphql.http import shown_error
from bittitan_plugin.domain.access import ANONYMOUS, Viewer
from bittitan_plugin.domain.problems import ProblemKind
from tests.integration.graphql_extension.platform import STAFF, Platform, customer
from tests.tables import every

ACCOUNTS = """
query ($search: String, $after: String, $first: Int = 100) {
  bittitanAccounts(first: $first, search: $search, after: $after) {
    totalCount pageInfo { hasNextPage endCursor }
    edges { node { email syncError reseller { email } } }
  }
}
"""
ACCOUNT_BY_ID = "query ($id: ID!) { bittitanAccount(id: $id) { email customerId } }"
PRODUCTS = "{ bittitanProducts(first: 100) { totalCount edges { node { name } } } }"
PROBLEMS = """
{ bittitanProblems(first: 100) { totalCount edges { node {
  kind assetId message nextStep firstAt lastAt occurrences } } } }
"""


def emails(platform: Platform, viewer: Viewer, **variables: object) -> list[str]:
    edges = platform.data(ACCOUNTS, viewer, **variables)["bittitanAccounts"]["edges"]
    return [edge["node"]["email"] for edge in edges]


def test_staff_list_every_account_by_address(platform: Platform) -> None:
    for name in ("carol", "alice", "bob"):
        platform.account(name)
    expected = ["alice@example.com", "bob@example.com", "carol@example.com"]
    assert emails(platform, STAFF) == expected


def test_a_reseller_lists_itself_and_its_end_customers(platform: Platform) -> None:
    reseller = platform.account("reseller")
    platform.account("a-user", reseller=reseller)
    platform.account("other")
    expected = ["a-user@example.com", "reseller@example.com"]
    assert emails(platform, customer(reseller)) == expected


@pytest.mark.parametrize(("who", "named"), [("staff", True), ("reseller", True), ("user", False)])
def test_of_whom_an_end_customer_buys_is_for_staff_and_for_that_reseller(
    platform: Platform, who: str, named: bool
) -> None:
    reseller = platform.account("reseller")
    user = platform.account("user", reseller=reseller)
    viewer = {"staff": STAFF, "reseller": customer(reseller), "user": customer(user)}[who]
    edges = platform.data(ACCOUNTS, viewer, search="user@")["bittitanAccounts"]["edges"]
    expected = {"email": reseller.email} if named else None
    assert [edge["node"]["reseller"] for edge in edges] == [expected]


def test_accounts_are_searched_by_address_and_company(platform: Platform) -> None:
    platform.account("alice")
    platform.account("bob")
    assert emails(platform, STAFF, search="BOB lt") == ["bob@example.com"]


@every("text", ["\ud800", "a\0", "a\nb"])
def test_a_search_for_what_is_no_text_is_refused_on_its_argument(
    platform: Platform, text: str
) -> None:
    error = shown_error(platform.error(ACCOUNTS, STAFF, search=text))
    assert error["extensions"] == {"exception": {"code": "INVALID"}, "field": "search"}


def test_a_search_that_was_copied_finds_what_it_says(platform: Platform) -> None:
    platform.account("bob")
    assert emails(platform, STAFF, search="\ufeffb\u200bob") == ["bob@example.com"]


def test_accounts_are_counted_and_paged(platform: Platform) -> None:
    for name in ("carol", "alice", "bob"):
        platform.account(name)
    page = platform.data(ACCOUNTS, STAFF, first=2)["bittitanAccounts"]
    assert page["totalCount"] == 3
    after = page["pageInfo"]["endCursor"]
    assert emails(platform, STAFF, after=after) == ["carol@example.com"]


def test_why_synchronizing_failed_is_for_staff(platform: Platform) -> None:
    alice = platform.account("alice")
    edges = platform.data(ACCOUNTS, customer(alice))["bittitanAccounts"]["edges"]
    assert [edge["node"]["syncError"] for edge in edges] == [None]


def test_nobody_may_list_accounts(platform: Platform) -> None:
    assert platform.code(ACCOUNTS, ANONYMOUS) == "PermissionDenied"


def test_a_customer_reads_its_own_account(platform: Platform) -> None:
    alice = platform.account("alice")
    found = platform.data(ACCOUNT_BY_ID, customer(alice), id=global_id(ACCOUNT, alice.id))
    assert found["bittitanAccount"] == {"email": "alice@example.com", "customerId": "alice"}


def test_anothers_account_looks_like_a_missing_one(platform: Platform) -> None:
    alice, bob = platform.account("alice"), platform.account("bob")
    found = platform.data(ACCOUNT_BY_ID, customer(bob), id=global_id(ACCOUNT, alice.id))
    assert found["bittitanAccount"] is None


def test_anyone_lists_published_products_by_name(platform: Platform) -> None:
    for name, published in (("b", True), ("A", True), ("hidden", False)):
        platform.product(name=name, published=published)
    answer = platform.data(PRODUCTS, ANONYMOUS)["bittitanProducts"]
    assert answer == {"totalCount": 2, "edges": [{"node": {"name": "A"}}, {"node": {"name": "b"}}]}


def test_staff_list_unpublished_products_too(platform: Platform) -> None:
    platform.product(published=False)
    assert platform.data(PRODUCTS, STAFF)["bittitanProducts"]["totalCount"] == 1


def test_there_are_two_product_types(platform: Platform) -> None:
    answer = platform.data("{ bittitanProductTypes { kind name } }")
    assert answer["bittitanProductTypes"] == [
        {"kind": "MAILBOX_LICENSE", "name": "BitTitan Mailbox License"},
        {"kind": "USER_MIGRATION_BUNDLE", "name": "BitTitan User Migration Bundle"},
    ]


def test_open_problems_are_listed_with_the_next_step(platform: Platform) -> None:
    with platform.writing() as work:
        for key in ("open", "open", "resolved"):
            work.problems.report(
                ProblemKind.ORDER_REFUSED,
                key,
                message="No product.",
                next_step="Bind one.",
                at=platform.clock(),
            )
        work.problems.resolve("resolved", platform.clock())
    assert platform.data(PROBLEMS, STAFF)["bittitanProblems"] == {
        "totalCount": 1,
        "edges": [
            {
                "node": {
                    "kind": "ORDER_REFUSED",
                    "assetId": None,
                    "message": "No product.",
                    "nextStep": "Bind one.",
                    "firstAt": "2026-03-10T09:30:00+00:00",
                    "lastAt": "2026-03-10T09:30:00+00:00",
                    "occurrences": 2,
                }
            }
        ],
    }


@pytest.mark.parametrize("viewer", [ANONYMOUS, Viewer(customer_id="alice")])
def test_problems_are_for_staff(platform: Platform, viewer: Viewer) -> None:
    assert platform.code(PROBLEMS, viewer) == "PermissionDenied"
