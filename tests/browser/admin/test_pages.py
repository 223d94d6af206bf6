"""Every page of the back office in a browser: no barrier, nothing the policy refuses."""

import pytest

from bittitan_plugin.hosts.embedded.demo_data import STAFF_EMAIL
from tests.browser.conftest import Visit, violations
from tests.browser.places import Place

PAGES = {
    "overview": "/admin/",
    "settings": "/admin/settings",
    "catalogue": "/admin/products/list",
    "new product": "/admin/products/new",
    "accounts": "/admin/accounts/list",
    "orders": "/admin/orders/list",
    "new order": "/admin/orders/new",
    "assets": "/admin/assets/list",
    "cancellation requests": "/admin/cancellation-requests/list",
    "audit": "/admin/audit/list",
    "stock": "/admin/stock",
    "codes": "/admin/codes/list",
    "problems": "/admin/problems/list",
    "long work": "/admin/runs",
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_serious_barrier(place: Place, visit: Visit, scheme: str) -> None:
    page = visit(place, STAFF_EMAIL, color_scheme=scheme)
    for name, path in PAGES.items():
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, name
        assert violations(page) == [], name
