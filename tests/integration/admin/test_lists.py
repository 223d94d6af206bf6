"""Lists: filters, search, sorting and export over our own queries."""

import re
from dataclasses import replace
from urllib.parse import quote

import pytest

from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.billing import InvoiceReference
from bittitan_plugin.domain.catalogue import PRODUCT_GROUP, ProductType
from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.domain.money import Money
from bittitan_plugin.store.queries.figures import products_of
from bittitan_plugin.web.admin.assets import AssetList
from tests.fakes.values import product
from tests.integration.admin.backoffice import BackOffice
from tests.integration.portal.browsing import Visitor
from tests.security.routes import LISTS
from tests.tables import every

pytestmark = pytest.mark.databases("sqlite", "postgresql")

#: The name of a column, where one chooses which are shown.
COLUMN = re.compile(r'data-sa-hook="column-visibility-toggle"\s+value="(\w+)"')


def rows(staff: Visitor, kind: str, **query: str) -> list[str]:
    """The ids of the rows a list shows."""
    asked = "&".join(f"{name}={quote(value)}" for name, value in query.items())
    page = staff.request("GET", f"/admin/{kind}/list?{asked}")
    assert page.status_code == 200, page.text
    return [part.split('"')[0] for part in page.text.split('data-sa-pk="')[1:]]


def test_an_asset_is_found_by_a_part_of_its_name(office: BackOffice) -> None:
    key = office.sold(friendly_name="Fabrikam 100% move")
    office.sold(friendly_name="Contoso")
    assert rows(office.staff(), "assets", q="fabrikam 100%") == [str(key)]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("status__in=ACTIVE AND friendly_name__contains=northwind", True),
        ("status__in=CANCELLED AND friendly_name__contains=northwind", False),
        ("(status__in=CANCELLED OR quantity_x__in=1)", None),
        ("purchase_date__gte=2026-03-10 AND friendly_name__contains=northwind", True),
        ("purchase_date__lte=2026-03-09 AND friendly_name__contains=northwind", False),
        ("purchase_date__gte=yesterday", None),
        ("friendly_name__is_not_null AND friendly_name__contains=northwind", True),
        ("provisioning_status__not_in=FAILED AND friendly_name__contains=northwind", True),
    ],
)
def test_filters_combine_and_a_wrong_one_is_refused(
    office: BackOffice, wanted: str, found: bool | None
) -> None:
    key, staff = office.sold(friendly_name=f"Northwind {wanted[:3]}"), office.staff()
    if found is None:
        answer = staff.request("GET", f"/admin/assets/list?filter={quote(wanted)}")
        assert answer.status_code == 400
        return
    assert (str(key) in rows(staff, "assets", filter=wanted)) is found


def test_the_newest_asset_comes_first_unless_asked_otherwise(office: BackOffice) -> None:
    name = "Sorted together"
    first = office.sold(5, friendly_name=name)
    office.shop.world.clock.advance(minutes=1)
    second = office.sold(9, friendly_name=name)
    staff = office.staff()
    both = [str(first), str(second)]
    shown = [key for key in rows(staff, "assets", q=name) if key in both]
    assert shown == both[::-1]
    shown = rows(staff, "assets", q=name, sort="quantity__asc")
    assert [key for key in shown if key in both] == both


def test_products_are_found_by_name_article_and_being_on_sale(office: BackOffice) -> None:
    with office.shop.tenant.writing() as work:
        on_sale = product(
            name="bundle 100% of Zürich",
            variant_id=None,
            prices={"USD": Money.of("17.50", "USD")},
        )
        hidden = product(name="Bundle 1000 of Zürich", sku="Z-9", variant_id=None, published=False)
        work.products.add_all([on_sale, hidden])
    staff, both = office.staff(), [str(on_sale.id), str(hidden.id)]
    assert rows(staff, "products", q="ZÜRICH") == both
    assert rows(staff, "products", q="zürich", sort="name__desc") == both[::-1]
    assert rows(staff, "products", q="100%") == both[:1]
    assert rows(staff, "products", filter="sku__contains=z-9") == both[1:]
    shown = rows(staff, "products", q="zürich", filter="state__in=PUBLISHED")
    assert shown == both[:1]
    assert "17.50 USD" in staff.open("/admin/products/list?q=100%25").text


def test_the_catalogue_says_of_each_product_type_what_holds_for_it_and_where_it_is_changed(
    office: BackOffice,
) -> None:
    with office.shop.tenant.writing() as work:
        bundle = {"product_type": ProductType.USER_MIGRATION_BUNDLE, "variant_id": None}
        kept = [product(sku=f"C-{n}", published=n == 1, **bundle) for n in range(2)]
        work.products.add_all(kept)
        counts = products_of(work)
    page = office.staff().open("/admin/products/list")
    bundles = counts[ProductType.USER_MIGRATION_BUNDLE]
    assert bundles.all > bundles.published > 0
    assert (
        "Product type: BitTitan User Migration Bundle Expire, by default 365 days "
        "Validity, by default 365 days Codes come from The coupon API, at each sale "
        f"Products {bundles.all} Published {bundles.published}"
    ) in page.text
    of_type = "/admin/products/list?filter=product_type__in%3DUSER_MIGRATION_BUNDLE"
    assert {
        "/admin/settings#products",
        "/admin/settings#coupon-codes",
        of_type,
        f"{of_type}%20AND%20state__in%3DPUBLISHED",
    } <= set(page.links)
    only = rows(office.staff(), "products", filter="product_type__in=USER_MIGRATION_BUNDLE")
    assert len(only) == bundles.all
    assert f"Product group: {PRODUCT_GROUP}" in page.text


