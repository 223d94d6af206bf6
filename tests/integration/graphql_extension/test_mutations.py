"""Mutations: what they delegate, whom they refuse, and what their payload then says."""

from typing import Any

import pytest

from bittitan_graphql.global_ids import ASSET, global_id
from bittitan_plugin.domain.access import ANONYMOUS, Viewer
from bittitan_plugin.domain.assets import Asset, AssetStatus, ProvisioningStatus
from bittitan_plugin.domain.coupons import CouponStatus
from bittitan_plugin.domain.errors import (
    OutcomeUnknown,
    PlatformOutcomeUnknown,
    PlatformRejected,
    PlatformUnavailable,
    Rejected,
    Unavailable,
)
from bittitan_plugin.domain.history import HistoryEntry
from bittitan_plugin.domain.mail_limits import CODE_AGAIN
from bittitan_plugin.services.cancelling import cancellation
from tests.integration.graphql_extension.platform import STAFF, SYSTEM, Platform, customer

CANCEL = """
mutation ($id: ID!, $checkOnly: Boolean! = false) {
  bittitanAssetCancel(id: $id, input: {comment: "Ordered twice", checkOnly: $checkOnly}) {
    asset { status couponStatus } cancellation { allowed code refund { amount } }
    errors { field message code }
  }
}
"""
SYNCHRONIZE = """
mutation ($id: ID!) {
  bittitanAssetSynchronize(id: $id) { asset { provisioningStatus } errors { field code } }
}
"""
UPDATE = """
mutation ($id: ID!, $name: String = "Wave 2") {
  bittitanAssetUpdate(id: $id, input: {friendlyName: $name}) {
    asset { friendlyName } errors { field code }
  }
}
"""
RESEND = """
mutation ($id: ID!) { bittitanCouponEmailResend(id: $id) { asset { name } errors { field code } } }
"""
EVERY = [CANCEL, SYNCHRONIZE, UPDATE, RESEND]
STAFF_ONLY = [SYNCHRONIZE]
NAMES = ["cancel", "synchronize", "update", "resend"]


def asset_id(asset: Asset) -> str:
    return str(global_id(ASSET, asset.id))


def payload(platform: Platform, document: str, viewer: Viewer, **variables: Any) -> Any:
    (answer,) = platform.data(document, viewer, **variables).values()
    return answer


def error_codes(answer: dict[str, Any]) -> list[str]:
    return [error["code"] for error in answer["errors"]]


@pytest.fixture
def asset(platform: Platform) -> Asset:
    return platform.asset(platform.account("buyer"), platform.product())


@pytest.fixture
def buyer() -> Viewer:
    return Viewer(customer_id="buyer", email="buyer@example.com")


def worker(platform: Platform, asset: Asset, coupon_status: CouponStatus | None) -> None:
    """Have a worker carry out the cancellation meanwhile, or be refused with that status."""

    def step(asset: Asset) -> Asset:
        if coupon_status is None:
            return asset.cancelled(platform.clock())
        return asset.cancellation_refused(coupon_status)

    def work_it_off() -> None:
        with platform.writing() as work:
            work.assets.change(asset.id, step, SYSTEM, platform.clock())

    platform.meanwhile = work_it_off


def test_the_buyer_has_the_code_sent_again_a_few_times_a_day_and_staff_as_it_takes(
    platform: Platform, asset: Asset, buyer: Viewer
) -> None:
    for _ in range(CODE_AGAIN.most):
        assert payload(platform, RESEND, buyer, id=asset_id(asset))["errors"] == []

    answer = payload(platform, RESEND, buyer, id=asset_id(asset))
    assert answer == {"asset": None, "errors": [{"field": "id", "code": "LIMIT_REACHED"}]}
    assert payload(platform, RESEND, STAFF, id=asset_id(asset))["errors"] == []


def test_cancelling_waits_for_the_vendor_and_returns_the_cancelled_asset(
    platform: Platform, asset: Asset
) -> None:
    worker(platform, asset, None)
    assert payload(platform, CANCEL, STAFF, id=asset_id(asset)) == {
        "asset": {"status": "CANCELLED", "couponStatus": "CANCELLED"},
        "cancellation": {"allowed": True, "code": None, "refund": {"amount": "350.00"}},
        "errors": [],
    }


def test_the_terms_of_a_cancellation_are_those_on_which_it_was_decided(
    platform: Platform, asset: Asset, monkeypatch: pytest.MonkeyPatch
) -> None:
    cancel = cancellation.cancel

    def after_the_window(*given: Any, **named: Any) -> Asset:
        platform.clock.advance(days=17)
        return cancel(*given, **named)

    monkeypatch.setattr(cancellation, "cancel", after_the_window)
    answer = payload(platform, CANCEL, STAFF, id=asset_id(asset))
    assert error_codes(answer) == ["CANCELLATION_WINDOW_CLOSED"]
    assert answer["cancellation"]["code"] == "CANCELLATION_WINDOW_CLOSED"


