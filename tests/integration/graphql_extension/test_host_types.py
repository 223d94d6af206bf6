"""Our fields on a third party's Order, User and ProductVariant."""

from datetime import timedelta

import pytest

from bittitan_graphql.loaders import NEWEST_ASSETS
from bittitan_plugin.domain.access import ANONYMOUS, Viewer
from tests.integration.graphql_extension.platform import STAFF, Platform, customer

pytestmark = pytest.mark.databases("sqlite", "postgresql")

ORDER = '{ order(id: "order-1") { number bittitanAssets { name } } }'
ME = "{ me { bittitanAssets { name } bittitanAccount { email status } } }"
USER = '{ users(ids: ["buyer"]) { bittitanAssets { name } } }'
VARIANT = '{ variant(id: "variant-1") { bittitanProduct { expireDays validityDays } } }'


def test_an_order_shows_its_assets_to_the_buyer(platform: Platform) -> None:
    buyer = platform.account("buyer")
    platform.asset(buyer, platform.product())
    platform.asset(buyer, platform.product(), order_id="order-2", name="another order's")
    answer = platform.data(ORDER, customer(buyer))
    assert answer["order"]["bittitanAssets"] == [{"name": "Mailbox License"}]


def test_an_order_shows_no_assets_to_another_customer(platform: Platform) -> None:
    platform.asset(platform.account("buyer"), platform.product())
    answer = platform.data(ORDER, customer(platform.account("other")))
    assert answer["order"]["bittitanAssets"] == []


def test_an_order_stays_readable_when_its_assets_are_denied(platform: Platform) -> None:
    platform.asset(platform.account("buyer"), platform.product())
    result = platform.ask(ORDER, ANONYMOUS)
    assert result.data == {"order": {"number": "order-1", "bittitanAssets": None}}


def test_an_order_of_something_else_has_no_assets(platform: Platform) -> None:
    assert platform.data(ORDER, STAFF)["order"]["bittitanAssets"] == []


def test_a_user_finds_its_assets_and_its_account(platform: Platform) -> None:
    buyer = platform.account("buyer")
    platform.asset(buyer, platform.product())
    assert platform.data(ME, customer(buyer))["me"] == {
        "bittitanAssets": [{"name": "Mailbox License"}],
        "bittitanAccount": {"email": "buyer@example.com", "status": "UNSYNCHRONIZED"},
    }


def test_a_user_who_never_bought_anything_has_neither(platform: Platform) -> None:
    viewer = Viewer(customer_id="newcomer", email="new@example.com")
    answer = platform.data(ME, viewer)
    assert answer["me"] == {"bittitanAssets": [], "bittitanAccount": None}


def test_a_user_shows_another_customer_only_what_both_may_see(platform: Platform) -> None:
    reseller, product = platform.account("reseller"), platform.product()
    buyer = platform.account("buyer", reseller=reseller)
    platform.asset(reseller, product, name="resold", end_customer_id=buyer.id)
    platform.asset(buyer, product, name="bought elsewhere")
    answer = platform.data(USER, customer(reseller))
    assert answer["users"][0]["bittitanAssets"] == [{"name": "resold"}]


def test_a_user_lists_the_newest_first_and_no_more_than_the_cap(
    platform_on_either: Platform,
) -> None:
    buyer, product = platform_on_either.account("buyer"), platform_on_either.product()
    for number in range(NEWEST_ASSETS + 1):
        purchase_date = platform_on_either.clock() + timedelta(hours=number)
        platform_on_either.asset(buyer, product, name=str(number), purchase_date=purchase_date)
    (user,) = platform_on_either.data(USER, STAFF)["users"]
    found = [int(asset["name"]) for asset in user["bittitanAssets"]]
    assert found == list(range(NEWEST_ASSETS, 0, -1))


def test_an_asset_between_two_listed_users_belongs_to_both(platform_on_either: Platform) -> None:
    reseller, product = platform_on_either.account("reseller"), platform_on_either.product()
    user = platform_on_either.account("user", reseller=reseller)
    platform_on_either.asset(reseller, product, end_customer_id=user.id, name="resold")
    document = '{ users(ids: ["reseller", "user"]) { bittitanAssets { name } } }'
    expected = [{"bittitanAssets": [{"name": "resold"}]}] * 2
    assert platform_on_either.data(document, STAFF)["users"] == expected


def test_a_users_account_is_not_shown_to_another_customer(platform: Platform) -> None:
    platform.account("buyer")
    document = '{ users(ids: ["buyer"]) { bittitanAccount { email } } }'
    answer = platform.data(document, customer(platform.account("other")))
    assert answer["users"] == [{"bittitanAccount": None}]


def test_a_variant_tells_anyone_both_clocks_of_its_product(platform: Platform) -> None:
    platform.product(variant_id="variant-1")
    answer = platform.data(VARIANT, ANONYMOUS)
    assert answer["variant"]["bittitanProduct"] == {"expireDays": 365, "validityDays": 180}


@pytest.mark.parametrize(
    ("viewer", "shown"), [(STAFF, True), (ANONYMOUS, False)], ids=["staff", "nobody"]
)
def test_an_unpublished_product_is_for_staff(
    platform: Platform, viewer: Viewer, shown: bool
) -> None:
    platform.product(variant_id="variant-1", published=False)
    answer = platform.data(VARIANT, viewer)
    assert (answer["variant"]["bittitanProduct"] is not None) is shown


def test_a_variant_of_something_else_has_no_product(platform: Platform) -> None:
    assert platform.data(VARIANT, ANONYMOUS)["variant"]["bittitanProduct"] is None


def test_a_host_pages_its_own_lists_beside_ours(platform: Platform) -> None:
    document = """
    {
      orderPage { pageInfo { hasNextPage } }
      bittitanProducts(first: 1) { pageInfo { hasNextPage } }
    }
    """
    page = {"pageInfo": {"hasNextPage": False}}
    assert platform.data(document) == {"orderPage": page, "bittitanProducts": page}


def test_a_hosts_own_mutations_stay(platform: Platform) -> None:
    assert platform.data('mutation { orderNote(text: "x") }') == {"orderNote": "x"}
