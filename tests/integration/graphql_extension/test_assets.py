"""One asset: who may see it, and what of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bittitan_graphql.global_ids import ACCOUNT, ASSET, global_id
from bittitan_plugin.domain.access import ANONYMOUS, Permission, Viewer
from bittitan_plugin.domain.assets import Asset, ProvisioningError
from bittitan_plugin.domain.billing import InvoiceReference
from bittitan_plugin.domain.coupons import Sealed
from bittitan_plugin.domain.errors import ErrorCode
from tests.integration.graphql_extension.platform import STAFF, Platform, customer

ONE = "query ($id: ID!) { bittitanAsset(id: $id) { %s } }"


def asset_id(asset: Asset) -> str:
    return str(global_id(ASSET, asset.id))


def read(platform: Platform, viewer: Viewer, asset: Asset, fields: str) -> dict[str, object] | None:
    answer = platform.data(ONE % fields, viewer, id=asset_id(asset))
    found: dict[str, object] | None = answer["bittitanAsset"]
    return found


def test_tells_everything_about_a_sale(platform: Platform) -> None:
    buyer = platform.account("buyer")
    asset = platform.asset(
        buyer,
        platform.product(),
        friendly_name="Wave 1",
        invoice=InvoiceReference(id="i-1", number="INV-1", url="https://host.example/i-1"),
    )
    fields = """
      name friendlyName orderId orderNumber orderLineId quantity status recipientEmail
      expireDays validityDays couponStatus couponStatusInferred couponExpiresAt provisioningStatus
      purchaseDate
      productType { kind name slug productGroup } unitPrice { amount currency } total { amount }
      invoice { id number url } creditInvoice { id } endCustomer { id } cancelledAt
      provisioningError { code } product { name sku prices { amount currency } }
      account { email company }
    """
    assert read(platform, STAFF, asset, fields) == {
        "name": "Mailbox License",
        "friendlyName": "Wave 1",
        "orderId": "order-1",
        "orderNumber": "1001",
        "orderLineId": f"line-{asset.id}",
        "quantity": 25,
        "status": "ACTIVE",
        "recipientEmail": "it@example.com",
        "expireDays": 365,
        "validityDays": 180,
        "couponStatus": "AVAILABLE",
        "couponStatusInferred": False,
        "couponExpiresAt": "2027-03-10T00:00:00+00:00",
        "provisioningStatus": "SYNCHRONIZED",
        "purchaseDate": "2026-03-10T09:30:00+00:00",
        "productType": {
            "kind": "MAILBOX_LICENSE",
            "name": "BitTitan Mailbox License",
            "slug": "bittitan-mailbox-license",
            "productGroup": "BitTitan",
        },
        "unitPrice": {"amount": "14.00", "currency": "USD"},
        "total": {"amount": "350.00"},
        "invoice": {"id": "i-1", "number": "INV-1", "url": "https://host.example/i-1"},
        "creditInvoice": None,
        "endCustomer": None,
        "cancelledAt": None,
        "provisioningError": None,
        "product": {
            "name": "Mailbox License",
            "sku": "MW-MAILBOX",
            "prices": [
                {"amount": "13.00", "currency": "EUR"},
                {"amount": "14.00", "currency": "USD"},
            ],
        },
        "account": {"email": "buyer@example.com", "company": "buyer Ltd"},
    }


def test_the_buyer_reads_the_coupon_code(platform: Platform) -> None:
    buyer = platform.account("buyer")
    asset = platform.asset(buyer, platform.product())
    assert read(platform, customer(buyer), asset, "couponCode") == {"couponCode": "CODE-1234"}


def test_the_end_customer_reads_the_coupon_code(platform: Platform) -> None:
    reseller = platform.account("reseller")
    user = platform.account("user", reseller=reseller)
    asset = platform.asset(reseller, platform.product(), end_customer_id=user.id)
    assert read(platform, customer(user), asset, "couponCode") == {"couponCode": "CODE-1234"}


def test_a_reseller_sees_what_it_bought_for_an_end_customer(platform: Platform) -> None:
    reseller = platform.account("reseller")
    user = platform.account(None, reseller=reseller)
    asset = platform.asset(reseller, platform.product(), end_customer_id=user.id)
    found = read(platform, customer(reseller), asset, "endCustomer { email }")
    assert found == {"endCustomer": {"email": user.email}}


def test_an_end_customer_does_not_see_its_resellers_account(platform: Platform) -> None:
    reseller = platform.account("reseller")
    user = platform.account("user", reseller=reseller)
    asset = platform.asset(reseller, platform.product(), end_customer_id=user.id)
    assert read(platform, customer(user), asset, "account { email }") == {"account": None}


def test_anothers_asset_looks_like_a_missing_one(platform: Platform) -> None:
    asset = platform.asset(platform.account("buyer"), platform.product())
    assert read(platform, customer(platform.account("other")), asset, "id") is None


def test_an_asset_of_another_installation_does_not_exist(
    platform: Platform, platform_elsewhere: Platform
) -> None:
    asset = platform_elsewhere.asset(
        platform_elsewhere.account("buyer"), platform_elsewhere.product()
    )
    assert read(platform, STAFF, asset, "id") is None


@pytest.mark.parametrize(
    "viewer",
    [
        ANONYMOUS,
        Viewer(email="s@example.com", is_staff=True, permissions=frozenset()),
        Viewer(
            email="s@example.com",
            is_staff=True,
            permissions=frozenset(Permission) - {Permission.MANAGE_ORDERS},
        ),
    ],
    ids=["nobody", "staff without permissions", "staff without MANAGE_ORDERS"],
)
def test_without_permission_the_question_is_denied(platform: Platform, viewer: Viewer) -> None:
    asset = platform.asset(platform.account("buyer"), platform.product())
    assert platform.code(ONE % "id", viewer, id=asset_id(asset)) == "PermissionDenied"


@pytest.mark.parametrize("wrong", ["", "not base64", "Qml0VGl0YW5Bc3NldDp4"])
def test_a_malformed_id_is_an_error_on_id(platform: Platform, wrong: str) -> None:
    error = platform.error(ONE % "id", STAFF, id=wrong)
    assert error.extensions == {"exception": {"code": "GRAPHQL_ERROR"}, "field": "id"}


def test_an_id_of_another_type_is_an_error_that_names_both_types(platform: Platform) -> None:
    buyer = platform.account("buyer")
    error = platform.error(ONE % "id", STAFF, id=global_id(ACCOUNT, buyer.id))
    assert error.message.endswith("is the id of a BitTitanAccount; a BitTitanAsset id is needed.")


def test_the_terms_say_until_when_and_for_how_much(platform: Platform) -> None:
    buyer = platform.account("buyer")
    asset = platform.asset(buyer, platform.product())
    fields = "cancellation { allowed code deadline refund { amount currency } automatic }"
    assert read(platform, customer(buyer), asset, fields) == {
        "cancellation": {
            "allowed": True,
            "code": None,
            # Day 15 is 25 March; 26 March begins at 22:00 UTC in Athens, where it is still winter.
            "deadline": "2026-03-26T00:00:00+02:00",
            "refund": {"amount": "350.00", "currency": "USD"},
            "automatic": False,
        }
    }


def test_the_terms_say_why_not(platform: Platform) -> None:
    buyer = platform.account("buyer")
    asset = platform.asset(buyer, platform.product())
    platform.clock.now += timedelta(days=16)
    assert read(platform, customer(buyer), asset, "cancellation { allowed code }") == {
        "cancellation": {"allowed": False, "code": "CANCELLATION_WINDOW_CLOSED"}
    }


def test_staff_read_the_history(platform: Platform) -> None:
    asset = platform.asset(platform.account("buyer"), platform.product())
    found = read(platform, STAFF, asset, "history { actorKind actorName field before after }")
    assert {
        "actorKind": "SYSTEM",
        "actorName": "test",
        "field": "provisioningStatus",
        "before": None,
        "after": "SYNCHRONIZED",
    } in found["history"]  # type: ignore[index, operator]


def test_the_history_is_denied_to_customers_and_the_asset_still_answered(
    platform: Platform,
) -> None:
    buyer = platform.account("buyer")
    asset = platform.asset(buyer, platform.product())
    result = platform.ask(ONE % "name history { at }", customer(buyer), id=asset_id(asset))
    assert result.data == {"bittitanAsset": {"name": "Mailbox License", "history": None}}


@pytest.mark.parametrize(("is_staff", "words"), [(True, "Sign-in failed."), (False, None)])
def test_the_words_of_a_failure_are_for_staff(
    platform: Platform, is_staff: bool, words: str | None
) -> None:
    buyer = platform.account("buyer")
    error = ProvisioningError(code=ErrorCode.VENDOR_REJECTED, message="Sign-in failed.")
    asset = platform.asset(buyer, platform.product(), coupon_code=None, provisioning_error=error)
    viewer = STAFF if is_staff else customer(buyer)
    assert read(platform, viewer, asset, "provisioningError { code message }") == {
        "provisioningError": {"code": "VENDOR_REJECTED", "message": words}
    }


def test_a_code_sealed_with_a_lost_key_says_so_without_naming_settings(platform: Platform) -> None:
    asset = platform.asset(
        platform.account("buyer"), platform.product(), coupon_code=Sealed("unreadable")
    )
    error = platform.error(ONE % "couponCode", STAFF, id=asset_id(asset))
    assert error.message == "The coupon code cannot be read; ask the distributor."


def test_a_product_withdrawn_since_is_still_shown_on_the_asset(platform: Platform) -> None:
    buyer, product = platform.account("buyer"), platform.product()
    asset = platform.asset(buyer, product)
    with platform.writing() as work:
        work.products.save(replace(product, published=False))
    found = read(platform, customer(buyer), asset, "product { published }")
    assert found == {"product": {"published": False}}


def test_staff_read_while_the_plugin_is_switched_off(platform: Platform) -> None:
    asset = platform.asset(platform.account("buyer"), platform.product())
    platform.switch(active=False)
    assert read(platform, STAFF, asset, "name") == {"name": "Mailbox License"}
