"""Resellers order for themselves or for end customers; who may see what of it."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from bittitan_plugin.domain.accounts import Account
from bittitan_plugin.domain.orders import Customer, EndCustomer
from bittitan_plugin.services.accounts.customers import ensure_account, ensure_end_customer
from tests.integration.ordering.documents import ACCOUNTS, ASSETS
from tests.integration.ordering.storefront import Storefront, person
from tests.world import Shop


def fabrikam() -> dict[str, Any]:
    """An end customer nobody has heard of."""
    address = f"it@{uuid4().hex[:10]}.example"
    return {"end_customer_email": address, "end_customer_name": "Fabrikam"}


def only_asset(order: Any) -> Any:
    (asset,) = order["bittitanAssets"]
    return asset


def listed(storefront: Storefront, document: str, user: Any) -> set[str]:
    return {edge["node"]["id"] for edge in storefront.ask(document, user)["edges"]}


def test_a_reseller_orders_for_itself(storefront: Storefront) -> None:
    asset = only_asset(storefront.buy(storefront.reseller))
    assert (asset["account"]["email"], asset["endCustomer"]) == (storefront.reseller.email, None)


def test_a_reseller_orders_for_a_new_end_customer(storefront: Storefront) -> None:
    new = fabrikam()
    asset = only_asset(storefront.buy(storefront.reseller, **new))
    assert asset["endCustomer"]["email"] == new["end_customer_email"]
    assert asset["endCustomer"]["company"] == "Fabrikam"


@pytest.mark.parametrize("spelling", [str.lower, str.upper, str.title])
def test_a_reseller_orders_for_an_end_customer_it_has_whatever_the_case(
    storefront: Storefront, spelling: Any
) -> None:
    known = fabrikam()
    first = only_asset(storefront.buy(storefront.reseller, **known))
    known["end_customer_email"] = spelling(known["end_customer_email"])
    second = only_asset(storefront.buy(storefront.reseller, **known))
    assert second["endCustomer"]["id"] == first["endCustomer"]["id"]


def test_the_same_address_under_another_reseller_is_another_account(
    storefront: Storefront,
) -> None:
    shared = fabrikam()
    first = only_asset(storefront.buy(storefront.reseller, **shared))
    second = only_asset(storefront.buy(storefront.stranger, **shared))
    assert second["endCustomer"]["id"] != first["endCustomer"]["id"]


@pytest.mark.databases("sqlite", "postgresql")
def test_first_orders_at_once_open_one_account_for_the_end_customer(shop: Shop) -> None:
    def order(number: int) -> Account:
        email = f"IT@{'Fabrikam' if number % 2 else 'fabrikam'}.example"
        with shop.tenant.writing() as work:
            customer = Customer(id="reseller", email="r@example.com", company="Contoso")
            reseller = ensure_account(shop.ports, work, customer)
            return ensure_end_customer(
                shop.ports, work, reseller, EndCustomer(email=email, name="Fabrikam")
            )

    with ThreadPoolExecutor(8) as pool:
        assert len({found.id for found in pool.map(order, range(8))}) == 1


def test_the_asset_names_the_reseller_and_the_end_customer(storefront: Storefront) -> None:
    new = fabrikam()
    asset = only_asset(storefront.buy(storefront.reseller, **new))
    named = (asset["account"]["email"], asset["endCustomer"]["email"])
    assert named == (storefront.reseller.email, new["end_customer_email"])


def test_the_invoice_names_the_reseller_who_pays(storefront: Storefront) -> None:
    order = storefront.buy(storefront.reseller, **fabrikam())
    assert [invoice["billedTo"] for invoice in order["invoices"]] == ["Reseller"]


def test_the_welcome_goes_to_the_reseller_and_names_the_end_customer(
    storefront: Storefront,
) -> None:
    storefront.buy(storefront.reseller, **fabrikam())
    (sent,) = storefront.emails
    assert (sent.to, sent.values["end_customer"]) == (storefront.reseller.email, "Fabrikam")


def test_everyone_may_order_once_their_account_is_synchronized(storefront: Storefront) -> None:
    assert only_asset(storefront.buy(storefront.stranger))["couponCode"]


def test_a_reseller_sees_its_own_assets_and_those_of_its_end_customers(
    storefront: Storefront,
) -> None:
    own = only_asset(storefront.buy(storefront.reseller))["id"]
    theirs = only_asset(storefront.buy(storefront.reseller, **fabrikam()))["id"]
    assert listed(storefront, ASSETS, storefront.reseller) == {own, theirs}


def test_a_reseller_sees_the_coupon_codes_of_its_end_customers(storefront: Storefront) -> None:
    storefront.buy(storefront.reseller, **fabrikam())
    (edge,) = storefront.ask(ASSETS, storefront.reseller)["edges"]
    assert edge["node"]["couponCode"]


def test_a_reseller_sees_nobody_elses_assets(storefront: Storefront) -> None:
    shared = fabrikam()
    storefront.buy(storefront.reseller, **shared)
    own = only_asset(storefront.buy(storefront.stranger, **shared))["id"]
    assert listed(storefront, ASSETS, storefront.stranger) == {own}


def test_a_reseller_sees_its_own_account_and_its_end_customers_and_no_other(
    storefront: Storefront,
) -> None:
    shared = fabrikam()
    mine = only_asset(storefront.buy(storefront.reseller, **shared))
    storefront.buy(storefront.stranger, **shared)
    own = {mine["account"]["id"], mine["endCustomer"]["id"]}
    assert listed(storefront, ACCOUNTS, storefront.reseller) == own


def test_a_customer_without_orders_sees_nothing(storefront: Storefront) -> None:
    storefront.buy(storefront.reseller, **fabrikam())
    newcomer = person(storefront.platform, "newcomer")
    assert listed(storefront, ASSETS, newcomer) == set()
