"""The portal in a real browser: what the page shows, and what store and vendor hold of it."""

import re
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from bittitan_plugin.domain.assets import AssetStatus
from bittitan_plugin.domain.requests import RequestState
from tests.browser.conftest import Visit, check
from tests.browser.customer.buying import (
    Customer,
    configure,
    coupons_of,
    latest_request,
    new_customer,
    stored,
)
from tests.browser.places import Place
from tests.waiting import until

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}


@pytest.fixture
def reseller(place: Place) -> Customer:
    """New in each test."""
    return new_customer(place)


def at(key: UUID, part: str = "") -> str:
    return f"/portal/licenses/{key}{part}"


def say(page: Page) -> str:
    """The words of the page."""
    return " ".join(page.locator("main").inner_text().split())


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", [{}, PHONE], ids=["desk", "telephone"])
def test_every_page_is_accessible(
    place: Place, visit: Visit, reseller: Customer, scheme: str, device: dict[str, object]
) -> None:
    key = reseller.bought(friendly_name="Wave 1", end_customer_email="it@fabrikam.example")
    page = visit(place, reseller.email, color_scheme=scheme, **device)
    for path in ("/portal/", "/portal/end-customers", at(key), at(key, "/cancel"), "/sign-in"):
        page.goto(path)
        check(page)


def test_bad_days_are_accessible_pages(place: Place, visit: Visit, reseller: Customer) -> None:
    page = visit(place, reseller.email)
    for path in (at(UUID(int=1)), "/portal/?status=lost"):
        page.goto(path)
        check(page)
        expect(page.get_by_role("heading", level=1)).to_have_count(1)


def test_the_code_is_copied_in_one_click(place: Place, visit: Visit, reseller: Customer) -> None:
    key = reseller.bought()
    page = visit(place, reseller.email, at(key), permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy the code").click()
    expect(page.get_by_role("status")).to_have_text("Copied")
    ((code, status),) = coupons_of(place, key)
    assert page.evaluate("navigator.clipboard.readText()") == code
    assert status == "AVAILABLE"


def test_without_a_clipboard_the_code_is_left_selected(
    place: Place, visit: Visit, reseller: Customer
) -> None:
    key = reseller.bought()
    page = visit(place, reseller.email)
    page.add_init_script("delete Navigator.prototype.clipboard")
    page.goto(at(key))
    page.get_by_role("button", name="Copy the code").click()
    ((code, _),) = coupons_of(place, key)
    assert page.evaluate("getSelection().toString()") == code


def test_without_javascript_everything_but_copying_works(
    place: Place, visit: Visit, reseller: Customer
) -> None:
    key = reseller.bought()
    page = visit(place, reseller.email, "/portal/", java_script_enabled=False)
    page.get_by_role("link", name="BitTitan Mailbox License").click()
    ((code, _),) = coupons_of(place, key)
    expect(page.locator("#code")).to_have_text(code)
    expect(page.get_by_role("button", name="Copy the code")).to_be_hidden()
    page.get_by_label("Friendly name").fill("Renamed")
    page.get_by_role("button", name="Save the name").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Renamed")
    page.get_by_role("link", name="Ask to cancel these licences").click()
    page.get_by_label("Why?").fill("Called off")
    page.get_by_role("button", name="Ask to cancel them").click()
    assert "You asked for it on" in say(page)
    request = latest_request(place, key)
    assert request is not None
    assert (request.state, request.comment) == (RequestState.PENDING, "Called off")


def test_a_keyboard_is_enough_to_ask_for_a_cancellation(
    place: Place, visit: Visit, reseller: Customer
) -> None:
    key = reseller.bought()
    page = visit(place, reseller.email, at(key))
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    _press_until(page, "Ask to cancel these licences")
    page.wait_for_url(f"**{at(key, '/cancel')}")
    _press_until(page, "Ask to cancel them")
    page.wait_for_url(re.compile(re.escape(at(key)) + r"\?done=asked$"))
    request = latest_request(place, key)
    assert request is not None
    assert request.state is RequestState.PENDING


def _press_until(page: Page, name: str) -> None:
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == name:
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"'{name}' cannot be reached by keyboard")


