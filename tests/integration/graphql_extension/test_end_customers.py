"""What an end customer gets of a sale to its reseller, and what no list of its own betrays."""

from base64 import b64decode
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bittitan_graphql.global_ids import ACCOUNT, global_id
from bittitan_plugin.domain.access import Viewer
from bittitan_plugin.domain.accounts import Account, SyncOptions
from bittitan_plugin.domain.money import Money
from tests.integration.graphql_extension.platform import STAFF, Platform, customer
from tests.tables import every

pytestmark = pytest.mark.databases("sqlite", "postgresql")

LIST = """
query ($search: String, $where: BitTitanAssetWhereInput, $sortBy: BitTitanAssetSortingInput) {
  bittitanAssets(first: 100, search: $search, where: $where, sortBy: $sortBy) {
    totalCount
    edges { cursor node {
      name couponCode total { amount } product { prices { amount } }
    } }
  }
}
"""
MONEY = {"DEAR": "90.00", "CHEAP": "10.00", "MIDDLING": "50.00"}


@pytest.fixture
def reseller(platform_on_either: Platform) -> Account:
    """Bought three times for one end customer, dearer and cheaper."""
    reseller, product = platform_on_either.account("reseller"), platform_on_either.product()
    user = platform_on_either.account("user", reseller=reseller)
    for name, total in MONEY.items():
        platform_on_either.asset(
            reseller, product, name=name, end_customer_id=user.id, total=Money.of(total, "USD"),
            recipient_email="purchasing@contoso.example",
        )  # fmt: skip
    return reseller


@pytest.fixture
def user(platform_on_either: Platform, reseller: Account) -> Account:
    with platform_on_either.writing() as work:
        found = work.accounts.end_customer(reseller.id, "user@example.com")
    assert found is not None
    return found


def listed(platform: Platform, account: Account, **variables: Any) -> list[dict[str, Any]]:
    found = platform.data(LIST, customer(account), **variables)["bittitanAssets"]
    assert found["totalCount"] == len(found["edges"])
    return [{**edge["node"], "cursor": edge["cursor"]} for edge in found["edges"]]


def names(platform: Platform, account: Account, **variables: Any) -> list[str]:
    return [node["name"] for node in listed(platform, account, **variables)]


def test_an_end_customer_reads_the_code_and_no_total(
    platform_on_either: Platform, user: Account
) -> None:
    found = listed(platform_on_either, user)
    assert [(node["couponCode"], node["total"]) for node in found] == [("CODE-1234", None)] * 3


def test_its_reseller_reads_both(platform_on_either: Platform, reseller: Account) -> None:
    found = listed(platform_on_either, reseller)
    assert all(node["couponCode"] and node["total"] for node in found)


@every("direction", ["ASC", "DESC"])
def test_sorting_by_the_total_tells_an_end_customer_nothing(
    platform_on_either: Platform, user: Account, direction: str
) -> None:
    def order(field: str) -> list[str]:
        sort_by = {"field": field, "direction": direction}
        return names(platform_on_either, user, sortBy=sort_by)

    # As good as unsorted: all are equal, and go by their ids.
    by_id = sorted(
        ((str(node["cursor"]), str(node["name"])) for node in _by_total(platform_on_either, user)),
        key=lambda pair: b64decode(pair[0]),
        reverse=direction == "DESC",
    )
    assert order("TOTAL") == [name for _, name in by_id]


def _by_total(platform: Platform, account: Account) -> list[dict[str, Any]]:
    sort_by = {"field": "TOTAL", "direction": "ASC"}
    return listed(platform, account, sortBy=sort_by)


def test_no_cursor_carries_the_total_to_an_end_customer(
    platform_on_either: Platform, user: Account, reseller: Account
) -> None:
    def told(account: Account) -> bool:
        cursors = [b64decode(node["cursor"]) for node in _by_total(platform_on_either, account)]
        return any(total.encode() in cursor for total in MONEY.values() for cursor in cursors)

    assert (told(user), told(reseller)) == (False, True)


