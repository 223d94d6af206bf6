"""No page of ours has a barrier that any rule of axe knows, on light or on dark ground.

On a phone, none that a narrow window can break either, and none is wider than the window.

The pages are those of the application's routes, so a new one is looked at without being named
here; what is no page says why in ``pages.NO_PAGES``.
"""

from collections.abc import Callable
from typing import Literal
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, Route, ViewportSize, expect
from starlette.requests import Request

from bittitan_plugin.platforms.saleor.invoice_documents import InvoiceDocument
from bittitan_plugin.platforms.saleor.pages.frames import PACKAGE
from bittitan_plugin.web.pages import Pages
from tests.browser.conftest import Visit, sign_in, violations, wider_than_window
from tests.browser.everywhere.pages import INVOICES, NO_PAGES, VIEWERS, Everything
from tests.security.permission_fixture import PASSWORD
from tests.security.routes import addresses

Ground = Literal["light", "dark"]
#: By which rules a page is looked at on each ground: by all, then by those the other can break.
GROUNDS: dict[Ground, tuple[str, ...]] = {
    "light": (),
    "dark": ("color-contrast", "link-in-text-block"),
}
#: The window of a phone, and the rules that a narrow one can break: what scrolls, and
#: what is shown or hidden there. The others have been looked at, and take long.
PHONE: ViewportSize = {"width": 390, "height": 844}
ON_PHONE = (
    "scrollable-region-focusable",
    "button-name",
    "link-name",
    "aria-hidden-focus",
    "empty-table-header",
    "page-has-heading-one",
    "meta-viewport",
)
#: The parts of the site, each opened by whoever it is for; the last is all the rest.
AREAS = ("/admin/", "/portal/", "/invoices/", "/account/", "/saleor/", "")
#: Where, by what is wrong there.
Barriers = dict[str, list[str]]
Open = Callable[[str | None], Page]


@pytest.fixture
def browser(everything: Everything, visit: Visit) -> Open:
    """A browser at which somebody, or nobody, has signed in."""

    def go(viewer: str | None) -> Page:
        # Colours that still change into each other would be measured half way.
        page = visit(everything, reduced_motion="reduce")
        if viewer is not None:
            sign_in(page, everything.stage.people[viewer].email, PASSWORD)
        return page

    return go


def look(page: Page, found: Barriers) -> None:
    """Note what axe finds on the page, on either ground and on a phone, and what is too wide."""
    for ground, rules in GROUNDS.items():
        page.emulate_media(color_scheme=ground)
        for rule, elements in violations(page, *rules):
            found.setdefault(f"{rule}: {elements}", []).append(f"{page.url}, {ground}")
    window = page.viewport_size
    assert window is not None
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(PHONE)
    for rule, elements in violations(page, *ON_PHONE):
        found.setdefault(f"{rule}: {elements}", []).append(f"{page.url}, phone")
    if wider_than_window(page):
        found.setdefault("wider than the window", []).append(f"{page.url}, phone")
    page.set_viewport_size(window)


@pytest.mark.parametrize("area", AREAS)
def test_no_page_has_a_barrier(everything: Everything, browser: Open, area: str) -> None:
    page, found, refusals = browser(VIEWERS.get(area)), dict[str, list[str]](), set[int]()
    others = tuple(each for each in AREAS if each and each != area)
    for path in everything.paths():
        if not path.startswith(area) or path.startswith(others):
            continue
        answer = page.goto(path)
        assert answer is not None
        assert answer.headers["content-type"].startswith("text/html"), path
        assert answer.status < 500, path
        # The pages that only refuse are all the same.
        if answer.status not in refusals:
            look(page, found)
        refusals |= {answer.status} - {200}
    assert found == {}


def test_no_page_in_saleors_dashboard_has_one(everything: Everything, browser: Open) -> None:
    page, found = browser(None), dict[str, list[str]]()
    for path, form in everything.frames():
        page.route(f"**{path}", _posting(form))
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        look(page, found)
        page.unroute(f"**{path}")
    assert found == {}


#: Forms that are refused: the page, what is typed there, and the button.
REFUSED = [
    ("/admin/products/new", {"Expire (days)": "soon"}, "Make it"),
    ("/admin/orders/new", {"Customer's e-mail": "nobody@example.com"}, "Make the draft"),
    ("/admin/customers/new", {"E-mail": "nobody", "Billing day": "31"}, "Make the customer"),
    ("/admin/staff/new", {"E-mail": "nobody", "Password": "short"}, "Make the member of staff"),
    ("/admin/settings", {"Cancellation window": "99"}, "Save"),
    ("/admin/stock", {}, "Upload"),
    ("/sign-in", {"E-mail": "nobody@example.com", "Password": "wrong"}, "Sign in"),
]


@pytest.mark.parametrize(("path", "typed", "button"), REFUSED, ids=[each[0] for each in REFUSED])
def test_no_refused_form_has_one(
    browser: Open, path: str, typed: dict[str, str], button: str
) -> None:
    page, found = browser(VIEWERS["/admin/"]), dict[str, list[str]]()
    page.goto(path)
    page.evaluate("for (const form of document.forms) form.noValidate = true")
    for label, text in typed.items():
        page.get_by_label(label).first.fill(text)
    page.get_by_role("button", name=button, exact=True).click()
    expect(page.locator("[role=alert]").first).to_be_visible()
    look(page, found)
    assert found == {}


def test_the_page_that_shows_a_code_has_none(everything: Everything, browser: Open) -> None:
    page, found = browser(VIEWERS["/admin/"]), dict[str, list[str]]()
    page.goto(f"/admin/assets/detail?pk={everything.stage.here.assets['sold'].id}")
    page.get_by_role("button", name="Show the code").click()
    expect(page.locator("#code")).to_be_visible()
    look(page, found)
    assert found == {}


def _posting(form: dict[str, str]) -> Callable[[Route], None]:
    """Opens an address as the Dashboard does: with a form instead of a question."""
    kind = {"content-type": "application/x-www-form-urlencoded"}
    return lambda route: route.continue_(method="POST", post_data=urlencode(form), headers=kind)


@pytest.mark.parametrize("document", INVOICES, ids=lambda document: document.number)
def test_no_invoice_of_a_saleor_has_one(browser: Open, document: InvoiceDocument) -> None:
    page, found = browser(None), dict[str, list[str]]()
    shown = Pages(platform=PACKAGE).page(
        Request({"type": "http"}), "saleor/invoice.html", {"invoice": document}
    )
    # Its address only leads on to a Saleor; what is shown then is what is looked at.
    page.route("**/saleor/invoices/*", lambda route: _answering(route, bytes(shown.body)))
    page.goto("/saleor/invoices/sealed")
    expect(page.get_by_role("heading", name=document.number)).to_be_visible()
    look(page, found)
    assert found == {}


def _answering(route: Route, body: bytes) -> None:
    route.fulfill(body=body, content_type="text/html")


@pytest.mark.parametrize("start", NO_PAGES, ids=lambda start: f"{start}: {NO_PAGES[start]}")
def test_what_is_no_page_says_why(everything: Everything, start: str) -> None:
    there = addresses(everything.stage.shop.app.routes)
    assert any(address.path.startswith(start) for address in there)
