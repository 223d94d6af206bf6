"""Who gets in, and what forms have to carry."""

import re
from pathlib import Path

import pytest

from bittitan_plugin.domain.access import Permission
from bittitan_plugin.web.sessions import COOKIE, LIFETIME
from tests.integration.admin.backoffice import BackOffice
from tests.integration.portal.browsing import Visitor
from tests.tables import every

#: Every page, and the permission it takes; None is any member of staff.
PAGES = {
    "/admin/": None,
    "/admin/settings": Permission.MANAGE_PLUGINS,
    "/admin/products/list": Permission.MANAGE_PRODUCTS,
    "/admin/products/new": Permission.MANAGE_PRODUCTS,
    "/admin/customers/list": Permission.MANAGE_USERS,
    "/admin/customers/new": Permission.MANAGE_USERS,
    "/admin/staff/list": Permission.MANAGE_USERS,
    "/admin/staff/new": Permission.MANAGE_USERS,
    "/admin/accounts/list": Permission.MANAGE_USERS,
    "/admin/orders/list": Permission.MANAGE_ORDERS,
    "/admin/orders/new": Permission.MANAGE_ORDERS,
    "/admin/invoices/list": Permission.MANAGE_ORDERS,
    "/admin/assets/list": Permission.MANAGE_ORDERS,
    "/admin/cancellation-requests/list": Permission.MANAGE_ORDERS,
    "/admin/stock": Permission.MANAGE_ORDERS,
    "/admin/codes/list": Permission.MANAGE_ORDERS,
    "/admin/problems/list": Permission.MANAGE_ORDERS,
    "/admin/waiting-work/list": Permission.MANAGE_ORDERS,
    "/admin/runs": Permission.MANAGE_ORDERS,
    "/admin/audit/list": Permission.MANAGE_ORDERS,
}
#: The address and the label of an entry of the menu.
MENU_ENTRY = re.compile(
    r'(?s)(?:class="nav-link [^"]*"\s+)?href="http://shop\.example([^"]*)"\s*'
    r'(?:>.{0,400}?"nav-link-title">|class="dropdown-item[^"]*">)([^<]+)<'
)
DOCS = Path(__file__).parents[3] / "docs" / "reference" / "back-office.md"
GUARDED = [(path, permission) for path, permission in PAGES.items() if permission]


@pytest.fixture
def staff(office: BackOffice) -> Visitor:
    """Who may do everything."""
    return office.staff()


def test_these_are_the_pages_of_the_menu_each_with_its_row_in_the_docs(staff: Visitor) -> None:
    menu = dict(MENU_ENTRY.findall(staff.request("GET", "/admin/").text))
    described = re.findall(r"(?m)^\| ([^|]+) \|", DOCS.read_text("utf-8"))
    assert menu.keys() == {path for path in PAGES if not path.endswith("/new")}
    assert set(menu.values()) - set(", ".join(described).split(", ")) == set()


@every("path", PAGES)
def test_staff_with_every_permission_may_see_it(staff: Visitor, path: str) -> None:
    assert staff.open(path).status == 200


@every("path, permission", GUARDED)
def test_staff_without_its_permission_may_not(
    office: BackOffice, path: str, permission: Permission
) -> None:
    others = [each for each in Permission if each is not permission]
    if path == "/admin/runs":
        others = [Permission.MANAGE_USERS, Permission.MANAGE_PLUGINS]
    page = office.staff(*others).open(path)
    assert page.status == 403
    assert "permission" in page.text


@every("path", PAGES)
def test_nobody_signed_in_is_led_to_the_door_and_back(office: BackOffice, path: str) -> None:
    page = Visitor(office.app, office.site, None).open(path)
    assert page.path == "/sign-in"
    assert page.form("/sign-in").fields["next"] == path


def test_a_customer_is_told_that_this_is_not_for_them(office: BackOffice) -> None:
    page = Visitor(office.app, office.site, office.storefront.reseller).open("/admin/")
    assert page.status == 403
    assert "staff" in page.text


def test_the_menu_shows_only_what_one_may_open(office: BackOffice) -> None:
    page = office.staff(Permission.MANAGE_USERS).open("/admin/")
    assert "Accounts" in page.text
    assert "Settings" not in page.text


def test_a_session_that_ran_out_leads_back_to_where_one_was(office: BackOffice) -> None:
    staff = office.staff()
    office.shop.world.clock.advance(seconds=LIFETIME.total_seconds())
    page = staff.open("/admin/assets/list?q=fabrikam")
    assert page.form("/sign-in").fields["next"] == "/admin/assets/list?q=fabrikam"


def test_a_forged_session_is_none(office: BackOffice) -> None:
    staff = office.staff()
    cookie = staff.cookies.get(COOKIE) or ""
    staff.cookies.set(COOKIE, cookie[:-3] + "abc", domain="shop.example")
    assert staff.open("/admin/").path == "/sign-in"


@pytest.mark.parametrize("sent", [{}, {"csrftoken": "made up"}])
def test_a_form_without_the_pages_own_token_changes_nothing(
    office: BackOffice, sent: dict[str, str]
) -> None:
    key, staff = office.sold(), office.staff()
    staff.open(f"/admin/assets/detail?pk={key}")
    answer = staff.request("POST", f"/admin/assets/{key}/cancel", data={**sent, "seen": "99"})
    assert answer.status_code == 403
    assert "out of date" in answer.text
    assert office.asset(key).status == "ACTIVE"


@pytest.mark.parametrize("origin", ["cross-site", "same-site"])
def test_a_form_another_site_sends_changes_nothing(office: BackOffice, origin: str) -> None:
    key, staff = office.sold(), office.staff()
    form = staff.open(f"/admin/assets/{key}/cancel").form("/cancel")
    answer = staff.request(
        "POST", form.action, data=form.fields, headers={"Sec-Fetch-Site": origin}
    )
    assert answer.status_code == 403
    assert office.asset(key).status == "ACTIVE"


@every("path", ["/admin/", "/admin/assets/list", "/sign-in", "/admin/nowhere"])
def test_every_page_forbids_inline_scripts_and_frames(staff: Visitor, path: str) -> None:
    answer = staff.request("GET", path)
    policy = answer.headers["Content-Security-Policy"]
    scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert "unsafe-inline" not in scripts
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["Cache-Control"] == "no-store"


@every("path", [path for path in PAGES if "list" in path or path == "/admin/"])
def test_no_page_has_code_without_the_answers_nonce(staff: Visitor, path: str) -> None:
    answer = staff.request("GET", path)
    assert "<script>" not in answer.text
    assert "<style>" not in answer.text
    assert " onclick=" not in answer.text
    assert " onchange=" not in answer.text


def test_no_two_answers_have_the_same_nonce(office: BackOffice) -> None:
    staff = office.staff()
    first, second = (
        staff.request("GET", "/admin/").headers["Content-Security-Policy"] for _ in range(2)
    )
    assert first != second


@pytest.mark.parametrize("size", [6 * 1024 * 1024])
def test_what_is_far_too_large_is_refused_with_a_reason(office: BackOffice, size: int) -> None:
    staff = office.staff()
    form = staff.open("/admin/stock").form("/import")
    answer = staff.request(
        "POST", form.action, data=form.fields, files={"file": ("codes.csv", b"x" * size)}
    )
    assert answer.status_code == 413
    assert "too large" in answer.text
