"""Cancellation requests: who may make, see and decide them, and what clients are answered."""

from dataclasses import replace
from typing import Any

import pytest

from bittitan_graphql.global_ids import ASSET, CANCELLATION_REQUEST, global_id
from bittitan_plugin.domain.access import ANONYMOUS, Permission, Viewer
from bittitan_plugin.domain.accounts import Account
from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.coupons import CouponStatus
from bittitan_plugin.domain.requests import CancellationRequest
from bittitan_plugin.services.cancelling import requests as cancellation_requests
from tests.integration.graphql_extension.platform import STAFF, SYSTEM, Platform, customer

CREATE = """
mutation ($id: ID!, $comment: String! = "Ordered twice") {
  bittitanCancellationRequestCreate(id: $id, comment: $comment) {
    request { state comment deadline requestedBy } asset { status } errors { field code }
  }
}
"""
WITHDRAW = """
mutation ($id: ID!) {
  bittitanCancellationRequestWithdraw(id: $id) { request { state } errors { field code } }
}
"""
ACCEPT = """
mutation ($id: ID!) {
  bittitanCancellationRequestAccept(id: $id) {
    request { state decidedBy } asset { status } errors { field code }
  }
}
"""
REJECT = """
mutation ($id: ID!, $reason: String! = "It was used") {
  bittitanCancellationRequestReject(id: $id, reason: $reason) {
    request { state reason } errors { field code }
  }
}
"""
LIST = """
query ($where: BitTitanCancellationRequestWhereInput) {
  bittitanCancellationRequests(first: 10, where: $where) {
    totalCount edges { node { comment state asset { orderNumber } } }
  }
}
"""
ON_THE_ASSET = """
query ($id: ID!) {
  bittitanAsset(id: $id) {
    cancellation { deadline timeZone automatic request { state decidedBy } }
  }
}
"""


@pytest.fixture
def buyer(platform: Platform) -> Account:
    return platform.account("buyer")


@pytest.fixture
def asset(platform: Platform, buyer: Account) -> Asset:
    return platform.asset(buyer, platform.product())


def ask(platform: Platform, asset: Asset, comment: str = "Ordered twice") -> CancellationRequest:
    actor = Viewer(customer_id="buyer", email="buyer@example.com").actor
    asked = cancellation_requests.create(platform.tenant, asset.id, actor, comment)
    assert asked.request is not None
    return asked.request


def asset_id(asset: Asset) -> str:
    return str(global_id(ASSET, asset.id))


def request_id(request: CancellationRequest) -> str:
    return str(global_id(CANCELLATION_REQUEST, request.id))


def payload(platform: Platform, document: str, viewer: Viewer, **variables: Any) -> Any:
    (answer,) = platform.data(document, viewer, **variables).values()
    return answer


def test_the_owner_asks_and_is_answered_with_the_request(
    platform: Platform, asset: Asset, buyer: Account
) -> None:
    assert payload(platform, CREATE, customer(buyer), id=asset_id(asset)) == {
        "request": {
            "state": "PENDING",
            "comment": "Ordered twice",
            "deadline": "2026-03-26T00:00:00+02:00",
            "requestedBy": None,
        },
        "asset": {"status": "ACTIVE"},
        "errors": [],
    }


def test_where_it_is_allowed_there_is_no_request_but_a_cancellation(
    platform: Platform, asset: Asset, buyer: Account
) -> None:
    platform.switch(active=True, automatic_cancellation=True)
    answer = payload(platform, CREATE, customer(buyer), id=asset_id(asset))
    assert answer == {"request": None, "asset": {"status": "CANCELLING"}, "errors": []}


def test_the_end_customer_may_not_ask_its_reseller_paid(platform: Platform) -> None:
    reseller = platform.account("reseller")
    user = platform.account("user", reseller=reseller)
    asset = platform.asset(reseller, platform.product(), end_customer_id=user.id)
    assert platform.code(CREATE, customer(user), id=asset_id(asset)) == "PermissionDenied"


def test_staff_who_own_nothing_of_it_cancel_instead_of_asking(
    platform: Platform, asset: Asset
) -> None:
    assert platform.code(CREATE, STAFF, id=asset_id(asset)) == "PermissionDenied"


def test_staff_who_are_customers_too_ask_for_their_own_only(
    platform: Platform, asset: Asset
) -> None:
    clerk = replace(STAFF, customer_id=platform.account("clerk").customer_id)
    assert platform.code(CREATE, clerk, id=asset_id(asset)) == "PermissionDenied"


def test_anothers_asset_cannot_be_asked_about(platform: Platform, asset: Asset) -> None:
    other = customer(platform.account("other"))
    answer = payload(platform, CREATE, other, id=asset_id(asset))
    assert answer["errors"] == [{"field": "id", "code": "NOT_FOUND"}]


def test_a_comment_that_is_too_long_is_an_error_on_it(
    platform: Platform, asset: Asset, buyer: Account
) -> None:
    answer = payload(platform, CREATE, customer(buyer), id=asset_id(asset), comment="x" * 1001)
    assert answer["errors"] == [{"field": "comment", "code": "INVALID"}]


def test_the_owner_withdraws(platform: Platform, asset: Asset, buyer: Account) -> None:
    request = ask(platform, asset)
    answer = payload(platform, WITHDRAW, customer(buyer), id=request_id(request))
    assert answer == {"request": {"state": "WITHDRAWN"}, "errors": []}


