"""What waits for another attempt: the asset's field, the list's filters, and trying it now."""

from datetime import timedelta
from typing import Any

import pytest

from bittitan_graphql.global_ids import ASSET, global_id
from bittitan_plugin.domain.accounts import Account
from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.catalogue import Product
from bittitan_plugin.domain.errors import ErrorCode
from bittitan_plugin.domain.retries import Retry
from tests.fakes.values import retry
from tests.integration.graphql_extension.platform import STAFF, Platform, customer
from tests.statements import statements_of
from tests.tables import every

pytestmark = pytest.mark.databases("sqlite", "postgresql")

FIELDS = "nextAttempt { at since step code reason attempt isUnderWay }"
ONE = f"query ($id: ID!) {{ bittitanAsset(id: $id) {{ {FIELDS} }} }}"
LIST = f"""
query ($where: BitTitanAssetWhereInput, $first: Int = 100) {{
  bittitanAssets(first: $first, where: $where, sortBy: {{field: NAME, direction: ASC}}) {{
    edges {{ node {{ name {FIELDS} }} }}
  }}
}}
"""
TRY_NOW = """
mutation ($id: ID!) {
  bittitanAssetTryNow(id: $id) { asset { nextAttempt { at } } errors { field code } }
}
"""


@pytest.fixture
def buyer(platform_on_either: Platform) -> Account:
    return platform_on_either.account("buyer")


@pytest.fixture
def product(platform_on_either: Platform) -> Product:
    return platform_on_either.product()


def waits(platform: Platform, asset: Asset, minutes: int = 1, **values: Any) -> Retry:
    """Something about it is tried again that many minutes from now."""
    at = platform.clock() + timedelta(minutes=minutes)
    made = retry(asset_id=asset.id, since=platform.clock(), next_attempt_at=at, **values)
    with platform.writing() as work:
        work.retries.put(made)
    return made


def id_of(asset: Asset) -> str:
    return global_id(ASSET, asset.id)


def test_an_asset_says_what_is_tried_again_when_and_why(
    platform_on_either: Platform, buyer: Account, product: Product
) -> None:
    platform, asset = platform_on_either, platform_on_either.asset(buyer, product)
    waits(platform, asset, 9, step="send_welcome")
    waits(
        platform, asset, attempt=1, error_code=ErrorCode.PLATFORM_UNAVAILABLE, reason="It is away."
    )
    found = platform.data(ONE, STAFF, id=id_of(asset))["bittitanAsset"]["nextAttempt"]
    assert found == {
        "at": (platform.clock() + timedelta(minutes=1)).isoformat(),
        "since": platform.clock().isoformat(),
        "step": "obtain_coupon",
        "code": "PLATFORM_UNAVAILABLE",
        "reason": "It is away.",
        "attempt": 1,
        "isUnderWay": False,
    }


def test_an_asset_about_which_nothing_waits_says_null(
    platform_on_either: Platform, buyer: Account, product: Product
) -> None:
    asset = platform_on_either.asset(buyer, product)
    assert platform_on_either.data(ONE, STAFF, id=id_of(asset)) == {
        "bittitanAsset": {"nextAttempt": None}
    }


def test_what_was_handed_in_is_under_way(
    platform_on_either: Platform, buyer: Account, product: Product
) -> None:
    asset = platform_on_either.asset(buyer, product)
    waits(platform_on_either, asset, is_handed_in=True)
    found = platform_on_either.data(ONE, STAFF, id=id_of(asset))["bittitanAsset"]["nextAttempt"]
    assert found["isUnderWay"]


def test_a_customer_is_shown_nothing_of_it(
    platform_on_either: Platform, buyer: Account, product: Product
) -> None:
    platform, asset = platform_on_either, platform_on_either.asset(buyer, product)
    waits(platform, asset)
    viewer = customer(buyer)
    assert platform.code(ONE, viewer, id=id_of(asset)) == "PermissionDenied"
    document = LIST.replace(FIELDS, "")
    filters: list[dict[str, Any]] = [
        {"hasNextAttempt": True}, {"hasNextAttempt": False}, {"nextAttempt": {}},
    ]  # fmt: skip
    for where in filters:
        assert platform.code(document, viewer, where=where) == "PermissionDenied"
    assert platform.error(TRY_NOW, viewer, id=id_of(asset))
    with platform.tenant.reading() as work:
        (left,) = work.retries.waiting()
    assert left.next_attempt_at > platform.clock()


