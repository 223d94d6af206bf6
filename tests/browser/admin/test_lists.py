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
