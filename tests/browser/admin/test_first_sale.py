"""A new instance, from nothing to its first sale, by somebody with a browser only."""

from playwright.sync_api import Page, expect

from bittitan_plugin.bittitan.sandbox import DEFAULT_EMAIL, DEFAULT_PASSWORD
from bittitan_plugin.domain.assets import ProvisioningStatus
from bittitan_plugin.platforms.shop.demo_data import CUSTOMER_EMAIL, STAFF_EMAIL
from tests.browser.admin.conftest import picture
from tests.browser.conftest import Visit, violations
from tests.browser.places import Place


def test_a_new_instance_comes_to_its_first_sale(empty_place: Place, visit: Visit) -> None:
    page = visit(empty_place, STAFF_EMAIL, "/admin/")
    # Somebody has signed in, and there is a customer; all else is to do.
    expect(page.locator(".checklist .done a")).to_have_text(
        ["First member of staff", "First customer"]
    )
    picture(page, "admin-activation")
    connect(page, empty_place)
    fetch_the_catalogue(page)
    publish(page, "MW-MAILBOX")
    publish(page, "UMB")
    customers_are_offered(visit(empty_place, None, "/shop/"))
    order(page)
    (asset,) = empty_place.provisioned(1)
    assert (asset.quantity, asset.friendly_name) == (25, "Fabrikam move")
    assert asset.provisioning_status is ProvisioningStatus.SYNCHRONIZED
    assert asset.invoice is not None
    (coupon,) = empty_place.sandbox.sandbox.ledger()
    assert (coupon.quantity, coupon.status) == (25, "AVAILABLE")
    assert empty_place.until(lambda: empty_place.mail) == ["welcome"]
    page.goto("/admin/")
    expect(page.get_by_text("Activation, in order")).to_have_count(0)
    expect(page.get_by_text("100 % of the sales")).to_be_visible()
    assert violations(page) == []


def connect(page: Page, place: Place) -> None:
    """The settings: first with a wrong password, which is named and keeps what was typed."""
    page.get_by_role("link", name="Connect").click()
    page.get_by_label("Coupon API address").fill(place.sandbox.url)
    page.get_by_label("Coupon API e-mail").fill(DEFAULT_EMAIL)
    page.get_by_label("Coupon API password").fill("not the password")
    page.get_by_role("button", name="Test connection").click()
    expect(page.get_by_role("alert")).to_contain_text("Coupon API password")
    expect(page.get_by_label("Coupon API address")).to_have_value(place.sandbox.url)
    assert violations(page) == []
    page.get_by_label("Coupon API password").fill(DEFAULT_PASSWORD)
    page.get_by_role("button", name="Save and switch on").click()
    expect(page.get_by_text("The plugin is switched on.")).to_be_visible()


def fetch_the_catalogue(page: Page) -> None:
    """*Get Services Definition*, with its bar, until it has come to its end."""
    page.goto("/admin/products/list")
    page.get_by_role("button", name="Get services definition").click()
    expect(page.get_by_role("heading", name="Get services definition Finished")).to_be_visible()
    expect(page.get_by_text("Created")).to_be_visible()
    page.get_by_role("link", name="To the catalogue").click()


def publish(page: Page, article: str) -> None:
    """One product gets a price and is published."""
    page.goto("/admin/products/list")
    named = page.get_by_role("cell", name=article, exact=True)
    page.get_by_role("row").filter(has=named).locator("a.opens").click()
    page.get_by_label("Amount 1").fill("13.50")
    page.get_by_label("Currency 1").fill("USD")
    page.get_by_label("In the storefront").select_option("published")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()


def customers_are_offered(page: Page) -> None:
    """Both, by the names that BitTitan gives them, from the list into the basket."""
    names = page.locator("#offer-list h3")
    expect(names).to_have_text(["MigrationWiz Mailbox", "User Migration Bundle"])
    page.get_by_role("button", name="Choose User Migration Bundle", exact=True).click()
    expect(page.locator("#line-title")).to_have_text("User Migration Bundle")
    page.get_by_label("Number of licences").fill("2")
    page.get_by_role("button", name="Put into the basket").click()
    expect(page.locator("#basket-lines th")).to_contain_text("User Migration Bundle")
    assert violations(page) == []


def order(page: Page) -> None:
    """A draft for a customer, executed with an invoice now, and paid."""
    page.goto("/admin/orders/list")
    page.get_by_role("link", name="New order").click()
    page.get_by_label("Customer's e-mail", exact=True).fill(CUSTOMER_EMAIL)
    line = page.get_by_role("group", name="Line 1")
    line.get_by_label("Product").select_option(index=1)
    line.get_by_label("Licences").fill("25")
    line.get_by_label("Friendly name").fill("Fabrikam move")
    page.get_by_role("button", name="Make the draft").dblclick()
    expect(page.get_by_text("The draft has been made.")).to_be_visible()
    page.get_by_label("Invoice now").check()
    page.get_by_role("button", name="Execute order").click()
    expect(page.get_by_text("The order has been executed.")).to_be_visible()
    page.get_by_role("link", name="Mark as paid").click()
    page.get_by_role("button", name="Mark as paid").click()
    expect(page.get_by_text("Recorded as paid: ")).to_be_visible()