def test_settings_are_not_linked_for_staff_who_may_not_open_them(office: BackOffice) -> None:
    page = office.staff(Permission.MANAGE_PRODUCTS).open("/admin/products/list")
    assert "Codes come from" in page.text
    assert not any("/admin/settings" in link for link in page.links)


def test_an_asset_is_found_by_its_invoices_and_its_credits_number(office: BackOffice) -> None:
    key = office.sold()
    with office.shop.tenant.writing() as work:
        work.assets.change(
            key,
            lambda asset: replace(
                asset,
                invoice=InvoiceReference(id="i-1", number="INV-4711"),
                credit_invoice=InvoiceReference(id="c-1", number="CR-4712"),
            ),
            Actor(ActorKind.SYSTEM, "a test"),
            office.shop.ports.clock(),
        )
    staff = office.staff()
    assert rows(staff, "assets", q="inv-4711") == [str(key)]
    assert rows(staff, "assets", q="CR-4712") == [str(key)]
    assert rows(staff, "assets", filter="credit_invoice__contains=4712") == [str(key)]


def test_an_order_is_found_by_its_number_and_that_of_its_invoice(office: BackOffice) -> None:
    asset, staff = office.asset(office.sold()), office.staff()
    office.sold()
    assert asset.invoice is not None
    (found,) = rows(staff, "orders", q=asset.invoice.number)
    assert rows(staff, "orders", filter=f"invoices__contains={asset.invoice.number}") == [found]
    assert found in rows(staff, "orders", q=asset.order_number)


@every("kind", LISTS)
def test_a_row_is_opened_by_a_link_in_its_first_cell(office: BackOffice, kind: str) -> None:
    office.asked(office.sold())
    page = office.staff().request("GET", f"/admin/{kind}/list").text
    for row in page.split('data-sa-pk="')[1:]:
        key, first_cell = row.split('"')[0], row.partition("</td>")[0]
        if "data-sa-href" in row.partition(">")[0]:
            # The first of a row that can be chosen is its box.
            first_cell = row.split("</td>")[1]
            assert f"/admin/{kind}/detail?pk={key}" in first_cell
    assert "-null-" not in page
    assert 'tabindex="0"' not in page


def test_a_list_begins_with_the_columns_that_matter_and_shows_what_its_address_names(
    office: BackOffice,
) -> None:
    office.sold()
    staff = office.staff()

    def page(query: str = "") -> str:
        return staff.request("GET", f"/admin/assets/list{query}").text

    assert shown(page()) == list(AssetList.shown)
    assert shown(page("?cols=name,invoice")) == ["name", "invoice"]
    every_column = COLUMN.findall(page())
    assert shown(page(f"?cols={','.join(every_column)}")) == every_column


def test_a_filtered_list_is_the_same_for_whoever_is_sent_its_address(office: BackOffice) -> None:
    key = office.sold(friendly_name="Sent-by-address")
    office.sold()
    address = "/admin/assets/list?filter=" + quote("friendly_name__contains=by-address")
    staff = office.staff()
    assert rows(staff, "assets", filter="friendly_name__contains=by-address") == [str(key)]
    # Searching and sorting keep it.
    page = staff.open(address)
    search = next(form for form in page.forms if "q" in form.fields)
    assert search.fields["filter"] == "friendly_name__contains=by-address"
    assert all("filter=" in link for link in page.links if "sort=" in link)
    stranger = Visitor(office.app, office.site, None)
    assert "next=" + quote(address, safe="/") in str(stranger.request("GET", address).url)


def shown(page: str) -> list[str]:
    """The columns of a list, as they stand."""
    return re.findall(r'<th scope="col" data-column="(\w+)"', page)


@pytest.mark.parametrize("query", ["page=0", "page=99999", "sort=nothing__asc", "q=%00", "cols=x"])
def test_a_wrong_question_is_no_broken_page(office: BackOffice, query: str) -> None:
    assert office.staff().request("GET", f"/admin/assets/list?{query}").status_code == 200


@every("kind", LISTS)
def test_a_list_opens_sorted_by_whatever_its_address_names(office: BackOffice, kind: str) -> None:
    staff = office.staff()
    columns = set(COLUMN.findall(staff.request("GET", f"/admin/{kind}/list").text))
    assert columns
    answers = {
        column: staff.request("GET", f"/admin/{kind}/list?sort={column}__asc").status_code
        for column in columns
    }
    assert answers == dict.fromkeys(columns, 200)


def test_only_columns_that_can_be_sorted_by_offer_it(office: BackOffice) -> None:
    office.sold()
    page = office.staff().open("/admin/audit/list")
    offered = {link.partition("sort=")[2].partition("__")[0] for link in page.links}
    assert {"at", "actor", "field"} <= offered
    assert not {"before", "after"} & offered


def test_no_list_holds_a_code(office: BackOffice) -> None:
    sealed = office.asset(office.sold()).coupon_code
    assert sealed is not None
    code = office.shop.ports.cipher.open(sealed)
    staff = office.staff()
    for path in ("assets/list", "audit/list", "orders/list", "codes/list", "problems/list"):
        assert code not in staff.request("GET", f"/admin/{path}").text
