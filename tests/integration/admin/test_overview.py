"""The overview: what is there, as charts for the eye and as tables for everybody."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.catalogue import ProductType
from bittitan_plugin.platforms.shop.pages import ShopPages
from bittitan_plugin.services.stock.importing import ImportMode
from bittitan_plugin.store.queries.figures import Begun
from bittitan_plugin.web.admin import overview as overview_page
from bittitan_plugin.web.admin.overview import Step
from tests.integration.admin.backoffice import BackOffice, told
from tests.integration.admin.test_long_work import codes, upload
from tests.tables import every

STOCK = "Stock left by product type"


def table(page: str, title: str) -> dict[str, list[int]]:
    """The rows of a chart's table."""
    found = re.search(f"<caption>{re.escape(title)},.*?</table>", page, re.DOTALL)
    assert found, title
    rows = re.findall(r'<th scope="row">(.*?)</th>((?:<td>\d+</td>)+)', found[0])
    return {label: [int(n) for n in re.findall(r"\d+", cells)] for label, cells in rows}


def overview(office: BackOffice) -> str:
    page = office.staff().open("/admin/")
    told(page)
    return page.answer.text


def test_the_stock_left_is_drawn_and_told_by_product_type(office: BackOffice) -> None:
    before = sum(map(sum, _stock(office).values()))
    upload(office.staff(), codes(office, "LEFT-AAAA-0001", "LEFT-AAAA-0002"), ImportMode.GOOD_ROWS)
    office.shop.settle()
    shown = overview(office)
    assert sum(table(shown, STOCK)[ProductType.MAILBOX_LICENSE.label]) == before + 10
    assert f'role="img" aria-label="{STOCK}"' in shown


def test_a_code_that_has_expired_is_no_stock(office: BackOffice) -> None:
    upload(office.staff(), codes(office, "GONE-AAAA-0001"), ImportMode.GOOD_ROWS)
    office.shop.settle()
    office.shop.world.clock.advance(seconds=timedelta(days=400).total_seconds())
    assert _stock(office) == {}


def test_what_was_sold_is_told_by_the_week(office: BackOffice) -> None:
    office.sold(25)
    weeks = table(overview(office), "Licences sold per week")
    assert sum(list(weeks.values())[-1]) >= 25
    assert len(weeks) == 12


def test_figures_are_for_who_may_see_orders(office: BackOffice) -> None:
    office.sold()
    assert "<caption>" not in office.staff(Permission.MANAGE_USERS).open("/admin/").answer.text


def _stock(office: BackOffice) -> dict[str, list[int]]:
    """The chart's table; nothing where there is none."""
    shown = overview(office)
    return table(shown, STOCK) if f"<caption>{STOCK}" in shown else {}


def test_the_checklist_begins_with_a_customer_only_where_there_is_none(
    office: BackOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    def first_customer() -> str:
        shown = re.search(r'/admin/customers/new">First customer</a>.*?>(.*?)<', overview(office))
        assert shown
        return shown[1]

    # The shop of these tests is shared, so whether it has customers is said for it.
    monkeypatch.setattr(overview_page, "begun", lambda _: Begun(accounts=False, assets=False))
    assert first_customer() == "done"
    monkeypatch.setattr(ShopPages, "has_customers", lambda _: False)
    assert first_customer() == "to do"


@every("published", [True, False])
def test_one_product_with_a_price_on_sale_is_enough_to_have_published(
    office: BackOffice, published: bool
) -> None:
    installation, tenant = office.site.installation(), office.shop.tenant
    with tenant.writing() as work:
        sold, *others = [product for product in work.products.all() if product.prices]
        for product in [sold, *others]:
            work.products.save(replace(product, published=published and product is sold))
        done = {step.name: step.done for step in overview_page.steps(work, installation, True)}
        # The shop of these tests is shared, so it keeps what it sells.
        work.session.rollback()
    assert done["Price"]
    assert done["Publish"] == published


def test_the_checklist_is_gone_once_everything_is_done(
    office: BackOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    last = Step(name="All", text="", path="/", permission=Permission.MANAGE_USERS, done=True)
    monkeypatch.setattr(overview_page, "steps", lambda *_: [replace(last, done=False)])
    assert "Activation, in order" in overview(office)
    monkeypatch.setattr(overview_page, "steps", lambda *_: [last])
    assert "Activation, in order" not in overview(office)