def test_cancelling_starts_durable_work(platform: Platform, asset: Asset) -> None:
    payload(platform, CANCEL, STAFF, id=asset_id(asset))
    assert platform.queue.workflows == ["cancel"]


def test_a_cancellation_that_takes_longer_is_returned_as_it_stands(
    platform: Platform, asset: Asset
) -> None:
    answer = payload(platform, CANCEL, STAFF, id=asset_id(asset))
    assert (answer["asset"]["status"], answer["errors"]) == ("CANCELLING", [])


def test_the_vendors_refusal_is_an_error_and_the_sale_stands(
    platform: Platform, asset: Asset
) -> None:
    worker(platform, asset, CouponStatus.REDEEMED)
    answer = payload(platform, CANCEL, STAFF, id=asset_id(asset))
    assert (answer["asset"]["status"], error_codes(answer)) == ("ACTIVE", ["COUPON_REDEEMED"])


def test_check_only_answers_with_the_terms_and_changes_nothing(
    platform: Platform, asset: Asset
) -> None:
    answer = payload(platform, CANCEL, STAFF, id=asset_id(asset), checkOnly=True)
    assert answer["cancellation"]["allowed"]
    assert platform.stored(asset) == asset


def test_check_only_states_a_refusal_without_making_it_an_error(
    platform: Platform, asset: Asset
) -> None:
    platform.clock.advance(days=16)
    answer = payload(platform, CANCEL, STAFF, id=asset_id(asset), checkOnly=True)
    assert answer["cancellation"]["code"] == "CANCELLATION_WINDOW_CLOSED"
    assert answer["errors"] == []


def test_check_only_is_open_to_the_owner(platform: Platform, asset: Asset, buyer: Viewer) -> None:
    answer = payload(platform, CANCEL, buyer, id=asset_id(asset), checkOnly=True)
    assert answer["cancellation"]["allowed"]


def test_a_rule_that_forbids_cancelling_is_an_error_with_the_terms(
    platform: Platform, asset: Asset
) -> None:
    platform.clock.advance(days=16)
    answer = payload(platform, CANCEL, STAFF, id=asset_id(asset))
    assert error_codes(answer) == ["CANCELLATION_WINDOW_CLOSED"]
    assert answer["cancellation"]["allowed"] is False


def test_a_customer_who_may_not_cancel_alone_is_told_to_create_a_request(
    platform: Platform, asset: Asset, buyer: Viewer
) -> None:
    answer = payload(platform, CANCEL, buyer, id=asset_id(asset))
    assert error_codes(answer) == ["REQUEST_NEEDED"]
    assert platform.stored(asset).status is AssetStatus.ACTIVE


def test_a_customer_cancels_alone_where_the_distributor_allows_it(
    platform: Platform, asset: Asset, buyer: Viewer
) -> None:
    platform.switch(active=True, automatic_cancellation=True)
    answer = payload(platform, CANCEL, buyer, id=asset_id(asset))
    assert (answer["asset"]["status"], answer["errors"]) == ("CANCELLING", [])


def test_an_employee_without_the_permission_is_a_customer_like_any_other(
    platform: Platform, asset: Asset
) -> None:
    employee = Viewer(customer_id="buyer", email="buyer@example.com", is_staff=True)
    assert error_codes(payload(platform, CANCEL, employee, id=asset_id(asset))) == [
        "REQUEST_NEEDED"
    ]


def test_synchronizing_a_failed_asset_starts_durable_work(platform: Platform) -> None:
    asset = platform.asset(
        platform.account("buyer"),
        platform.product(),
        coupon_code=None,
        provisioning_status=ProvisioningStatus.FAILED,
    )
    answer = payload(platform, SYNCHRONIZE, STAFF, id=asset_id(asset))
    assert answer == {"asset": {"provisioningStatus": "PENDING"}, "errors": []}
    assert platform.queue.workflows == ["synchronize"]


def test_the_owner_renames_its_asset(platform: Platform, asset: Asset, buyer: Viewer) -> None:
    answer = payload(platform, UPDATE, buyer, id=asset_id(asset))
    assert answer == {"asset": {"friendlyName": "Wave 2"}, "errors": []}


def test_the_end_customer_renames_what_was_bought_for_it(platform: Platform) -> None:
    reseller = platform.account("reseller")
    user = platform.account("user", reseller=reseller)
    asset = platform.asset(reseller, platform.product(), end_customer_id=user.id)
    payload(platform, UPDATE, customer(user), id=asset_id(asset))
    assert platform.stored(asset).friendly_name == "Wave 2"


def test_null_takes_the_friendly_name_away(platform: Platform) -> None:
    asset = platform.asset(platform.account("buyer"), platform.product(), friendly_name="Wave 1")
    answer = payload(platform, UPDATE, STAFF, id=asset_id(asset), name=None)
    assert answer["asset"] == {"friendlyName": None}


