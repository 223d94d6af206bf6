"""From an empty database to a reseller's end customer holding a coupon, and to its cancellation.

The story is told once on each platform and each kind of database, by a real application over real
HTTP; each test then reads one fact in what was answered on the way.
"""

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest

from bittitan_plugin.bittitan.sandbox import DEFAULT_PASSWORD
from tests.acceptance.embedded_platform import embedded_platform
from tests.acceptance.first_sale import END_CUSTOMER, RESELLER, Sale, body_of
from tests.acceptance.platforms import Opening, opened
from tests.acceptance.saleor_platform import saleor_platform
from tests.empty_database import KINDS, empty_database

ROUTES = ["storefront", "NEXT_BILLING_DAY", "NONE"]
PLATFORMS: dict[str, Opening] = {"embedded": embedded_platform, "saleor": saleor_platform}


@pytest.fixture(scope="module", params=product(PLATFORMS, KINDS), ids="-".join)
def sale(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Sale]:
    """The story, told to its end."""
    platform, kind = request.param
    directory = tmp_path_factory.mktemp(f"first-sale-{platform}-{kind}")
    opening = PLATFORMS[platform]
    with empty_database(kind, directory) as url, opened(opening, url, directory) as shop:
        told = Sale(shop)
        told.tell()
        yield told


def asset_of(order: Any) -> Any:
    (asset,) = order["bittitanAssets"]
    return asset


def settings_in(plugin: Any) -> dict[str, str]:
    items = plugin["globalConfiguration"]["configuration"]
    return {item["name"]: item["value"] for item in items}


# Activation


def test_the_plugin_is_off_in_an_empty_shop(sale: Sale) -> None:
    assert sale["at first"]["globalConfiguration"]["active"] is False


def test_a_wrong_password_is_named_on_its_field(sale: Sale) -> None:
    (error,) = sale["wrong password"]["errors"]
    assert (error["field"], error["code"]) == sale.platform.facts.wrong_password


def test_a_refused_setting_changes_nothing(sale: Sale) -> None:
    assert sale["after the wrong password"] == sale["at first"]


def test_the_right_settings_switch_the_plugin_on(sale: Sale) -> None:
    assert sale["right settings"]["errors"] == []
    assert sale["after the right settings"]["globalConfiguration"]["active"] is True


def test_the_password_never_comes_back(sale: Sale) -> None:
    shown = settings_in(sale["after the right settings"])["api_password"]
    assert shown != ""
    assert DEFAULT_PASSWORD not in shown


# Catalogue


def test_get_services_definition_creates_both_product_types(sale: Sale) -> None:
    types = sale["first services definition"]["productTypes"]
    assert {(each["productType"]["name"], each["created"]) for each in types} == {
        ("BitTitan Mailbox License", True),
        ("BitTitan User Migration Bundle", True),
    }


def test_get_services_definition_imports_every_article_of_the_vendor(sale: Sale) -> None:
    fetched = sale["first services definition"]
    assert (fetched["created"], fetched["skipped"]) == (5, [])


def test_get_services_definition_a_second_time_changes_nothing(sale: Sale) -> None:
    again = sale["second services definition"]
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, 5)


def test_a_new_product_has_both_clocks_at_365_days(sale: Sale) -> None:
    assert (sale["imported"]["expireDays"], sale["imported"]["validityDays"]) == (365, 365)


def test_nothing_is_for_sale_before_it_is_published(sale: Sale) -> None:
    assert sale["seen before publishing"] == []


def test_a_published_product_is_for_sale_at_the_distributors_price(sale: Sale) -> None:
    (variant,) = sale["seen after publishing"]
    price = variant["pricing"]["price"]["gross"]
    assert (variant["sku"], float(price["amount"]), price["currency"]) == (
        "MW-MAILBOX",
        13.5,
        "USD",
    )


# Accounts


def test_an_unsynchronized_reseller_cannot_order(sale: Sale) -> None:
    assert [e["code"] for e in sale["unsynchronized"]["errors"]] == ["ACCOUNT_NOT_SYNCHRONIZED"]


def test_staff_synchronize_the_resellers_account(sale: Sale) -> None:
    assert (sale["synchronized"]["status"], sale["synchronized"]["email"]) == (
        "SYNCHRONIZED",
        RESELLER,
    )


# The storefront order


def test_the_basket_shows_the_total(sale: Sale) -> None:
    total = sale["basket"]["totalPrice"]["gross"]
    assert (float(total["amount"]), total["currency"]) == (337.5, "USD")


@pytest.mark.parametrize("route", ROUTES)
def test_the_reseller_is_the_account_and_its_customer_the_end_customer(
    sale: Sale, route: str
) -> None:
    asset = asset_of(sale[route])
    assert (asset["account"]["email"], asset["endCustomer"]["email"]) == (RESELLER, END_CUSTOMER)


@pytest.mark.parametrize("route", ROUTES)
def test_the_asset_carries_its_friendly_name_quantity_and_price(sale: Sale, route: str) -> None:
    asset = asset_of(sale[route])
    assert (asset["friendlyName"], asset["quantity"], asset["total"]) == (
        "Fabrikam mail move",
        25,
        {"amount": "337.50", "currency": "USD"},
    )


@pytest.mark.parametrize("route", ROUTES)
def test_the_coupon_is_the_one_the_vendor_issued_for_all_licenses(sale: Sale, route: str) -> None:
    issued = {coupon.code: coupon.quantity for coupon in sale.shop.sandbox.sandbox.ledger()}
    asset = asset_of(sale[route])
    assert issued[asset["couponCode"]] == 25
    assert asset["provisioningStatus"] == "SYNCHRONIZED"


