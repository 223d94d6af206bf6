"""Who knows a code finds its asset; the database alone tells nobody which codes there are."""

from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bittitan_plugin.domain.access import Viewer
from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.services.coupons.code_lookup import mark_of
from bittitan_plugin.store.tables import AssetRow
from tests.fakes.host import line
from tests.integration.admin.backoffice import BackOffice, told
from tests.integration.admin.conftest import office, office_app
from tests.integration.ordering.running import embedded, plugin, seller, site, storefront
from tests.integration.stock.desk import BUYER, OTHERS, STAFF, STRANGER, Desk
from tests.integration.stock.shelf import bring_in, code_of, from_stock, row
from tests.tables import every
from tests.world import Shop

__all__ = ["embedded", "office", "office_app", "plugin", "seller", "site", "storefront"]

FIND = """
query ($code: String!) {
  bittitanAssets(first: 10, where: {couponCode: $code}) {
    totalCount edges { node { orderId couponCode } }
  }
}
"""


def found(shop: Shop, code: str, viewer: Viewer = STAFF) -> list[str]:
    """The codes of the assets that are found by ``code``."""
    answer = Desk(shop).ask(FIND, viewer, code=code)
    nodes = [edge["node"] for edge in answer["edges"]]
    assert answer["totalCount"] == len(nodes)
    return [node["couponCode"] for node in nodes]


def mark(shop: Shop, asset_id: UUID) -> str | None:
    with Session(shop.ports.store.engine) as session:
        return session.scalar(select(AssetRow.code_fingerprint).where(AssetRow.id == asset_id))


def test_staff_find_an_asset_by_its_code_whatever_its_case(shop: Shop) -> None:
    code = code_of(shop, shop.buy(line()))
    shop.buy(line())
    assert found(shop, code) == found(shop, f" {code.lower()} ") == [code]


def test_each_of_several_codes_from_stock_leads_to_the_asset(shop: Shop) -> None:
    bring_in(from_stock(shop), row(10), row(15))
    codes = code_of(shop, shop.buy(line(quantity=25)))
    assert [found(shop, code) for code in codes.split()] == [[codes], [codes]]


def test_a_code_that_still_lies_in_stock_leads_nowhere(shop: Shop) -> None:
    bring_in(from_stock(shop), row(10, code="MW-LIES-IN-STOCK"))
    assert found(shop, "MW-LIES-IN-STOCK") == []


def test_a_customer_finds_only_its_own(shop: Shop) -> None:
    code = code_of(shop, shop.buy(line()))
    assert (found(shop, code, BUYER), found(shop, code, STRANGER)) == ([code], [])


def test_staff_without_the_permission_find_nothing(shop: Shop) -> None:
    code = code_of(shop, shop.buy(line()))
    assert Desk(shop).denial(FIND, OTHERS, code=code) == "PermissionDenied"


@pytest.fixture
def sold(shop: Shop) -> Asset:
    return shop.buy(line())


@pytest.mark.usefixtures("sold")
@every("code", ["", " ", "MW-NOBODY", "%", "\0", "\ud800", "x" * 300])
def test_what_is_no_code_finds_nothing(shop: Shop, code: str) -> None:
    assert found(shop, code) == []


def test_a_part_of_a_code_finds_nothing(shop: Shop) -> None:
    code = code_of(shop, shop.buy(line()))
    assert found(shop, code[:-1]) == []


def test_the_mark_of_a_code_is_another_one_in_each_installation(shop: Shop) -> None:
    asset = shop.buy(line())
    code = code_of(shop, asset)
    with shop.ports.store.installations() as installations:
        other = installations.open(f"{shop.key}-2", shop.ports.clock())
    with shop.ports.store.reading(other.id) as work:
        assert mark_of(shop.ports, work, code) == ""
    with shop.tenant.reading() as work:
        assert mark_of(shop.ports, work, code) == mark(shop, asset.id)


def test_what_codes_are_marked_with_is_sealed(shop: Shop) -> None:
    shop.buy(line())
    with shop.tenant.reading() as work:
        sealed = work.coupons.secret()
    assert sealed is not None
    assert shop.ports.cipher.open(sealed) not in sealed


def test_the_back_office_finds_it_and_no_address_holds_the_code(office: BackOffice) -> None:
    key = office.sold()
    code = code_of(office.shop, office.asset(key))
    staff = office.staff()
    form = staff.open("/admin/assets/list").form("/assets/find")
    page = staff.send(form, code=code)
    assert str(key) in str(page.answer.url)
    assert [hop for hop in [*page.answer.history, page.answer] if code in str(hop.url)] == []


def test_the_back_office_says_when_no_asset_holds_it(office: BackOffice) -> None:
    staff = office.staff()
    form = staff.open("/admin/assets/list").form("/assets/find")
    assert "No asset holds that code." in told(staff.send(form, code="MW-NOBODY"))
