"""The list of assets: pages, filters, search and sorting, alike on both databases."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from bittitan_graphql.global_ids import ACCOUNT, global_id
from bittitan_plugin.domain.access import ANONYMOUS
from bittitan_plugin.domain.accounts import Account
from bittitan_plugin.domain.assets import ProvisioningStatus
from bittitan_plugin.domain.catalogue import Product, ProductType
from bittitan_plugin.domain.money import Money
from tests.integration.graphql_extension.platform import STAFF, Platform, customer
from tests.statements import statements_of
from tests.tables import every

pytestmark = pytest.mark.databases("sqlite", "postgresql")

LIST = """
query ($first: Int, $after: String, $last: Int, $before: String, $search: String,
       $where: BitTitanAssetWhereInput, $sortBy: BitTitanAssetSortingInput) {
  bittitanAssets(first: $first, after: $after, last: $last, before: $before, search: $search,
                 where: $where, sortBy: $sortBy) {
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    edges { cursor node { name friendlyName } }
  }
}
"""


def names(connection: dict[str, Any]) -> list[str]:
    return [edge["node"]["name"] for edge in connection["edges"]]


def read(platform: Platform, **variables: Any) -> list[str]:
    variables = {"first": 100, **variables}
    return names(platform.data(LIST, STAFF, **variables)["bittitanAssets"])


def walk(platform: Platform, size: int, **variables: Any) -> list[str]:
    """Every name, page by page to the end."""
    found: list[str] = []
    after = None
    while True:
        page = platform.data(LIST, STAFF, first=size, after=after, **variables)["bittitanAssets"]
        found += names(page)
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]


def walk_back(platform: Platform, size: int, **variables: Any) -> list[str]:
    """Every name, page by page from the end to the start."""
    found: list[str] = []
    before = None
    while True:
        page = platform.data(LIST, STAFF, last=size, before=before, **variables)["bittitanAssets"]
        found = names(page) + found
        if not page["pageInfo"]["hasPreviousPage"]:
            return found
        before = page["pageInfo"]["startCursor"]


@pytest.fixture
def buyer(platform_on_either: Platform) -> Account:
    return platform_on_either.account("buyer")


@pytest.fixture
def product(platform_on_either: Platform) -> Product:
    return platform_on_either.product()


def test_the_newest_come_first(
    platform_on_either: Platform, buyer: Account, product: Product
) -> None:
    for day in range(3):
        purchase_date = platform_on_either.clock() + timedelta(days=day)
        platform_on_either.asset(buyer, product, name=f"day {day}", purchase_date=purchase_date)
    assert read(platform_on_either) == ["day 2", "day 1", "day 0"]


SORTS: dict[str, Sequence[Any]] = {
    "PURCHASE_DATE": [0, 1, 1, 1, 2],
    "NAME": ["a", "B", "b", "c", "c"],
    "FRIENDLY_NAME": ["a", "b", None, None, None],
    "TOTAL": ["1.00", "1.00", "2.50", "10.00", "10.00"],
    "QUANTITY": [1, 2, 2, 10, 10],
    "COUPON_EXPIRES_AT": [0, 1, 1, None, None],
}


def sortable(platform: Platform, field: str) -> list[str]:
    """Assets to sort by that field, in the order they belong in; equal values go by id.

    They are all there is in an installation of their own.
    """
    platform.begin_anew()
    buyer, product = platform.account("buyer"), platform.product()
    ids = sorted(uuid4() for _ in SORTS[field])
    made = []
    # Not in the order they are made in.
    for number, value in zip([4, 2, 3, 1, 0], SORTS[field], strict=True):
        values = {"name": f"asset {number}", "id": ids[number]} | valued(platform, field, value)
        made.append((_rank(value), number, platform.asset(buyer, product, **values).name))
    return [name for _, _, name in sorted(made)]


def valued(platform: Platform, field: str, value: Any) -> dict[str, Any]:
    """What an asset is made of so that it has that value where it is sorted."""
    match field:
        case "PURCHASE_DATE":
            return {"purchase_date": platform.clock() + timedelta(days=value)}
        case "TOTAL":
            return {"total": Money.of(value, "USD"), "quantity": 1}
        case "COUPON_EXPIRES_AT" if value is None:
            return {"coupon_code": None}
        case "COUPON_EXPIRES_AT":
            return {"coupon_expires_at": platform.clock() + timedelta(days=value)}
        case _:
            return {field.lower(): value}


def _rank(value: Any) -> tuple[bool, Any]:
    if isinstance(value, str):
        value = value.lower() if value.isalpha() else float(value)
    return value is None, value if value is not None else 0


@every("field", SORTS)
def test_walking_forward_meets_every_asset_once_in_order(
    platform_on_either: Platform, field: str
) -> None:
    expected = sortable(platform_on_either, field)
    sort_by = {"field": field, "direction": "ASC"}
    walks = {size: walk(platform_on_either, size, sortBy=sort_by) for size in (1, 2, 5)}
    assert walks == {1: expected, 2: expected, 5: expected}


@every("field", SORTS)
def test_descending_is_the_exact_reverse(platform_on_either: Platform, field: str) -> None:
    expected = sortable(platform_on_either, field)
    sort_by = {"field": field, "direction": "DESC"}
    assert walk(platform_on_either, 2, sortBy=sort_by) == expected[::-1]


@every("field", SORTS)
def test_walking_back_from_the_end_meets_the_same_order(
    platform_on_either: Platform, field: str
) -> None:
    sortable(platform_on_either, field)
    ways = [{"field": field, "direction": direction} for direction in ("ASC", "DESC")]
    forward = [walk(platform_on_either, 2, sortBy=way) for way in ways]
    assert [walk_back(platform_on_either, 2, sortBy=way) for way in ways] == forward


def test_a_row_added_before_the_page_shifts_nothing(platform: Platform) -> None:
    buyer, product = platform.account("buyer"), platform.product()
    for name in ("b", "c", "d"):
        platform.asset(buyer, product, name=name)
    sort_by = {"field": "NAME", "direction": "ASC"}
    page = platform.data(LIST, STAFF, first=1, sortBy=sort_by)["bittitanAssets"]
    platform.asset(buyer, product, name="a")
    after = page["pageInfo"]["endCursor"]
    assert read(platform, after=after, sortBy=sort_by) == ["c", "d"]


def test_between_two_cursors_lies_what_is_between_them(platform: Platform) -> None:
    buyer, product = platform.account("buyer"), platform.product()
    for name in ("a", "b", "c", "d"):
        platform.asset(buyer, product, name=name)
    sort_by = {"field": "NAME", "direction": "DESC"}
    page = platform.data(LIST, STAFF, first=4, sortBy=sort_by)["bittitanAssets"]["pageInfo"]
    between = {"after": page["startCursor"], "before": page["endCursor"]}
    assert read(platform, sortBy=sort_by, **between) == ["c", "b"]


WHERES: list[tuple[dict[str, Any], list[str]]] = [
    ({"provisioningStatus": {"eq": "FAILED"}}, ["failed"]),
    ({"provisioningStatus": {"oneOf": ["FAILED", "SYNCHRONIZED"]}}, ["bundle", "failed", "plain"]),
    ({"provisioningStatus": {"oneOf": []}}, []),
    ({"provisioningStatus": {"eq": "FAILED", "oneOf": ["SYNCHRONIZED"]}}, []),
    ({"couponStatus": {"eq": "UNKNOWN"}}, ["failed"]),
    ({"status": {"eq": "CANCELLED"}}, []),
    ({"productType": {"eq": "USER_MIGRATION_BUNDLE"}}, ["bundle"]),
    ({"orderId": {"eq": "order-2"}}, ["bundle"]),
    ({"orderId": {"oneOf": ["order-1", "order-2"]}}, ["bundle", "failed", "plain"]),
    ({"purchaseDate": {"gte": "2026-03-11T09:30:00Z"}}, ["bundle"]),
    ({"purchaseDate": {"lte": "2026-03-10T11:30:00+02:00"}}, ["failed", "plain"]),
    ({}, ["bundle", "failed", "plain"]),
]


@pytest.fixture
def _to_narrow(platform_on_either: Platform, buyer: Account, product: Product) -> None:
    platform_on_either.asset(buyer, product, name="plain")
    platform_on_either.asset(
        buyer,
        product,
        name="failed",
        coupon_code=None,
        provisioning_status=ProvisioningStatus.FAILED,
    )
    platform_on_either.asset(
        buyer,
        product,
        name="bundle",
        product_type=ProductType.USER_MIGRATION_BUNDLE,
        order_id="order-2",
        purchase_date=platform_on_either.clock() + timedelta(days=1),
    )


@pytest.mark.usefixtures("_to_narrow")
@every("where, expected", WHERES)
def test_where_narrows_the_list(
    platform_on_either: Platform, where: dict[str, Any], expected: list[str]
) -> None:
    assert sorted(read(platform_on_either, where=where)) == expected


def test_where_takes_the_buyers_account(platform: Platform) -> None:
    buyer, product = platform.account("buyer"), platform.product()
    platform.asset(platform.account("other"), product, name="other's")
    platform.asset(buyer, product, name="buyer's")
    where = {"accountId": {"eq": global_id(ACCOUNT, buyer.id)}}
    assert read(platform, where=where) == ["buyer's"]


@pytest.fixture
def _to_search(platform_on_either: Platform, buyer: Account, product: Product) -> None:
    for values in (
        {"name": "Exchange Wave"},
        {"name": "friendly", "friendly_name": "Berlin office"},
        {"name": "numbered", "order_number": "70071"},
        {"name": "mailed", "recipient_email": "it@Fabrikam.example"},
        {"name": "100% of it"},
        {"name": "a_b"},
        {"name": "axb"},
    ):
        platform_on_either.asset(buyer, product, **values)


@pytest.mark.usefixtures("_to_search")
@every(
    "search, expected",
    [
        ("exchange", ["Exchange Wave"]),
        ("WAVE", ["Exchange Wave"]),
        ("berlin", ["friendly"]),
        ("70071", ["numbered"]),
        ("fabrikam.example", ["mailed"]),
        ("100%", ["100% of it"]),
        ("%", ["100% of it"]),
        ("a_b", ["a_b"]),
        ("/", []),
        ("nowhere", []),
        ("   ", ["100% of it", "Exchange Wave", "a_b", "axb", "friendly", "mailed", "numbered"]),
    ],
)
def test_search_finds_a_part_whatever_its_case(
    platform_on_either: Platform, search: str, expected: list[str]
) -> None:
    assert sorted(read(platform_on_either, search=search)) == expected


def test_a_customer_lists_only_what_it_bought_or_was_bought_for_it(platform: Platform) -> None:
    reseller, product = platform.account("reseller"), platform.product()
    user, other = platform.account("user", reseller=reseller), platform.account("other")
    platform.asset(reseller, product, name="resold", end_customer_id=user.id)
    platform.asset(reseller, product, name="reseller's own")
    platform.asset(user, product, name="user's own")
    platform.asset(other, product, name="other's")
    found = platform.data(LIST, customer(user), first=100)["bittitanAssets"]
    assert sorted(names(found)) == ["resold", "user's own"]


def test_a_customer_who_never_bought_anything_lists_nothing(platform: Platform) -> None:
    platform.asset(platform.account("buyer"), platform.product())
    stranger = customer(platform.account("stranger"))
    assert platform.data(LIST, stranger, first=100)["bittitanAssets"]["edges"] == []


def test_another_installations_assets_are_not_listed(
    platform: Platform, platform_elsewhere: Platform
) -> None:
    platform_elsewhere.asset(platform_elsewhere.account("buyer"), platform_elsewhere.product())
    assert read(platform) == []


def test_nobody_may_list(platform: Platform) -> None:
    assert platform.code(LIST, ANONYMOUS, first=1) == "PermissionDenied"


@every(
    "arguments, code, field",
    [
        ({}, "REQUIRED", "first"),
        ({"first": 101}, "INVALID", "first"),
        ({"first": -1}, "INVALID", "first"),
        ({"last": 101}, "INVALID", "last"),
        ({"first": 1, "last": 1}, "INVALID", "last"),
        ({"first": 1, "after": "nonsense"}, "INVALID", "after"),
        ({"first": 1, "before": "nonsense"}, "INVALID", "before"),
        ({"first": 1, "search": "x" * 201}, "INVALID", "search"),
        ({"first": 1, "search": "\0"}, "INVALID", "search"),
        ({"first": 1, "where": {"orderId": {"oneOf": ["\0"]}}}, "INVALID", "where.orderId"),
        (
            {"first": 1, "where": {"accountId": {"eq": "x"}}},
            "GRAPHQL_ERROR",
            "where.accountId",
        ),
        (
            {"first": 1, "where": {"purchaseDate": {"gte": "2026-03-10T00:00:00"}}},
            "INVALID",
            "where.purchaseDate.gte",
        ),
    ],
)
def test_a_wrong_argument_is_named_with_a_code(
    platform: Platform, arguments: dict[str, Any], code: str, field: str
) -> None:
    error = platform.error(LIST, STAFF, **arguments)
    assert error.extensions == {"exception": {"code": code}, "field": field}


COUNT = "{ bittitanAssets(first: 2) { totalCount edges { node { id } } } }"


def test_the_total_counts_all_pages(platform: Platform) -> None:
    buyer, product = platform.account("buyer"), platform.product()
    for _ in range(3):
        platform.asset(buyer, product)
    assert platform.data(COUNT, STAFF)["bittitanAssets"]["totalCount"] == 3


@pytest.mark.parametrize(("selected", "counts"), [("totalCount", 1), ("", 0)])
def test_nothing_is_counted_unless_the_total_is_selected(
    platform: Platform, selected: str, counts: int
) -> None:
    with statements_of(platform.ports.store.engine) as statements:
        platform.data(COUNT.replace("totalCount", selected), STAFF)
    assert sum("count(*)" in statement for statement in statements) == counts