def test_the_vendor_issued_one_coupon_for_each_order_and_no_more(sale: Sale) -> None:
    codes = [asset_of(sale[route])["couponCode"] for route in ROUTES]
    assert sorted(codes) == sorted(c.code for c in sale.shop.sandbox.sandbox.ledger())


def test_the_reseller_sees_its_coupons_by_graphql(sale: Sale) -> None:
    seen = {asset["couponCode"] for asset in sale["seen by the reseller"]}
    assert seen == {asset_of(sale[route])["couponCode"] for route in ROUTES}


def test_another_customer_sees_none_of_it(sale: Sale) -> None:
    assert sale["seen by another"] == []


def test_the_invoice_of_a_storefront_order_names_the_reseller_and_stands_on_the_asset(
    sale: Sale,
) -> None:
    (invoice,) = sale["storefront"]["invoices"]
    assert invoice["billedTo"] == "Example Reseller"
    assert asset_of(sale["storefront"])["invoice"]["number"] == invoice["number"]


def test_on_completion_asset_invoice_code_and_welcome_come_in_this_order(sale: Sale) -> None:
    steps = {"status": "asset", "invoice": "invoice", "coupon": "code", "welcomeEmail": "welcome"}
    fields = [entry["field"] for entry in sale["history"]]
    followed = [steps[field] for field in fields if field in steps]
    assert followed == sale.platform.facts.completion


def test_the_history_never_holds_a_coupon_code(sale: Sale) -> None:
    codes = [coupon.code for coupon in sale.shop.sandbox.sandbox.ledger()]
    assert [code for code in codes if code in repr(sale["history"])] == []


# The staff orders


def test_staff_choose_among_three_invoice_options(sale: Sale) -> None:
    names = [option["name"] for option in sale["invoicing options"]]
    assert names == sale.platform.facts.invoicing_options


def test_staff_draft_an_order_before_they_execute_it(sale: Sale) -> None:
    stages = [sale[f"NEXT_BILLING_DAY {stage}"]["status"] for stage in ("drafted", "executed")]
    assert stages == ["DRAFT", "UNFULFILLED"]


@pytest.mark.parametrize("invoicing", ["NEXT_BILLING_DAY", "NONE"])
def test_a_staff_order_keeps_the_invoicing_that_was_chosen(sale: Sale, invoicing: str) -> None:
    chosen = invoicing if sale.platform.facts.shows_invoicing else None
    assert sale[f"{invoicing} executed"]["invoicing"] == chosen


@pytest.mark.parametrize("invoicing", ["NEXT_BILLING_DAY", "NONE"])
def test_a_staff_order_is_provisioned_without_an_invoice_of_today(
    sale: Sale, invoicing: str
) -> None:
    assert (sale[invoicing]["invoices"], asset_of(sale[invoicing])["invoice"]) == ([], None)


# The e-mails


def test_each_order_is_welcomed_by_one_email_to_the_reseller(sale: Sale) -> None:
    assert [message["To"] for message in sale.emails] == [RESELLER] * len(ROUTES)


@pytest.mark.parametrize("route", ROUTES)
def test_the_email_holds_the_code_and_names_the_end_customer(sale: Sale, route: str) -> None:
    code = asset_of(sale[route])["couponCode"]
    (body,) = [body_of(message) for message in sale.emails if code in body_of(message)]
    assert "Fabrikam" in body.replace("Fabrikam mail move", "")


def test_the_email_welcomes_a_bittitan_integration_customer(sale: Sale) -> None:
    subjects = {str(message["Subject"]) for message in sale.emails}
    assert {subject.partition(":")[0] for subject in subjects} == {
        "Welcome BitTitan Integration customer"
    }
    assert all(", order " in subject for subject in subjects)


@pytest.mark.parametrize(
    "words", ["25 licences", "https://migrationwiz.bittitan.com/", "365 days", "Fabrikam mail move"]
)
def test_the_email_tells_its_reader(sale: Sale, words: str) -> None:
    assert [words in body_of(message) for message in sale.emails] == [True] * len(ROUTES)


# The cancellation


def test_the_reseller_is_told_the_terms_before_anything_happens(sale: Sale) -> None:
    terms = sale["terms"]
    assert (terms["allowed"], terms["refund"]) == (True, {"amount": "337.50", "currency": "USD"})


def test_the_cancelled_assets_coupon_is_revoked_at_the_vendor_and_no_other(sale: Sale) -> None:
    revoked = [c.code for c in sale.shop.sandbox.sandbox.ledger() if c.status == "CANCELLED"]
    assert revoked == [asset_of(sale["storefront"])["couponCode"]]
    assert asset_of(sale["cancelled"])["status"] == "CANCELLED"


def test_one_credit_invoice_stands_on_the_asset_and_at_the_platform(sale: Sale) -> None:
    credit = asset_of(sale["cancelled"])["creditInvoice"]["number"]
    numbers = [each["number"] for each in sale["cancelled"]["invoices"]]
    before = [each["number"] for each in sale["storefront"]["invoices"]]
    assert numbers == [*before, credit]


def test_the_full_amount_is_paid_back(sale: Sale) -> None:
    assert float(sale["cancelled"]["totalRefunded"]["amount"]) == 337.5


def test_cancelling_again_is_refused(sale: Sale) -> None:
    assert [e["code"] for e in sale["cancelled again"]["errors"]] == ["ALREADY_CANCELLED"]
