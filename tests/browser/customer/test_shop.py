"""The shop in a real browser: from the product to the code, as a headless frontend goes."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from bittitan_plugin.platforms.shop.demo_data import DEMO_PASSWORD
from tests.browser.conftest import Visit, check
from tests.browser.customer.buying import PRODUCT, Customer, coupons_of, new_customer
from tests.browser.places import Place, open_place

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}


@pytest.fixture
def reseller(place: Place) -> Customer:
    """New in each test."""
    return new_customer(place)


@pytest.fixture
def shop(place: Place, visit: Visit) -> Page:
    """The shop, with nobody signed in."""
    return opened(visit(place, None, "/shop/"))


def opened(page: Page) -> Page:
    page.locator("#shop[data-ready]").wait_for()
    return page


def put_into_basket(page: Page, quantity: int = 7, **wishes: str) -> None:
    page.get_by_role("button", name=f"Choose {PRODUCT}").click()
    page.get_by_label("Number of licences").fill(str(quantity))
    page.get_by_label("Friendly name").fill(wishes.get("name", ""))
    if "email" in wishes:
        page.get_by_label("For whom").select_option(label="A new end customer")
        newcomer = page.locator("#newcomer")
        newcomer.get_by_label("E-mail address").fill(wishes["email"])
        newcomer.get_by_label("Company").fill(wishes.get("company", ""))
    page.get_by_role("button", name="Put into the basket").click()


def sign_in(page: Page, email: str, password: str = DEMO_PASSWORD) -> None:
    """On the page for everybody, which leads back."""
    page.wait_for_url(re.compile(r"/sign-in\?next="))
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def check_out(page: Page, email: str) -> None:
    page.get_by_role("button", name="Check out").click()
    sign_in(page, email)
    page.get_by_role("heading", name="Your order").wait_for()


def test_where_prices_are_without_tax_the_last_step_says_what_is_paid(
    tmp_path: Path, visit: Visit
) -> None:
    with open_place(tmp_path, tax_rate="24", prices_include_tax="false") as place:
        page = opened(visit(place, None, "/shop/"))
        expect(page.get_by_text("Prices are without tax: 24 % is added")).to_be_visible()
        put_into_basket(page, 3)
        expect(page.get_by_text("Total: 42.00 USD, plus 24 % tax")).to_be_visible()
        check_out(page, new_customer(place).email)
        expect(page.get_by_text("Total: 52.08 USD, of which 10.08 USD tax")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", [{}, PHONE], ids=["desk", "telephone"])
def test_every_step_is_accessible(
    place: Place, visit: Visit, reseller: Customer, scheme: str, device: dict[str, object]
) -> None:
    page = opened(visit(place, None, "/shop/", color_scheme=scheme, **device))
    check(page)
    page.get_by_role("button", name=f"Choose {PRODUCT}").click()
    page.get_by_label("For whom").select_option(label="A new end customer")
    check(page)
    page.get_by_role("button", name="Back").first.click()
    put_into_basket(page)
    check(page)
    page.get_by_role("button", name="Check out").click()
    check(page)
    sign_in(page, reseller.email)
    page.get_by_role("heading", name="Your order").wait_for()
    check(page)
    page.get_by_role("button", name="Place the order").click()
    page.locator("#licences .code").wait_for()
    expect(page.get_by_role("link", name="Invoice INV-")).to_be_visible()
    check(page)


def test_only_licences_are_on_offer_each_with_both_clocks(shop: Page) -> None:
    offers = shop.locator("#offer-list > li")
    expect(offers).to_have_count(2)
    text = " ".join(offers.all_inner_texts())
    assert "Conference mug" not in text
    assert text.count("The coupon code can be redeemed for 365 days") == 2


def test_a_sale_from_the_product_to_the_code(place: Place, shop: Page, reseller: Customer) -> None:
    put_into_basket(shop, 7, name="Wave <b>1</b>", email="it@fabrikam.example", company="Fabrikam")
    expect(shop.locator("#basket-total")).to_have_text("98.00 USD")
    check_out(shop, reseller.email)
    expect(shop.locator("#review-total")).to_have_text("98.00 USD")
    shop.get_by_role("button", name="Place the order").click()
    shown = shop.locator("#licences .code").inner_text()
    (asset,) = reseller.licenses()
    assert coupons_of(place, asset.id) == [(shown, "AVAILABLE")]
    assert (asset.quantity, asset.friendly_name) == (7, "Wave <b>1</b>")
    assert asset.end_customer_id is not None
    expect(shop.locator("#licences h3")).to_have_text("Wave <b>1</b>")
    expect(shop.locator("#licences")).to_contain_text("7 licences for Fabrikam, 98.00 USD")


def test_two_lines_are_two_licences_with_a_code_each(shop: Page, reseller: Customer) -> None:
    put_into_basket(shop, 1, name="First")
    shop.get_by_role("button", name="Choose more").click()
    put_into_basket(shop, 2, name="Second")
    expect(shop.locator("#basket-total")).to_have_text("42.00 USD")
    check_out(shop, reseller.email)
    shop.get_by_role("button", name="Place the order").click()
    expect(shop.locator("#licences .code")).to_have_count(2)
    assert sorted(asset.quantity for asset in reseller.licenses()) == [1, 2]


def test_an_existing_end_customer_is_chosen_from_the_list(shop: Page, reseller: Customer) -> None:
    reseller.bought(end_customer_email="it@fabrikam.example", end_customer_name="Fabrikam")
    shop.get_by_role("link", name="Sign in").click()
    sign_in(shop, reseller.email)
    shop.get_by_role("button", name=f"Choose {PRODUCT}").click()
    shop.get_by_label("For whom").select_option(label="Fabrikam (it@fabrikam.example)")
    shop.get_by_role("button", name="Put into the basket").click()
    shop.get_by_role("button", name="Check out").click()
    shop.get_by_role("button", name="Place the order").click()
    shop.locator("#licences .code").wait_for()
    newest, before = reseller.licenses()
    assert newest.end_customer_id == before.end_customer_id


def test_the_basket_survives_a_reload(shop: Page) -> None:
    put_into_basket(shop, 3)
    shop.reload()
    opened(shop)
    expect(shop.locator("#basket-count")).to_have_text("3 licences")


def test_a_quantity_is_changed_and_a_line_removed(shop: Page) -> None:
    put_into_basket(shop, 3)
    quantity = shop.get_by_label(f"Licences of {PRODUCT}")
    quantity.fill("4")
    quantity.press("Tab")
    expect(shop.locator("#basket-total")).to_have_text("56.00 USD")
    shop.get_by_role("button", name=f"Remove {PRODUCT}").click()
    expect(shop.get_by_text("There is nothing in it.")).to_be_visible()


def test_a_wrong_password_is_said_and_the_basket_kept(shop: Page, reseller: Customer) -> None:
    put_into_basket(shop)
    shop.get_by_role("button", name="Check out").click()
    expect(shop.get_by_text("your basket is kept")).to_be_visible()
    sign_in(shop, reseller.email, "wrong password")
    expect(shop.get_by_role("alert")).to_contain_text("do not belong together")
    shop.get_by_label("Password").fill(DEMO_PASSWORD)
    shop.get_by_role("button", name="Sign in").click()
    expect(shop.locator("#review-total")).to_have_text("98.00 USD")


def test_an_order_refused_by_the_shop_says_why_and_can_be_mended(
    shop: Page, reseller: Customer
) -> None:
    put_into_basket(shop, 100_000_000)
    shop.get_by_role("button", name="Check out").click()
    sign_in(shop, reseller.email)
    expect(shop.get_by_role("alert")).to_contain_text("licences")
    quantity = shop.get_by_label(f"Licences of {PRODUCT}")
    quantity.fill("5")
    quantity.press("Tab")
    shop.get_by_role("button", name="Check out").click()
    expect(shop.locator("#review-total")).to_have_text("70.00 USD")
    expect(shop.get_by_role("alert")).to_have_count(0)
    assert reseller.licenses() == []


def test_a_double_click_orders_once(shop: Page, reseller: Customer) -> None:
    put_into_basket(shop)
    check_out(shop, reseller.email)
    shop.get_by_role("button", name="Place the order").dblclick()
    shop.locator("#licences .code").wait_for()
    assert len(reseller.licenses()) == 1


def test_an_answer_that_got_lost_is_asked_for_again_without_ordering_twice(
    shop: Page, reseller: Customer
) -> None:
    put_into_basket(shop)
    check_out(shop, reseller.email)
    lost: list[str] = []

    def lose(route: Route) -> None:
        if "StorefrontCheckoutComplete" in (route.request.post_data or "") and not lost:
            # The shop gets it and does it; the answer never arrives.
            lost.append(route.fetch().text())
            route.abort()
        else:
            route.continue_()

    shop.route("**/graphql/", lose)
    button = shop.get_by_role("button", name="Place the order")
    button.click()
    expect(shop.get_by_role("alert")).to_contain_text("cannot be reached")
    button.click()
    shop.locator("#licences .code").wait_for()
    assert len(lost) == len(reseller.licenses()) == 1


def test_a_session_that_ended_asks_to_sign_in_and_goes_on(
    place: Place, visit: Visit, shop: Page, reseller: Customer
) -> None:
    put_into_basket(shop)
    check_out(shop, reseller.email)
    elsewhere = visit(place, reseller.email, "/portal/")
    elsewhere.get_by_role("button", name="Sign out everywhere").click()
    elsewhere.wait_for_url("**/sign-in")
    shop.get_by_role("button", name="Place the order").click()
    sign_in(shop, reseller.email)
    shop.get_by_role("button", name="Place the order").click()
    shop.locator("#licences .code").wait_for()
    assert len(reseller.licenses()) == 1


def test_who_signed_in_for_the_portal_is_signed_in_here_and_out_of_both(
    place: Place, visit: Visit, reseller: Customer
) -> None:
    page = visit(place, reseller.email, "/portal/")
    page.get_by_role("link", name="Shop").click()
    put_into_basket(opened(page))
    page.get_by_role("button", name="Check out").click()
    page.get_by_role("heading", name="Your order").wait_for()
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.goto("/portal/")
    page.wait_for_url(re.compile(r"/sign-in\?next="))
    page.goto("/shop/")
    expect(opened(page).get_by_role("link", name="Sign in")).to_be_visible()


def test_the_token_is_kept_where_no_other_page_finds_it(shop: Page, reseller: Customer) -> None:
    put_into_basket(shop)
    check_out(shop, reseller.email)
    kept = shop.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}])")
    assert "eyJ" not in kept


def test_a_product_that_is_gone_cannot_be_ordered_again_and_the_page_says_so(
    place: Place, visit: Visit
) -> None:
    page = opened(visit(place, None, "/shop/#again=nothing&quantity=2"))
    expect(page.get_by_role("alert")).to_contain_text("no longer on offer")


def test_without_javascript_the_page_says_what_it_is(place: Place, visit: Visit) -> None:
    page = visit(place, None, "/shop/", java_script_enabled=False)
    # Axe is a script itself, so it has nothing to say here.
    expect(page.get_by_text("Ordering here needs JavaScript")).to_be_visible()
    expect(page.get_by_role("link", name="Your licences")).to_be_visible()
