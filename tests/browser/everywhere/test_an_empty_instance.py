"""No page has a barrier either while there is nothing to show.

A file of its own: the process that serves this instance hashes passwords at their full cost, which
the shop of the other files does not.
"""

from pathlib import Path

from bittitan_plugin.platforms.shop.demo_data import CUSTOMER_EMAIL, STAFF_EMAIL
from tests.browser.conftest import Visit
from tests.browser.everywhere.test_barriers import look
from tests.browser.places import new_place
from tests.security.routes import LISTS

#: What an instance has before anything is sold.
EMPTY = [
    "/admin/", "/admin/settings", "/admin/stock", "/admin/runs", "/portal/",
    "/portal/end-customers", "/shop/", *(f"/admin/{each}/list" for each in LISTS),
]  # fmt: skip


def test_no_page_of_an_empty_instance_has_a_barrier(tmp_path: Path, visit: Visit) -> None:
    with new_place(tmp_path) as place:
        page = visit(place, STAFF_EMAIL, reduced_motion="reduce")
        customer = visit(place, CUSTOMER_EMAIL, reduced_motion="reduce")
        found = dict[str, list[str]]()
        for path in EMPTY:
            opened = customer if path.startswith("/portal/") else page
            opened.goto(path)
            look(opened, found)
    assert found == {}
