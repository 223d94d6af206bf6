"""The first day of a distributor, from an empty instance to its first true sales, in a browser.

Nothing is prepared: one command makes the first member of staff, everything else is clicked. No
GraphQL, and no look behind the pages.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from bittitan_plugin.base.cipher import generate_key
from bittitan_plugin.bittitan.sandbox import SandboxServer
from tests.acceptance.processes import run, serving
from tests.browser.admin.test_first_sale import connect, fetch_the_catalogue, publish
from tests.browser.conftest import Visit, check, sign_in, violations
from tests.browser.places import Place
from tests.ports import free_port

ADMINISTRATOR, RESELLER = "ada@distributor.example", "buyer@northwind.example"
PASSWORD = "a long and quiet password"


@pytest.fixture
def nothing(tmp_path: Path) -> Iterator[Place]:
    """A server and a vendor, and not even a member of staff but the one made by the command."""
    port = free_port()
    settings = {
        "database_url": f"sqlite:///{tmp_path / 'shop.sqlite'}",
        "var_dir": str(tmp_path),
        "secret_keys": generate_key(),
        "public_url": f"http://127.0.0.1:{port}",
    }
    made = run("staff", "create", ADMINISTRATOR, "--password-stdin", typed=PASSWORD, **settings)
    assert made.returncode == 0, made.stderr
    with SandboxServer() as sandbox, serving(port, **settings):
        yield Place(f"http://127.0.0.1:{port}", settings, sandbox)


@dataclass
class Desk:
    """Staff at their browser."""

    page: Page
    place: Place

    def order(self, quantity: int, invoicing: str) -> str:
        """Draft and execute an order for the reseller; the address of its page."""
        page = self.page
        page.goto("/admin/orders/list")
        page.get_by_role("link", name="New order").click()
        page.get_by_label("Customer's e-mail", exact=True).fill(RESELLER)
        line = page.get_by_role("group", name="Line 1")
        line.get_by_label("Product").select_option(index=1)
        line.get_by_label("Licences").fill(str(quantity))
        page.get_by_role("button", name="Make the draft").click()
        expect(page.get_by_text("The draft has been made.")).to_be_visible()
        expect(page.get_by_text("the licences are obtained at once")).to_be_visible()
        page.get_by_label(invoicing).check()
        page.get_by_role("button", name="Execute order").click()
        expect(page.get_by_text("The order has been executed.")).to_be_visible()
        assert violations(page) == []
        return page.url

    def until(self, where: str, text: str | re.Pattern[str]) -> None:
        """Open that page again until its heading says so."""
        heading = self.page.locator("h1.page-title")
        for _ in range(120):
            self.page.goto(where)
            if re.search(text, heading.inner_text()):
                return
            self.page.wait_for_timeout(250)
        raise AssertionError(f"{where} does not say {text}: {heading.inner_text()}")

    def asset_of(self, order: str) -> str:
        """The address of the asset that an order became."""
        self.page.goto(order)
        self.page.get_by_role("link", name="To the asset").click()
        return self.page.url


def test_a_distributor_begins_sells_and_takes_back_in_a_browser(
    nothing: Place, visit: Visit
) -> None:
    page = visit(nothing, None, "/", viewport={"width": 1440, "height": 900})
    sign_in(page, ADMINISTRATOR, PASSWORD)
    expect(page.get_by_text("Activation, in order")).to_be_visible()
    desk = Desk(page, nothing)
    connect(page, nothing)
    fetch_the_catalogue(page)
    publish(page, "MW-MAILBOX")
    make_the_reseller(page)
    now = desk.order(10, "Invoice now")
    later = desk.order(20, "Invoice on the customer's next billing day")
    never = desk.order(30, "No invoice")
    for order in (now, later, never):
        desk.until(order, "Delivered")
    invoice_is_opened_and_downloaded(desk, now)
    expect_of(desk, later, "To come:")
    expect_of(desk, never, "No invoice")
    customer = visit(nothing, None, "/shop/")
    buy_in_the_shop(customer)
    mend_a_failed_asset(desk)
    cancelled_by_staff(desk, now)
    cancelled_on_request(desk, customer, later)
    refused_on_request(desk, customer, never)
    read_the_audit(page)


def make_the_reseller(page: Page) -> None:
    """With its end customer, known to BitTitan, and allowed to buy on account."""
    page.goto("/admin/")
    page.get_by_role("link", name="Customers", exact=True).click()
    page.get_by_role("link", name="New customer").click()
    page.get_by_label("E-mail").fill(RESELLER)
    page.get_by_label("Company").fill("Northwind")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Make the customer").click()
    expect(page.get_by_text(f"{RESELLER} is a customer now.")).to_be_visible()
    at = page.url
    page.get_by_role("button", name="Save & Synchronize").click()
    expect(page.get_by_text("The account is synchronized with BitTitan.")).to_be_visible()
    page.get_by_role("link", name="New end customer").click()
    page.get_by_label("E-mail").fill("it@woodgrove.example")
    page.get_by_label("Company").fill("Woodgrove")
    page.get_by_role("button", name="Make the end customer").click()
    expect(page.get_by_role("heading", name="Woodgrove Unsynchronized")).to_be_visible()
    page.goto(at)
    page.get_by_role("link", name="Credit", exact=True).click()
    page.get_by_label("Buys on account").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("yes, without a limit")).to_be_visible()


def invoice_is_opened_and_downloaded(desk: Desk, order: str) -> None:
    """The page says what the file says."""
    page = desk.page
    page.goto(order)
    page.get_by_role("link", name=re.compile("^INV-")).first.click()
    number = page.locator("h1.page-title").inner_text()
    expect(page.get_by_text("135.00 USD").first).to_be_visible()
    assert violations(page) == []
    is_downloaded(page, number, "135.00")


def is_downloaded(page: Page, number: str, amount: str) -> None:
    """The file names the invoice of the open page, and its amount."""
    with page.expect_download() as downloading:
        page.get_by_role("link", name="PDF").first.click()
    text = PdfReader(downloading.value.path()).pages[0].extract_text()
    named = re.search(r"(INV|CR)-\d+", number)
    assert named is not None
    assert named[0] in text
    assert amount in text


def expect_of(desk: Desk, order: str, text: str) -> None:
    """An order's page says that."""
    desk.page.goto(order)
    expect(desk.page.get_by_text(text).first).to_be_visible()


