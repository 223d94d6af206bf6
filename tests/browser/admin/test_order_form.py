"""A draft made, edited and deleted with nothing but a keyboard, its totals following each key."""

from playwright.sync_api import Page, expect

from bittitan_plugin.platforms.shop.demo_data import CUSTOMER_EMAIL, STAFF_EMAIL
from tests.browser.conftest import Visit, check
from tests.browser.places import Place


def to(page: Page, control: str) -> None:
    """Go on with the tabulator key until the control of that name has the focus."""
    name = "e => e && (e.getAttribute('aria-label') || e.labels?.[0]?.textContent || e.textContent)"
    for _ in range(80):
        page.keyboard.press("Tab")
        focused = page.evaluate(f"({name})(document.activeElement)") or ""
        if focused.strip() == control:
            return
    raise AssertionError(f"no tabulator key leads to {control}")


def press(page: Page, control: str) -> None:
    """Go on to the control of that name and press it."""
    to(page, control)
    page.keyboard.press("Enter")


def fill_line(page: Page, licences: str) -> None:
    """The first product, whose field has the focus, and so many licences of it."""
    page.keyboard.press("ArrowDown")
    to(page, "Licences")
    page.keyboard.type(licences)


def test_a_draft_of_three_lines_is_made_edited_and_deleted_by_keyboard(
    place: Place, visit: Visit
) -> None:
    page = visit(place, STAFF_EMAIL, "/admin/orders/new")
    price = make(page)
    edit(page, price)
    delete(page)


def make(page: Page) -> float:
    """Three lines of 2, 2 and 4 licences; the price of the first is returned."""
    lines, total = page.locator("[data-line]"), page.locator("#order-total")
    page.get_by_label("Customer's e-mail", exact=True).focus()
    page.keyboard.type(CUSTOMER_EMAIL[:5])
    expect(page.locator(f'#customers option[value="{CUSTOMER_EMAIL}"]')).to_have_count(1)
    page.keyboard.type(CUSTOMER_EMAIL[5:])
    to(page, "Product")
    fill_line(page, "2")
    shown = lines.first.locator("[data-line-total]").inner_text()
    expect(total).to_have_text(shown)
    for licences in ("2", "4"):
        press(page, "Add a line")
        fill_line(page, licences)
    price = float(shown.split()[0].replace(",", ""))
    expect(total).to_contain_text(f"{price * 4:,.2f}")
    check(page)
    page.keyboard.press("Enter")
    expect(page.get_by_text("The draft has been made.")).to_be_visible()
    return price


def edit(page: Page, price: float) -> None:
    """One line fewer; the total follows."""
    press(page, "Edit the draft")
    expect(page.locator("[data-line]")).to_have_count(3)
    press(page, "Remove line 3")
    expect(page.locator("[data-line]")).to_have_count(2)
    expect(page.locator("#order-total")).to_contain_text(f"{price * 2:,.2f}")
    press(page, "Save the draft")
    expect(page.get_by_text("The draft has been saved")).to_be_visible()


def delete(page: Page) -> None:
    """After the question."""
    press(page, "Delete the draft…")
    expect(page.get_by_role("heading", name="Delete draft")).to_be_visible()
    check(page)
    press(page, "Delete the draft")
    expect(page.get_by_text("has been deleted.")).to_be_visible()
