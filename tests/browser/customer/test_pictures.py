"""The pictures of the customer's pages in the documentation, made from demo data.

``BITTITAN_MAKE_PICTURES=1`` keeps them; otherwise the pages are only looked at.
"""

from playwright.sync_api import Page, expect

from bittitan_plugin.platforms.shop.demo_data import RESELLER_EMAIL
from tests.browser.admin.conftest import PICTURES, picture
from tests.browser.conftest import Visit, check
from tests.browser.customer.buying import PRODUCT, Customer
from tests.browser.places import Place

NAMES = ("portal", "portal-licence", "portal-telephone", "shop")
DESK = {"viewport": {"width": 1000, "height": 700}}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "color_scheme": "dark"}


def test_the_customers_pages_as_the_documentation_shows_them(place: Place, visit: Visit) -> None:
    reseller = Customer(place, RESELLER_EMAIL)
    for name, end_customer in (("Fabrikam mail move", "Fabrikam"), ("Berlin office", "Contoso")):
        given = {"end_customer_email": f"it@{end_customer.lower()}.example"}
        reseller.bought(25, friendly_name=name, end_customer_name=end_customer, **given)
    key = reseller.bought(10, friendly_name="Our own mailboxes")
    page = visit(place, RESELLER_EMAIL, "/portal/", **DESK)
    _taken(page, "portal")
    page.goto(f"/portal/licenses/{key}")
    _taken(page, "portal-licence")
    telephone = visit(place, RESELLER_EMAIL, f"/portal/licenses/{key}/cancel", **PHONE)
    _taken(telephone, "portal-telephone")
    shop = visit(place, None, "/shop/", **DESK)
    shop.get_by_role("button", name=f"Choose {PRODUCT}").wait_for()
    _taken(shop, "shop")


def test_the_pictures_of_the_customers_pages_are_there() -> None:
    assert [name for name in NAMES if not (PICTURES / f"{name}.png").exists()] == []


def _taken(page: Page, name: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    check(page)
    picture(page, name)
