"""The shop while something behind it is broken: what it says, and what becomes of an order."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit, check
from tests.browser.customer.buying import Customer, configure, coupons_of, new_customer
from tests.browser.customer.test_shop import check_out, opened, put_into_basket
from tests.browser.places import Place


@pytest.fixture
def reseller(place: Place) -> Customer:
    """New in each test."""
    return new_customer(place)


def order(page: Page, email: str) -> None:
    put_into_basket(page)
    check_out(page, email)
    page.get_by_role("button", name="Place the order").click()


def test_while_bittitan_is_away_an_order_is_taken_and_its_code_comes_later(
    place: Place, visit: Visit, reseller: Customer
) -> None:
    faults = place.sandbox.sandbox.faults
    faults.add("status", status=503)
    page = opened(visit(place, None, "/shop/"))
    order(page, reseller.email)
    expect(page.get_by_text("It takes a moment: the code appears here.")).to_be_visible()
    (asset,) = reseller.licenses()
    assert coupons_of(place, asset.id) == []
    faults.clear()
    expect(page.locator("#licences .code")).to_be_visible()
    shown = page.locator("#licences .code").inner_text()
    assert coupons_of(place, asset.id) == [(shown, "AVAILABLE")]


def test_while_the_plugin_is_off_the_shop_says_so_and_nothing_is_ordered(
    place: Place, visit: Visit, reseller: Customer
) -> None:
    configure(place, active=False)
    try:
        page = opened(visit(place, None, "/shop/"))
        expect(page.get_by_text("Licences are on hold at the moment.")).to_be_visible()
        check(page)
        order(page, reseller.email)
        expect(page.get_by_role("alert")).to_contain_text("not sold at present")
    finally:
        configure(place, active=True)
    assert reseller.licenses() == []