def test_a_request_is_made_and_withdrawn(place: Place, visit: Visit, reseller: Customer) -> None:
    key = reseller.bought()
    page = visit(place, reseller.email, at(key, "/cancel"))
    page.get_by_role("button", name="Ask to cancel them").click()
    page.get_by_role("button", name="Withdraw the request").click()
    assert "Your request has been withdrawn." in say(page)
    request = latest_request(place, key)
    assert request is not None
    assert request.state is RequestState.WITHDRAWN
    assert coupons_of(place, key)[0][1] == "AVAILABLE"


def test_where_the_distributor_allows_it_licences_are_cancelled_at_once(
    place: Place, visit: Visit, reseller: Customer
) -> None:
    key = reseller.bought()
    configure(place, automatic_cancellation="true")
    try:
        page = visit(place, reseller.email, at(key))
        page.get_by_role("link", name="Cancel these licences").click()
        assert "It happens at once and cannot be undone." in say(page)
        page.get_by_role("button", name="Cancel them now").click()
        expect(page.get_by_text("You have cancelled these licences.")).to_be_visible()
    finally:
        configure(place, automatic_cancellation="false")
    until(lambda: stored(place, key).credit_invoice)
    page.goto(at(key))
    assert "Credit invoice CR" in say(page)
    assert stored(place, key).status is AssetStatus.CANCELLED
    assert [status for _, status in coupons_of(place, key)] == ["CANCELLED"]
    check(page)


def test_two_tabs_ask_once_and_the_second_one_says_so(
    place: Place, visit: Visit, reseller: Customer
) -> None:
    key = reseller.bought()
    first = visit(place, reseller.email, at(key, "/cancel"))
    second = first.context.new_page()
    second.goto(at(key, "/cancel"))
    for page in (first, second):
        page.get_by_role("button", name="Ask to cancel them").click()
        assert "You asked for it on" in say(page)
    assert latest_request(place, key) is not None


def test_a_tab_that_is_out_of_date_says_what_changed(
    place: Place, visit: Visit, reseller: Customer
) -> None:
    key = reseller.bought()
    page = visit(place, reseller.email, at(key, "/cancel"))
    other = page.context.new_page()
    other.goto(at(key))
    other.get_by_label("Friendly name").fill("Renamed meanwhile")
    other.get_by_role("button", name="Save the name").click()
    page.get_by_label("Why?").fill("Called off")
    page.get_by_role("button", name="Ask to cancel them").click()
    assert "The friendly name: now Renamed meanwhile." in say(page)
    expect(page.get_by_label("Why?")).to_have_value("Called off")
    check(page)
    assert latest_request(place, key) is None


def test_a_session_that_ended_leads_back_to_where_one_was(
    place: Place, visit: Visit, reseller: Customer
) -> None:
    key = reseller.bought()
    page = visit(place, reseller.email, at(key))
    page.context.clear_cookies(name="bittitan_session")
    page.get_by_role("link", name="Ask to cancel these licences").click()
    page.get_by_label("E-mail").fill(reseller.email)
    page.get_by_label("Password").fill("demo-password")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"**{at(key, '/cancel')}")


def test_while_the_plugin_is_off_everything_can_still_be_read(
    place: Place, visit: Visit, reseller: Customer
) -> None:
    key = reseller.bought()
    configure(place, active=False)
    try:
        page = visit(place, reseller.email, at(key))
        assert "Licences are on hold at the moment." in say(page)
        check(page)
        ((code, _),) = coupons_of(place, key)
        expect(page.locator("#code")).to_have_text(code)
        page.get_by_role("button", name="Save the name").click()
        assert "switched off" in say(page)
    finally:
        configure(place, active=True)


def test_order_again_fills_in_the_shop(place: Place, visit: Visit, reseller: Customer) -> None:
    key = reseller.bought(7, friendly_name="Wave 1", end_customer_email="it@fabrikam.example")
    page = visit(place, reseller.email, at(key))
    page.get_by_role("link", name="Order again").click()
    page.locator("#shop[data-ready]").wait_for()
    expect(page.get_by_label("Number of licences")).to_have_value("7")
    expect(page.get_by_label("Friendly name")).to_have_value("Wave 1")
    expect(page.get_by_label("E-mail address").first).to_have_value("it@fabrikam.example")
    assert page.url.endswith("/shop/")
