"""The lists under a hand: by keyboard, on a phone, with the columns one chooses."""

import re

import pytest
from playwright.sync_api import Page, expect

from bittitan_plugin.platforms.shop.demo_data import STAFF_EMAIL
from tests.browser.admin.test_first_sale import order
from tests.browser.conftest import Visit, check
from tests.browser.places import Place
from tests.security.routes import LISTS

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}


@pytest.fixture
def staff(place: Place, visit: Visit) -> Page:
    """Staff at a desk, where at least one order was sold."""
    page = visit(place, STAFF_EMAIL, viewport=DESK)
    if not place.assets():
        order(page)
        place.provisioned(1)
    return page


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_no_list_is_wider_than_its_window(staff: Page, size: dict[str, int]) -> None:
    staff.set_viewport_size({"width": size["width"], "height": size["height"]})
    wider = "(table => table.scrollWidth > table.clientWidth)"
    for kind in LISTS:
        staff.goto(f"/admin/{kind}/list")
        check(staff)
        assert not staff.locator(".table-responsive").evaluate(wider), kind


def test_a_card_on_a_phone_names_what_it_shows(staff: Page) -> None:
    staff.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    staff.goto("/admin/assets/list")
    cell = staff.locator('td[data-column="total"]').first
    named = cell.evaluate("(cell) => getComputedStyle(cell, '::before').content")
    assert named == '"Total"'
    expect(cell).to_be_visible()


def test_a_row_is_opened_by_keyboard(staff: Page) -> None:
    staff.goto("/admin/assets/list")
    staff.get_by_role("checkbox", name="Select row").first.focus()
    staff.keyboard.press("Tab")
    staff.keyboard.press("Enter")
    expect(staff).to_have_url(re.compile(r"/admin/assets/detail\?pk="))


def test_columns_and_filters_that_one_chooses_stand_in_the_address(staff: Page) -> None:
    staff.goto("/admin/assets/list")
    expect(staff.locator('th[data-column="invoice"]')).to_have_count(0)
    staff.get_by_role("button", name="Columns").click()
    for label in staff.locator("#column-visibility-dropdown label").all():
        label.locator("input").check()
    staff.get_by_role("button", name="Apply", exact=True).first.click()
    expect(staff.locator('th[data-column="invoice"]')).to_be_visible()
    assert "cols=" in staff.url
    staff.goto(staff.url)
    expect(staff.locator('th[data-column="credit_invoice"]')).to_be_visible()


def test_an_action_on_chosen_rows_asks_names_faults_and_says_what_was_done(staff: Page) -> None:
    staff.goto("/admin/products/list?sort=name__desc")
    staff.get_by_role("checkbox", name="Select all rows").check()
    staff.get_by_role("button", name="With selected").click()
    staff.get_by_text("Set the price", exact=True).click()
    expect(staff.get_by_role("heading", name="Set the price: ")).to_be_visible()
    check(staff)
    staff.get_by_label("Price of one licence").fill("much")
    staff.get_by_label("Currency").fill("EUR")
    staff.get_by_role("button", name="Set the price").click()
    expect(staff.get_by_text("'much' is not an amount of money")).to_be_visible()
    check(staff)
    staff.get_by_label("Price of one licence").fill("12.50")
    staff.get_by_role("button", name="Set the price").click()
    expect(staff.get_by_role("status")).to_contain_text("priced.")
    check(staff)
    staff.get_by_role("link", name="Back to the list").click()
    expect(staff).to_have_url(re.compile("sort=name__desc"))
    expect(staff.get_by_text("12.50 EUR").first).to_be_visible()


def test_everything_that_matches_is_downloaded(staff: Page) -> None:
    staff.goto("/admin/assets/list")
    staff.get_by_text("Export", exact=True).click()
    expect(staff.get_by_label("Everything that matches")).to_be_checked()
    with staff.expect_download() as download:
        staff.locator("[data-sa-action=action-submit]").click()
    assert download.value.suggested_filename == "assets.xlsx"


def test_a_filter_that_one_builds_stands_in_the_address(staff: Page) -> None:
    staff.goto("/admin/products/list")
    staff.get_by_role("button", name="Filters").click()
    staff.locator(".dropdown-menu.show input:visible").first.fill("Mailbox")
    staff.get_by_role("button", name="Apply filters").click()
    expect(staff).to_have_url(re.compile("filter=name__contains"))
    staff.goto(staff.url)
    expect(staff.locator("a.opens")).to_have_count(1)
    expect(staff.locator("a.opens")).to_contain_text("Mailbox")