def buy_in_the_shop(page: Page) -> None:
    """On account, for the end customer; the code is shown at once."""
    page.locator("#shop[data-ready]").wait_for()
    expect(page.locator("#offer-list h3")).to_have_text(["MigrationWiz Mailbox"])
    page.get_by_role("link", name="Sign in").click()
    page.get_by_label("E-mail").fill(RESELLER)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/shop/")
    page.get_by_role("button", name="Choose MigrationWiz Mailbox").click()
    page.get_by_label("Number of licences").fill("5")
    page.get_by_label("For whom").select_option(label="Woodgrove (it@woodgrove.example)")
    page.get_by_role("button", name="Put into the basket").click()
    page.get_by_role("button", name="Check out").click()
    page.get_by_role("button", name="Place the order").click()
    page.locator("#licences .code").wait_for()
    check(page)
    page.goto("/portal/")
    page.get_by_role("link", name="My invoices").click()
    check(page)
    newest = page.get_by_role("link", name=re.compile("^Invoice INV-")).first
    number = newest.inner_text()
    newest.click()
    check(page)
    is_downloaded(page, number, "67.50")


def mend_a_failed_asset(desk: Desk) -> None:
    """BitTitan refuses an order; staff change the asset, which asks again."""
    faults = desk.place.sandbox.sandbox.faults
    faults.add("status", operation="issue", status=422)
    order = desk.order(7, "Invoice now")
    desk.until(desk.asset_of(order), "Failed")
    faults.clear()
    desk.page.get_by_label("Expire (days)").fill("30")
    desk.page.get_by_role("button", name="Save").click()
    desk.until(order, "Delivered")


def cancelled_by_staff(desk: Desk, order: str) -> None:
    """On the terms shown before; the order's page and the credit invoice tell."""
    page, asset = desk.page, desk.asset_of(order)
    page.get_by_role("link", name="Cancel all 10 licences").click()
    expect(page.get_by_text("135.00 USD", exact=True)).to_be_visible()
    page.get_by_role("button", name="Cancel all 10 licences").click()
    desk.until(asset, "Cancelled")
    desk.until(order, "Cancelled")
    expect(page.get_by_role("link", name="Mark as paid")).to_have_count(0)
    page.get_by_role("link", name=re.compile("CR-")).first.click()
    expect(page.get_by_text("135.00 USD").first).to_be_visible()
    assert violations(page) == []
    is_downloaded(page, page.locator("h1.page-title").inner_text(), "135.00")


def ask(customer: Page, quantity: int) -> None:
    """The customer asks for a cancellation on its licence's page."""
    customer.goto("/portal/")
    card = customer.locator("li.card").filter(has_text=f"{quantity} licences")
    card.get_by_role("link").click()
    customer.get_by_role("link", name="Ask to cancel these licences").click()
    check(customer)
    customer.get_by_role("button", name="Ask to cancel them").click()


def request_of(desk: Desk) -> None:
    """Staff follow the announcement to the one request that waits."""
    page = desk.page
    page.goto("/admin/")
    page.get_by_role("link", name="for a decision").click()
    page.locator("a.opens").first.click()
    assert violations(page) == []


def cancelled_on_request(desk: Desk, customer: Page, order: str) -> None:
    ask(customer, 20)
    request_of(desk)
    desk.page.get_by_role("link", name="Accept and cancel").click()
    desk.page.get_by_role("button", name="Accept and cancel").click()
    desk.until(order, "Cancelled")


def refused_on_request(desk: Desk, customer: Page, order: str) -> None:
    ask(customer, 30)
    request_of(desk)
    desk.page.get_by_label("Why; the customer is told").fill("They are in use.")
    desk.page.get_by_role("button", name="Refuse").click()
    desk.until(order, "Delivered")
    customer.reload()
    expect(customer.get_by_text("They are in use.")).to_be_visible()


def read_the_audit(page: Page) -> None:
    """Of each kind of thing that was changed it says who did it, and a filter finds it."""
    for kind in ("SETTINGS", "PRODUCT", "CUSTOMER", "ACCOUNT", "ORDER", "ASSET"):
        page.goto(
            f"/admin/audit/list?filter=subject_kind__in%3D{kind}%20AND%20actor__contains%3Dada"
        )
        rows = page.get_by_role("table").locator("tbody tr").filter(has_text=ADMINISTRATOR)
        expect(rows.first, kind).to_be_visible()
        assert violations(page) == []
