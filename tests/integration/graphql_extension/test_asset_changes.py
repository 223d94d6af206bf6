"""Changing and synchronizing an asset through GraphQL: who may, and what is answered."""

from typing import Any

import pytest

from bittitan_graphql.global_ids import ASSET, global_id
from bittitan_plugin.domain.access import Viewer
from bittitan_plugin.domain.accounts import Account
from bittitan_plugin.domain.assets import Asset, ProvisioningStatus
from bittitan_plugin.domain.coupons import CouponStatus
from bittitan_plugin.domain.errors import ErrorCode
from tests.integration.graphql_extension.platform import STAFF, SYSTEM, Platform, customer

UPDATE = """
mutation ($id: ID!, $input: BitTitanAssetUpdateInput!) {
  bittitanAssetUpdate(id: $id, input: $input) {
    asset { friendlyName expireDays endCustomer { email } provisioningStatus }
    errors { field code }
  }
}
"""
SYNCHRONIZE = """
mutation ($id: ID!) {
  bittitanAssetSynchronize(id: $id) {
    asset { couponStatus couponStatusInferred } outcome errors { message code }
  }
}
"""
END_CUSTOMER = {"endCustomer": {"email": "it@fabrikam.example", "name": "Fabrikam"}}


@pytest.fixture
def buyer(platform: Platform) -> Account:
    return platform.account("buyer")


@pytest.fixture
def asset(platform: Platform, buyer: Account) -> Asset:
    return platform.asset(buyer, platform.product(), friendly_name="Wave 1")


def failed(platform: Platform, buyer: Account) -> Asset:
    return platform.asset(
        buyer,
        platform.product(),
        coupon_code=None,
        provisioning_status=ProvisioningStatus.FAILED,
    )


def update(platform: Platform, viewer: Viewer, asset: Asset, **wanted: Any) -> Any:
    document_id = global_id(ASSET, asset.id)
    return platform.data(UPDATE, viewer, id=document_id, input=wanted)["bittitanAssetUpdate"]


def synchronize(platform: Platform, asset: Asset) -> Any:
    answer = platform.data(SYNCHRONIZE, STAFF, id=global_id(ASSET, asset.id))
    return answer["bittitanAssetSynchronize"]


def test_what_is_left_out_stays(platform: Platform, asset: Asset, buyer: Account) -> None:
    answer = update(platform, customer(buyer), asset, **END_CUSTOMER)
    assert answer["asset"]["friendlyName"] == "Wave 1"
    assert answer["asset"]["endCustomer"] == {"email": "it@fabrikam.example"}


def test_null_takes_the_end_customer_away(platform: Platform, asset: Asset, buyer: Account) -> None:
    update(platform, customer(buyer), asset, **END_CUSTOMER)
    answer = update(platform, customer(buyer), asset, endCustomer=None)
    assert answer["asset"]["endCustomer"] is None


def test_an_end_customer_does_not_give_its_licences_to_another(platform: Platform) -> None:
    reseller = platform.account("reseller")
    user = platform.account("user", reseller=reseller)
    asset = platform.asset(reseller, platform.product(), end_customer_id=user.id)
    code = platform.code(UPDATE, customer(user), id=global_id(ASSET, asset.id), input=END_CUSTOMER)
    assert code == "PermissionDenied"


def test_customers_do_not_set_the_clocks(platform: Platform, buyer: Account) -> None:
    asset = failed(platform, buyer)
    wanted = {"expireDays": 3650}
    code = platform.code(UPDATE, customer(buyer), id=global_id(ASSET, asset.id), input=wanted)
    assert code == "PermissionDenied"


def test_the_clocks_of_a_provisioned_asset_are_an_error_on_them(
    platform: Platform, asset: Asset
) -> None:
    answer = update(platform, STAFF, asset, expireDays=90)
    assert answer["errors"] == [{"field": "expireDays", "code": "ALREADY_PROVISIONED"}]


def test_saving_a_failed_asset_synchronizes_it_again(platform: Platform, buyer: Account) -> None:
    answer = update(platform, STAFF, failed(platform, buyer), expireDays=90)
    assert answer["asset"]["provisioningStatus"] == "PENDING"
    assert platform.queue.workflows == ["synchronize"]


def test_synchronizing_says_that_nothing_has_changed(platform: Platform, asset: Asset) -> None:
    assert synchronize(platform, asset)["outcome"] == "UNCHANGED"


def test_synchronizing_says_that_the_coupon_has_been_used(platform: Platform, asset: Asset) -> None:
    platform.ports.vendors.said[asset.coupon_id] = None  # type: ignore[attr-defined]
    answer = synchronize(platform, asset)
    assert (answer["outcome"], answer["asset"]["couponStatus"]) == ("UPDATED", "REDEEMED")
    assert answer["asset"]["couponStatusInferred"]


@pytest.mark.parametrize(("adopted", "did"), [(True, "ADOPTED"), (False, "ISSUED")])
def test_synchronizing_says_how_the_coupon_was_obtained(
    platform: Platform, buyer: Account, adopted: bool, did: str
) -> None:
    asset = failed(platform, buyer)

    def obtain() -> None:
        sealed = platform.ports.cipher.seal("CODE-1234")
        with platform.writing() as work:
            work.assets.change(
                asset.id,
                lambda a: a.provisioned(
                    "c-1", sealed, CouponStatus.AVAILABLE, platform.clock(), adopted=adopted
                ),
                SYSTEM,
                platform.clock(),
            )

    platform.meanwhile = obtain
    assert synchronize(platform, asset)["outcome"] == did


def test_synchronizing_says_that_and_why_bittitan_refuses(
    platform: Platform, buyer: Account
) -> None:
    asset = failed(platform, buyer)

    def refuse() -> None:
        with platform.writing() as work:
            work.assets.change(
                asset.id,
                lambda a: a.failed(ErrorCode.VENDOR_REJECTED, "no such SKU"),
                SYSTEM,
                platform.clock(),
            )

    platform.meanwhile = refuse
    answer = synchronize(platform, asset)
    assert (answer["outcome"], answer["errors"]) == (
        "REFUSED",
        [{"message": "no such SKU", "code": "VENDOR_REJECTED"}],
    )


def test_synchronizing_does_not_claim_what_is_still_under_way(
    platform: Platform, buyer: Account
) -> None:
    assert synchronize(platform, failed(platform, buyer))["outcome"] is None