#: Of assets called ``at once``, ``late``, ``never`` and ``soon``: which a condition finds. Beside
#: what is tried soon, ``soon`` has something that is tried late.
FILTERS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "anything waits": ({"hasNextAttempt": True}, ["at once", "late", "soon"]),
    "nothing waits": ({"hasNextAttempt": False}, ["never"]),
    "no condition": ({"hasNextAttempt": None}, ["at once", "late", "never", "soon"]),
    "a range without ends": ({"nextAttempt": {}}, ["at once", "late", "never", "soon"]),
    "from": ({"nextAttempt": {"gte": 5}}, ["late", "soon"]),
    "until": ({"nextAttempt": {"lte": 5}}, ["at once", "soon"]),
    "both ends belong to it": ({"nextAttempt": {"gte": 5, "lte": 60}}, ["late", "soon"]),
    "between": ({"nextAttempt": {"gte": 6, "lte": 59}}, []),
}


@every("name", FILTERS)
def test_assets_are_found_by_their_next_attempt(platform_on_either: Platform, name: str) -> None:
    platform = platform_on_either
    platform.begin_anew()
    buyer, product = platform.account("buyer"), platform.product()
    for called, minutes in {"late": [60], "soon": [60, 5], "at once": [0], "never": []}.items():
        asset = platform.asset(buyer, product, name=called)
        for each in minutes:
            waits(platform, asset, each)
    where, expected = FILTERS[name]
    if where.get("nextAttempt"):
        where = {
            "nextAttempt": {
                end: (platform.clock() + timedelta(minutes=minutes)).isoformat()
                for end, minutes in where["nextAttempt"].items()
            }
        }
    found = platform.data(LIST, STAFF, where=where)["bittitanAssets"]["edges"]
    assert [edge["node"]["name"] for edge in found] == expected


def test_a_page_costs_one_statement_more_with_what_waits(
    platform_on_either: Platform, buyer: Account, product: Product
) -> None:
    platform = platform_on_either
    for _ in range(3):
        waits(platform, platform.asset(buyer, product))
    counts = []
    for first in (1, 3):
        with statements_of(platform.ports.store.engine) as statements:
            platform.data(LIST, STAFF, first=first)
        counts.append(len(statements))
    assert counts == [2, 2]


def test_staff_have_it_tried_now(
    platform_on_either: Platform, buyer: Account, product: Product
) -> None:
    platform, asset = platform_on_either, platform_on_either.asset(buyer, product)
    bystander = platform.asset(buyer, product)
    waits(platform, asset), waits(platform, asset, 9), waits(platform, bystander, 7)
    answer = platform.data(TRY_NOW, STAFF, id=id_of(asset))["bittitanAssetTryNow"]
    now = platform.clock()
    assert answer == {"asset": {"nextAttempt": {"at": now.isoformat()}}, "errors": []}
    with platform.tenant.reading() as work:
        planned = [each.next_attempt_at for each in work.retries.waiting()]
    assert planned == [now, now, now + timedelta(minutes=7)]


def test_where_nothing_waits_the_mutation_says_so(
    platform_on_either: Platform, buyer: Account, product: Product
) -> None:
    asset = platform_on_either.asset(buyer, product)
    answer = platform_on_either.data(TRY_NOW, STAFF, id=id_of(asset))["bittitanAssetTryNow"]
    assert answer == {"asset": None, "errors": [{"field": "id", "code": "NOTHING_WAITS"}]}


def test_what_waits_elsewhere_is_not_found(
    platform_on_either: Platform, buyer: Account, product: Product
) -> None:
    """The same assets, asked for from another installation."""
    platform, asset = platform_on_either, platform_on_either.asset(buyer, product)
    waits(platform, asset)
    platform.begin_anew()
    assert platform.data(LIST, STAFF, where={"hasNextAttempt": True})["bittitanAssets"] == {
        "edges": []
    }
    answer = platform.data(TRY_NOW, STAFF, id=id_of(asset))["bittitanAssetTryNow"]
    assert answer["errors"] == [{"field": "id", "code": "NOT_FOUND"}]
