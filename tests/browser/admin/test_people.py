"""Staff make the people: a reseller with an end customer, and somebody who may do less."""

from playwright.sync_api import Page, expect

from bittitan_plugin.platforms.shop.demo_data import STAFF_EMAIL
from tests.browser.conftest import Visit, sign_in, violations
from tests.browser.places import Place

RESELLER, CLERK, PASSWORD = "ada@northwind.example", "clerk@distributor.example", "a long password"


def test_a_reseller_is_made_synchronized_given_an_end_customer_and_locked_out(
    place: Place, visit: Visit
) -> None:
    page = visit(place, STAFF_EMAIL, "/admin/")
    make_a_customer(page)
    page.get_by_role("button", name="Save & Synchronize").click()
    expect(page.get_by_text("The account is synchronized with BitTitan.")).to_be_visible()
    at = page.url
    page.get_by_role("link", name="New end customer").click()
    page.get_by_label("E-mail").fill("it@woodgrove.example")
    page.get_by_label("Company").fill("Woodgrove")
    page.get_by_role("button", name="Make the end customer").dblclick()
    expect(page.get_by_role("heading", name="Woodgrove Unsynchronized")).to_be_visible()
    page.get_by_role("link", name="Northwind").click()
    page.get_by_role("link", name="its page").click()
    assert page.url == at
    theirs = visit(place, None, "/sign-in")
    sign_in(theirs, RESELLER, PASSWORD)
    expect(theirs).to_have_url(f"{place.url}/portal/")
    page.get_by_role("link", name="Lock out").click()
    assert violations(page) == []
    page.get_by_role("button", name="Lock out").click()
    expect(page.get_by_role("heading", name="Northwind Locked out")).to_be_visible()
    theirs.reload()
    expect(theirs.get_by_role("button", name="Sign in")).to_be_visible()


def make_a_customer(page: Page) -> None:
    """The form, first with two faults: each stands at its field, and what was typed stays."""
    page.get_by_role("link", name="Customers", exact=True).click()
    page.get_by_role("link", name="New customer").click()
    page.get_by_label("E-mail").fill(RESELLER)
    page.get_by_label("Company").fill("Northwind")
    page.get_by_label("Password").fill("short")
    page.get_by_label("Billing day").fill("31")
    page.get_by_role("button", name="Make the customer").click()
    expect(page.locator(".invalid-feedback")).to_have_count(2)
    expect(page.get_by_label("Company")).to_have_value("Northwind")
    page.get_by_role("link", name="Billing day").click()
    page.get_by_label("Billing day").fill("15")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Make the customer").click()
    expect(page.get_by_text(f"{RESELLER} is a customer now.")).to_be_visible()


def test_somebody_with_fewer_permissions_gives_no_others(place: Place, visit: Visit) -> None:
    page = visit(place, STAFF_EMAIL, "/admin/staff/new")
    page.get_by_label("E-mail").fill(CLERK)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Customers, their accounts").check()
    page.get_by_role("button", name="Make the member of staff").click()
    expect(page.get_by_text(f"{CLERK} may sign in now.")).to_be_visible()
    clerk = visit(place, None, "/sign-in")
    sign_in(clerk, CLERK, PASSWORD)
    clerk.get_by_role("link", name="Staff", exact=True).click()
    clerk.get_by_role("link", name="New member of staff").click()
    expect(clerk.get_by_role("checkbox")).to_have_count(1)
    expect(clerk.get_by_text("so you cannot give it")).to_have_count(3)
