"""Paying, as staff do it in a browser: on account, marked as paid, cancelled, paid back."""

import re

from playwright.sync_api import Page, expect

from bittitan_plugin.platforms.shop.demo_data import DEMO_PASSWORD, STAFF_EMAIL
from tests.acceptance.people import Person
from tests.browser.conftest import Visit, violations
from tests.browser.customer.buying import PRODUCT, new_customer
from tests.browser.places import Place
from tests.integration.ordering import documents
from tests.integration.ordering.storefront import line


def test_an_order_on_account_is_delivered_then_paid_cancelled_and_paid_back(
    place: Place, visit: Visit
) -> None:
    buyer = new_customer(place)
    number = drafted(place, buyer.email)
    page = visit(place, STAFF_EMAIL, "/admin/customers/list")
    allow(page, buyer.email)
    page.goto("/admin/orders/list")
    page.get_by_role("table").get_by_role("link", name=number, exact=True).click()
    execute(page)
    pay(page)
    cancel(page)
    pay_back(page)


def drafted(place: Place, email: str) -> str:
    """The number of a draft of ten licences for that customer."""
    staff = Person(int(place.url.rpartition(":")[2]))
    staff.sign_in(STAFF_EMAIL, DEMO_PASSWORD)
    users = staff.ask("{ customers(first: 100) { edges { node { id email } } } }")["edges"]
    (user,) = [each["node"]["id"] for each in users if each["node"]["email"] == email]
    offers = staff.ask("storefront/products.graphql")["edges"]
    (variant,) = [v["id"] for e in offers for v in e["node"]["variants"] if v["name"] == PRODUCT]
    made = staff.do(documents.DRAFT_CREATE, user=user, lines=[line(variant, 10)])
    return str(staff.ask(NUMBER, id=made["order"]["id"])["number"])


NUMBER = "query ($id: ID!) { order(id: $id) { number } }"


def allow(page: Page, email: str) -> None:
    """First with a limit that is none, which is named and keeps what was typed."""
    page.get_by_role("link", name=email).click()
    page.get_by_role("link", name="Credit", exact=True).click()
    page.get_by_label("Buys on account").check()
    page.get_by_label("Owes at most").fill("a lot")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("is not an amount of money")
    assert violations(page) == []
    page.get_by_label("Owes at most").fill("500.00")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("yes, owing at most 500.00 USD")).to_be_visible()


def execute(page: Page) -> None:
    expect(page.get_by_text("the licences are obtained at once")).to_be_visible()
    page.get_by_label("No invoice").check()
    page.get_by_label("Invoice now").check()
    page.get_by_role("button", name="Execute order").click()
    expect(page.get_by_text("The order has been executed.")).to_be_visible()
    until_it_says(page, "Delivered")
    assert violations(page) == []


def pay(page: Page) -> None:
    page.get_by_role("link", name="Mark as paid").click()
    expect(page.get_by_text("Recorded as received now")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Mark as paid").dblclick()
    expect(page.get_by_text("Recorded as paid")).to_be_visible()
    expect(page.locator(".timeline").get_by_text(re.compile("^Paid: "))).to_have_count(1)


def cancel(page: Page) -> None:
    page.get_by_role("link", name="Cancel the order").click()
    expect(page.get_by_text("Revoked at BitTitan.")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Cancel order").dblclick()
    expect(
        page.get_by_text("The order is cancelled; its coupons are being revoked.")
    ).to_be_visible()
    until_it_says(page, "Cancelled")
    expect(page.get_by_role("link", name="Mark as paid")).to_have_count(0)
    expect(page.locator(".timeline").get_by_text("Credit invoice CR-")).to_have_count(1)


def pay_back(page: Page) -> None:
    page.get_by_role("link", name="Pay back").click()
    assert violations(page) == []
    page.get_by_role("button", name="Pay back").click()
    expect(page.get_by_text("Recorded as paid back")).to_be_visible()
    expect(page.get_by_role("link", name="Pay back")).to_have_count(0)
    assert violations(page) == []


def until_it_says(page: Page, standing: str) -> None:
    """Open the page again until the worker is done."""

    def says() -> bool:
        page.reload()
        return standing in page.locator("h1.page-title").inner_text() and (
            page.get_by_text("Being cancelled").count() == 0
        )

    for _ in range(60):
        if says():
            return
        page.wait_for_timeout(250)
    raise AssertionError(f"The order is not {standing}: {page.locator('h1').inner_text()}")