def test_the_history_names_who_renamed_it(platform: Platform, asset: Asset, buyer: Viewer) -> None:
    payload(platform, UPDATE, buyer, id=asset_id(asset))
    with platform.tenant.reading() as work:
        entry: HistoryEntry = work.assets.history([asset.id])[asset.id][-1]
    assert (entry.actor.kind, entry.actor.name) == ("CUSTOMER", "buyer@example.com")


def test_an_error_names_its_field_as_clients_write_it(platform: Platform, asset: Asset) -> None:
    answer = payload(platform, UPDATE, STAFF, id=asset_id(asset), name="x" * 256)
    assert answer["errors"] == [{"field": "friendlyName", "code": "INVALID"}]


def test_two_changes_in_one_request_each_answer_with_their_own_result(
    platform: Platform, asset: Asset
) -> None:
    document = """
    mutation ($id: ID!) {
      first: bittitanAssetUpdate(id: $id, input: {friendlyName: "1"}) { asset { ...Both } }
      second: bittitanAssetUpdate(id: $id, input: {friendlyName: "2"}) { asset { ...Both } }
    }
    fragment Both on BitTitanAsset { friendlyName history { after } }
    """
    answer = platform.data(document, STAFF, id=asset_id(asset))
    latest = {
        name: (part["asset"]["friendlyName"], part["asset"]["history"][-1]["after"])
        for name, part in answer.items()
    }
    assert latest == {"first": ("1", "1"), "second": ("2", "2")}


def test_the_owner_has_the_welcome_email_sent_again(
    platform: Platform, asset: Asset, buyer: Viewer
) -> None:
    payload(platform, RESEND, buyer, id=asset_id(asset))
    (sent,) = platform.mailer.sent
    assert (sent.template, sent.to) == ("welcome", "it@example.com")


def test_there_is_nothing_to_send_before_there_is_a_coupon(platform: Platform) -> None:
    asset = platform.asset(platform.account("buyer"), platform.product(), coupon_code=None)
    assert error_codes(payload(platform, RESEND, STAFF, id=asset_id(asset))) == ["NOT_PROVISIONED"]


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (Unavailable("the server is busy"), "VENDOR_UNAVAILABLE"),
        (OutcomeUnknown("no answer"), "VENDOR_UNAVAILABLE"),
        (Rejected("550", "no such mailbox"), "VENDOR_REJECTED"),
        (PlatformUnavailable("the shop is busy"), "PLATFORM_UNAVAILABLE"),
        (PlatformOutcomeUnknown("no answer"), "PLATFORM_UNAVAILABLE"),
        (PlatformRejected("INVALID", "no such order"), "PLATFORM_REJECTED"),
    ],
)
def test_a_failure_outside_is_an_error_with_a_code(
    platform: Platform, asset: Asset, failure: Exception, code: str
) -> None:
    platform.mailer.failures.append(failure)  # type: ignore[arg-type]
    assert error_codes(payload(platform, RESEND, STAFF, id=asset_id(asset))) == [code]


@pytest.mark.parametrize("document", EVERY, ids=NAMES)
def test_nobody_may_change_anything(platform: Platform, asset: Asset, document: str) -> None:
    assert platform.code(document, ANONYMOUS, id=asset_id(asset)) == "PermissionDenied"


@pytest.mark.parametrize("document", STAFF_ONLY, ids=["synchronize"])
def test_what_is_for_staff_is_denied_to_the_owner(
    platform: Platform, asset: Asset, buyer: Viewer, document: str
) -> None:
    assert platform.code(document, buyer, id=asset_id(asset)) == "PermissionDenied"
    assert platform.stored(asset).status is AssetStatus.ACTIVE


@pytest.mark.parametrize("document", [UPDATE, RESEND], ids=NAMES[2:])
def test_anothers_asset_is_not_found(platform: Platform, asset: Asset, document: str) -> None:
    other = customer(platform.account("other"))
    answer = payload(platform, document, other, id=asset_id(asset))
    assert answer == {"asset": None, "errors": [{"field": "id", "code": "NOT_FOUND"}]}


@pytest.mark.parametrize("document", EVERY, ids=NAMES)
def test_every_mutation_answers_that_the_plugin_is_off(
    platform: Platform, asset: Asset, document: str
) -> None:
    platform.switch(active=False)
    answer = payload(platform, document, STAFF, id=asset_id(asset))
    assert error_codes(answer) == ["PLUGIN_INACTIVE"]


@pytest.mark.parametrize("document", EVERY, ids=NAMES)
def test_a_malformed_id_is_an_error_on_id(platform: Platform, document: str) -> None:
    answer = payload(platform, document, STAFF, id="nonsense")
    (error,) = answer["errors"]
    assert (error["field"], error["code"]) == ("id", "GRAPHQL_ERROR")
