"""A list of 100,000 assets opens, plain, filtered, searched and sorted, and counts to 10,000."""

from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import ColumnElement, String, case, cast, func, insert, literal, select, true

from bittitan_plugin.platforms.shop.demo_data import STAFF_EMAIL
from bittitan_plugin.store.tables import AssetRow
from tests.browser.admin.test_first_sale import order
from tests.browser.conftest import Visit
from tests.browser.places import Place

MANY = 100_000


@pytest.fixture(scope="module")
def filled() -> set[UUID]:
    """The instances that were filled already."""
    return set()


@pytest.fixture
def staff(place: Place, visit: Visit, filled: set[UUID]) -> Page:
    page = visit(place, STAFF_EMAIL)
    if place.installation not in filled:
        order(page)
        place.provisioned(1)
        fill(place)
        filled.add(place.installation)
    return page


def fill(place: Place) -> None:
    """Copies of the one asset, some of them failed, each bought a minute before the other.

    SQLite makes them itself: to hand it a hundred thousand rows takes longer than all the rest.
    """
    first = select(literal(0).label("number")).cte(recursive=True)
    numbers = first.union_all(select(first.c.number + 1).where(first.c.number < MANY - 1))
    number, as_text = numbers.c.number, cast(numbers.c.number, String)
    one = AssetRow.__table__.c
    changed: dict[str, ColumnElement[Any]] = {
        "id": func.lower(func.hex(func.randomblob(16))),
        "order_line_id": literal("line-") + as_text,
        "order_number": as_text,
        "name": literal("Licence ") + as_text,
        "purchase_date": func.strftime(
            "%Y-%m-%d %H:%M:%f000",
            one.purchase_date,
            literal("-") + cast(number + 1, String) + literal(" minutes"),
        ),
        "provisioning_status": case((number % 50 == 0, "FAILED"), else_="SYNCHRONIZED"),
    }
    copies = select(*(changed.get(each.name, each) for each in one)).join_from(
        AssetRow.__table__, numbers, true()
    )
    with place.application.ports.store.writing(place.installation) as work:
        work.session.execute(insert(AssetRow).from_select([each.name for each in one], copies))


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", "Showing 1 to 25 of 10000 entries"),
        ("?filter=provisioning_status__in%3DFAILED", "Showing 1 to 25 of 2000 entries"),
        ("?q=Licence+99999", "Showing 1 to 1 of 1 entries"),
        ("?sort=total__desc", "Showing 1 to 25 of 10000 entries"),
    ],
    ids=["plain", "filtered", "searched", "sorted"],
)
def test_a_hundred_thousand_assets_are_listed_and_not_counted_to_the_end(
    staff: Page, query: str, shown: str
) -> None:
    staff.goto(f"/admin/assets/list{query}")
    expect(staff.get_by_text(shown)).to_be_visible()