def test_one_who_bought_and_was_bought_for_sorts_its_own_by_total(
    platform_on_either: Platform, user: Account
) -> None:
    buying = platform_on_either.account("user")
    for name, total in (("second", "20.00"), ("first", "3.00")):
        platform_on_either.asset(
            buying, platform_on_either.product(), name=name, total=Money.of(total, "USD")
        )
    found = [node["name"] for node in _by_total(platform_on_either, user)]
    assert (found[:2], set(found[2:])) == (["first", "second"], set(MONEY))


def test_an_end_customer_does_not_find_by_its_resellers_address(
    platform_on_either: Platform, user: Account, reseller: Account
) -> None:
    found = [names(platform_on_either, each, search="contoso") for each in (user, reseller)]
    assert [len(each) for each in found] == [0, 3]


def test_an_end_customer_does_not_find_out_whose_account_its_reseller_is(
    platform_on_either: Platform, user: Account, reseller: Account
) -> None:
    where = {"accountId": {"eq": global_id(ACCOUNT, reseller.id)}}
    found = [names(platform_on_either, each, where=where) for each in (user, reseller)]
    assert [len(each) for each in found] == [0, 3]


def test_of_a_product_not_on_offer_the_prices_are_the_buyers_and_staffs(
    platform_on_either: Platform, user: Account, reseller: Account
) -> None:
    hidden = platform_on_either.product(sku="HIDDEN", variant_id=None, published=False)
    platform_on_either.asset(reseller, hidden, name="hidden", end_customer_id=user.id)

    def prices(viewer: Any) -> list[bool]:
        found = platform_on_either.data(LIST, viewer, search="hidden")["bittitanAssets"]["edges"]
        return [bool(edge["node"]["product"]["prices"]) for edge in found]

    viewers = (customer(user), customer(reseller), STAFF)
    assert [prices(viewer) for viewer in viewers] == [[False], [True], [True]]


def test_whoever_two_resellers_named_sees_both_sales_and_each_reseller_its_own(
    platform_on_either: Platform, user: Account, reseller: Account
) -> None:
    rival = platform_on_either.account("rival")
    again = platform_on_either.account("user", reseller=rival)
    product = platform_on_either.product()
    platform_on_either.asset(rival, product, name="rival's", end_customer_id=again.id)
    found = [set(names(platform_on_either, each)) for each in (user, reseller, rival)]
    assert found == [{*MONEY, "rival's"}, {*MONEY}, {"rival's"}]


def test_who_has_the_address_and_never_proved_it_sees_nothing(
    platform_on_either: Platform, user: Account
) -> None:
    stranger = Viewer(customer_id="stranger", email=user.email)
    assert platform_on_either.data(LIST, stranger)["bittitanAssets"]["edges"] == []


def test_who_proved_the_address_and_has_another_now_sees_nothing(
    platform_on_either: Platform, user: Account
) -> None:
    moved = replace(customer(user), email="elsewhere@example.com")
    assert platform_on_either.data(LIST, moved)["bittitanAssets"]["edges"] == []


def test_what_is_bought_for_another_address_by_now_is_seen_no_more(
    platform_on_either: Platform, user: Account
) -> None:
    with platform_on_either.writing() as work:
        options = SyncOptions(email="new@example.com", company="user Ltd")
        work.accounts.change(user.id, lambda account: account.saved(options))
    assert names(platform_on_either, user) == []


def test_the_users_own_field_lists_what_it_bought_and_what_was_bought_for_it_newest_first(
    platform_on_either: Platform, user: Account
) -> None:
    buying, product = platform_on_either.account("user"), platform_on_either.product()
    for name, days in (("older", -1), ("newer", 1)):
        at = platform_on_either.clock() + timedelta(days=days)
        platform_on_either.asset(buying, product, name=name, purchase_date=at)
    document = '{ users(ids: ["user"]) { bittitanAssets { name } } }'
    (found,) = platform_on_either.data(document, customer(user))["users"]
    listed = [each["name"] for each in found["bittitanAssets"]]
    assert (listed[0], listed[-1], set(listed[1:-1])) == ("newer", "older", set(MONEY))
