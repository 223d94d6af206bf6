"""A list of 100,000 assets opens, plain, filtered, searched and sorted, and counts to 10,000."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import insert, select

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
    """Copies of the one asset, some of them failed, each bought a minute before the other."""
    store = place.application.ports.store
    with store.reading(place.installation) as work:
        one = dict(work.session.execute(select(AssetRow.__table__).limit(1)).mappings().one())
    for start in range(0, MANY, 10_000):
        rows = [
            {
                **one,
                "id": uuid4(),
                "order_line_id": f"line-{number}",
                "order_number": str(number),
                "name": f"Licence {number}",
                "purchase_date": one["purchase_date"] - timedelta(minutes=number + 1),
                "provisioning_status": "FAILED" if number % 50 == 0 else "SYNCHRONIZED",
            }
            for number in range(start, start + 10_000)
        ]
        with store.writing(place.installation) as work:
            work.session.execute(insert(AssetRow), rows)


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
