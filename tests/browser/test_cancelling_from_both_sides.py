"""A customer asks to cancel, staff decide: each at a browser of their own, nobody behind the pages.

After each step the pages of both sides, the store and BitTitan's ledger say the same.
"""

from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from bittitan_plugin.domain.assets import AssetStatus
from bittitan_plugin.domain.requests import RequestState
from bittitan_plugin.platforms.shop.demo_data import STAFF_EMAIL
from tests.browser.conftest import Visit, check, violations
from tests.browser.customer.buying import (
    Customer,
    coupons_of,
    latest_request,
    new_customer,
    stored,
)
from tests.browser.places import Place


@pytest.fixture
def reseller(place: Place) -> Customer:
    """New in each test."""
    return new_customer(place)


@pytest.fixture
def staff(place: Place, visit: Visit) -> Page:
    return visit(place, STAFF_EMAIL)


def licence(key: UUID, part: str = "") -> str:
    return f"/portal/licenses/{key}{part}"


def ask(page: Page, key: UUID, comment: str) -> None:
    """From the licence over its terms to the request."""
    page.goto(licence(key))
    page.get_by_role("link", name="Ask to cancel these licences").click()
    expect(page.get_by_text("The whole amount of 350.00 USD is credited.")).to_be_visible()
    expect(page.get_by_text("Our staff decide.")).to_be_visible()
    page.get_by_label("Why?").fill(comment)
    page.get_by_role("button", name="Ask to cancel them").dblclick()
    expect(page.get_by_text("You asked for it on")).to_be_visible()


def waiting(staff: Page, comment: str) -> None:
    """Staff follow the announcement to the request with that comment."""
    staff.goto("/admin/assets/list")
    staff.get_by_role("link", name="for a decision").click()
    staff.locator("a.opens").first.click()
    expect(staff.get_by_text(comment)).to_be_visible()


def asked_state(place: Place, key: UUID) -> RequestState | None:
    request = latest_request(place, key)
    return request.state if request else None


def coupon(place: Place, key: UUID) -> str:
    """What BitTitan says of the one coupon there is."""
    ((_, status),) = coupons_of(place, key)
    return status


def test_what_staff_accept_is_cancelled_and_credited_on_both_sides(
    place: Place, visit: Visit, reseller: Customer, staff: Page
) -> None:
    key = reseller.bought()
    customer = visit(place, reseller.email)
    ask(customer, key, "Ordered for the wrong tenant")
    assert (asked_state(place, key), coupon(place, key)) == (RequestState.PENDING, "AVAILABLE")
    waiting(staff, "Ordered for the wrong tenant")
    expect(staff.get_by_text("To be credited: 350.00 USD.")).to_be_visible()
    staff.get_by_role("link", name="Accept and cancel").click()
    staff.get_by_role("button", name="Accept and cancel").dblclick()
    credit = place.until(lambda: stored(place, key).credit_invoice)
    assert stored(place, key).status is AssetStatus.CANCELLED
    assert (asked_state(place, key), coupon(place, key)) == (RequestState.ACCEPTED, "CANCELLED")
    customer.goto(licence(key))
    expect(customer.get_by_text("It has been cancelled.")).to_be_visible()
    expect(customer.get_by_text(credit.number)).to_be_visible()
    check(customer)
    staff.reload()
    expect(staff.locator("h1.page-title")).to_contain_text("Accepted")
    assert violations(staff) == []


def test_what_staff_refuse_stays_sold_and_the_customer_reads_why(
    place: Place, visit: Visit, reseller: Customer, staff: Page
) -> None:
    key = reseller.bought()
    customer = visit(place, reseller.email)
    ask(customer, key, "We found another way")
    waiting(staff, "We found another way")
    staff.get_by_label("Why; the customer is told").fill("Half of them are in use.")
    staff.get_by_role("button", name="Refuse").click()
    expect(staff.locator("h1.page-title")).to_contain_text("Refused")
    assert violations(staff) == []
    assert stored(place, key).status is AssetStatus.ACTIVE
    assert (asked_state(place, key), coupon(place, key)) == (RequestState.REFUSED, "AVAILABLE")
    customer.goto(licence(key))
    expect(customer.get_by_text("was refused: Half of them are in use.")).to_be_visible()
    check(customer)


def test_what_the_customer_withdraws_staff_can_accept_no_more(
    place: Place, visit: Visit, reseller: Customer, staff: Page
) -> None:
    key = reseller.bought()
    customer = visit(place, reseller.email)
    ask(customer, key, "Maybe not")
    waiting(staff, "Maybe not")
    staff.get_by_role("link", name="Accept and cancel").click()
    expect(staff.get_by_role("button", name="Accept and cancel")).to_be_visible()
    customer.get_by_role("button", name="Withdraw the request").click()
    expect(customer.get_by_text("Your request has been withdrawn.")).to_be_visible()
    staff.get_by_role("button", name="Accept and cancel").click()
    expect(staff.get_by_role("alert")).to_contain_text("was withdrawn by the customer")
    expect(staff.locator("h1.page-title")).to_contain_text("Withdrawn")
    assert stored(place, key).status is AssetStatus.ACTIVE
    assert (asked_state(place, key), coupon(place, key)) == (RequestState.WITHDRAWN, "AVAILABLE")
    customer.goto(licence(key))
    expect(customer.get_by_role("link", name="Ask to cancel these licences")).to_be_visible()


def test_what_staff_cancel_meanwhile_is_told_to_the_customer_who_asks_too_late(
    place: Place, visit: Visit, reseller: Customer, staff: Page
) -> None:
    key = reseller.bought()
    customer = visit(place, reseller.email, licence(key, "/cancel"))
    staff.goto(f"/admin/assets/{key}/cancel")
    staff.get_by_role("button", name="Cancel all 25 licences").click()
    place.until(lambda: stored(place, key).credit_invoice)
    customer.get_by_role("button", name="Ask to cancel them").click()
    expect(customer.get_by_text("It has been cancelled.")).to_be_visible()
    assert (asked_state(place, key), coupon(place, key)) == (None, "CANCELLED")