def test_anothers_request_does_not_exist(platform: Platform, asset: Asset) -> None:
    request = ask(platform, asset)
    other = customer(platform.account("other"))
    answer = payload(platform, WITHDRAW, other, id=request_id(request))
    assert answer == {"request": None, "errors": [{"field": "id", "code": "NOT_FOUND"}]}


def test_staff_reject_rather_than_withdraw(platform: Platform, asset: Asset) -> None:
    request = ask(platform, asset)
    assert platform.code(WITHDRAW, STAFF, id=request_id(request)) == "PermissionDenied"


def test_accepting_begins_the_cancellation(platform: Platform, asset: Asset) -> None:
    request = ask(platform, asset)
    assert payload(platform, ACCEPT, STAFF, id=request_id(request)) == {
        "request": {"state": "ACCEPTED", "decidedBy": "staff@example.com"},
        "asset": {"status": "CANCELLING"},
        "errors": [],
    }


def test_accepting_says_when_bittitan_refuses(platform: Platform, asset: Asset) -> None:
    request = ask(platform, asset)

    def refuse() -> None:
        with platform.writing() as work:
            redeemed = CouponStatus.REDEEMED
            work.assets.change(
                asset.id, lambda a: a.cancellation_refused(redeemed), SYSTEM, platform.clock()
            )

    platform.meanwhile = refuse
    answer = payload(platform, ACCEPT, STAFF, id=request_id(request))
    assert answer["errors"] == [{"field": None, "code": "COUPON_REDEEMED"}]


def test_the_second_decision_says_that_there_was_a_first(platform: Platform, asset: Asset) -> None:
    request = ask(platform, asset)
    payload(platform, REJECT, STAFF, id=request_id(request))
    answer = payload(platform, ACCEPT, STAFF, id=request_id(request))
    assert answer["errors"] == [{"field": "id", "code": "REQUEST_DECIDED"}]


def test_rejecting_keeps_the_reason_for_the_customer(platform: Platform, asset: Asset) -> None:
    request = ask(platform, asset)
    answer = payload(platform, REJECT, STAFF, id=request_id(request))
    assert answer == {"request": {"state": "REFUSED", "reason": "It was used"}, "errors": []}


@pytest.mark.parametrize("document", [ACCEPT, REJECT], ids=["accept", "reject"])
def test_customers_do_not_decide(
    platform: Platform, asset: Asset, buyer: Account, document: str
) -> None:
    request = ask(platform, asset)
    code = platform.code(document, customer(buyer), id=request_id(request))
    assert code == "PermissionDenied"


@pytest.mark.parametrize(
    "document", [CREATE, WITHDRAW, ACCEPT, REJECT], ids=["create", "withdraw", "accept", "reject"]
)
def test_nobody_signed_in_may_do_nothing(platform: Platform, asset: Asset, document: str) -> None:
    ask(platform, asset)
    assert platform.code(document, ANONYMOUS, id=asset_id(asset)) == "PermissionDenied"


@pytest.mark.parametrize(
    "document", [WITHDRAW, ACCEPT, REJECT], ids=["withdraw", "accept", "reject"]
)
def test_the_id_of_another_type_is_an_error_on_id(
    platform: Platform, asset: Asset, document: str
) -> None:
    answer = payload(platform, document, STAFF, id=asset_id(asset))
    assert answer["errors"] == [{"field": "id", "code": "GRAPHQL_ERROR"}]


def test_staff_list_what_is_to_be_decided(platform: Platform, asset: Asset) -> None:
    first = ask(platform, asset, "First")
    payload(platform, REJECT, STAFF, id=request_id(first))
    ask(platform, asset, "Second")

    answer = payload(platform, LIST, STAFF, where={"status": {"eq": "PENDING"}})
    assert answer == {
        "totalCount": 1,
        "edges": [
            {"node": {"comment": "Second", "state": "PENDING", "asset": {"orderNumber": "1001"}}}
        ],
    }


def test_without_a_condition_the_list_holds_all_of_them(platform: Platform, asset: Asset) -> None:
    payload(platform, REJECT, STAFF, id=request_id(ask(platform, asset)))
    ask(platform, asset)

    assert payload(platform, LIST, STAFF)["totalCount"] == 2


def test_the_list_needs_the_permission(platform: Platform) -> None:
    catalogue = Viewer(is_staff=True, permissions=frozenset({Permission.MANAGE_PRODUCTS}))
    assert platform.code(LIST, catalogue) == "PermissionDenied"


def test_another_installations_requests_are_not_listed(
    platform: Platform, platform_elsewhere: Platform, asset: Asset
) -> None:
    ask(platform, asset)
    assert payload(platform_elsewhere, LIST, STAFF)["totalCount"] == 0


def test_an_asset_shows_its_pending_request_and_the_time_zone(
    platform: Platform, asset: Asset, buyer: Account
) -> None:
    ask(platform, asset)
    answer = payload(platform, ON_THE_ASSET, customer(buyer), id=asset_id(asset))
    assert answer["cancellation"] == {
        "deadline": "2026-03-26T00:00:00+02:00",
        "timeZone": "Europe/Athens",
        "automatic": False,
        "request": {"state": "PENDING", "decidedBy": None},
    }


def test_an_asset_shows_no_decided_request(platform: Platform, asset: Asset) -> None:
    payload(platform, REJECT, STAFF, id=request_id(ask(platform, asset)))
    answer = payload(platform, ON_THE_ASSET, STAFF, id=asset_id(asset))
    assert answer["cancellation"]["request"] is None
