"""Exports: everything that matches, as numbers, dates and words, and never a coupon code."""

from datetime import datetime

import pytest

from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.audit_entries import Subject, SubjectKind
from bittitan_plugin.domain.money import Money
from bittitan_plugin.services.stock.importing import ImportMode
from bittitan_plugin.web.admin import lists
from bittitan_plugin.web.admin.export import Xlsx
from tests.fakes.values import product
from tests.integration.admin.backoffice import BackOffice
from tests.integration.admin.exports import csv_rows, export, xlsx_rows
from tests.integration.admin.test_audit import changes, entries
from tests.integration.admin.test_lists import rows
from tests.integration.admin.test_long_work import codes, upload
from tests.security.routes import LISTS
from tests.tables import every

pytestmark = pytest.mark.databases("sqlite", "postgresql")


def test_everything_that_matches_is_exported_in_the_list_s_order(
    office: BackOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "EXPORTED_AT_ONCE", 2)
    for licences in (3, 1, 5, 2, 4):
        office.sold(licences, friendly_name="More than a page")
    office.sold(9, friendly_name="Something else")
    address = "q=more+than+a+page&sort=quantity__asc&page=2&page_size=25"
    found = csv_rows(export(office.staff(), "assets", address))
    assert [row["Licences"] for row in found] == ["1", "2", "3", "4", "5"]


def test_a_filter_of_the_list_holds_for_its_export(office: BackOffice) -> None:
    office.sold(friendly_name="Filtered-for-export")
    office.sold()
    found = export(office.staff(), "assets", "filter=friendly_name__contains=Filtered-for-export")
    assert [row["Friendly name"] for row in csv_rows(found)] == ["Filtered-for-export"]


def test_amounts_are_numbers_beside_their_currency_and_instants_have_their_offset(
    office: BackOffice,
) -> None:
    asset = office.asset(office.sold(25, friendly_name="As numbers"))
    assert asset.invoice is not None
    (row,) = csv_rows(export(office.staff(), "assets", "q=as+numbers"))
    assert (row["Total"], row["Total, currency"]) == (
        f"{asset.total.amount:.2f}",
        asset.total.currency,
    )
    assert row["Invoice"] == asset.invoice.number
    assert row["Status"] == "Active"
    bought = datetime.fromisoformat(row["Bought"])
    assert bought.tzinfo is not None
    assert bought == asset.purchase_date.replace(microsecond=0)


def test_a_sheet_has_real_numbers_and_keeps_text_that_looks_like_a_formula(
    office: BackOffice,
) -> None:
    key = office.sold(friendly_name='=HYPERLINK("http://evil.example")')
    total = office.asset(key).total.amount
    staff = office.staff()
    head, row = xlsx_rows(export(staff, "assets", "q=HYPERLINK", ending="xlsx"))
    cells = {head[column][1]: cell for column, cell in row.items()}
    kind, text = cells["Total"]
    assert (kind, float(text)) == ("n", float(total))
    assert cells["Bought"][0] == "n"
    assert cells["Friendly name"] == ("inlineStr", '=HYPERLINK("http://evil.example")')


@every("begins", ["=", "+", "-", "@"])
def test_no_cell_of_a_file_is_calculated_by_a_spreadsheet(office: BackOffice, begins: str) -> None:
    office.sold(friendly_name=f"{begins}1+1 exported")
    found = csv_rows(export(office.staff(), "assets", "q=1%2B1+exported"))
    assert found
    cells = [cell for row in found for cell in row.values()]
    assert f"'{begins}1+1 exported" in cells
    assert [cell for cell in cells if cell[:1] in set("=+-@")] == []


def test_a_product_with_several_prices_is_a_row_for_each(office: BackOffice) -> None:
    with office.shop.tenant.writing() as work:
        prices = {"USD": Money.of("17.50", "USD"), "JPY": Money.of("1900", "JPY")}
        work.products.add_all(
            [
                product(name="Priced in two", sku="P-2", variant_id=None, prices=prices),
                product(name="Priced in none", sku="P-0", variant_id=None, prices={}),
            ]
        )
    found = csv_rows(export(office.staff(), "products", "q=priced+in"))
    price = "Price of one licence"
    priced = {(row["Article"], row[price], row[f"{price}, currency"]) for row in found}
    assert priced == {("P-2", "17.50", "USD"), ("P-2", "1900", "JPY"), ("P-0", "", "")}


def test_an_order_is_exported_with_the_numbers_of_its_invoices(office: BackOffice) -> None:
    asset = office.asset(office.sold())
    assert asset.invoice is not None
    (row,) = csv_rows(export(office.staff(), "orders", f"q={asset.invoice.number}"))
    assert (row["Number"], row["Invoice"]) == (asset.order_number, asset.invoice.number)
    assert row["Total, currency"] == "USD"


@every("kind", LISTS)
def test_every_list_can_be_exported(office: BackOffice, kind: str) -> None:
    office.asked(office.sold())
    staff = office.staff()
    assert csv_rows(export(staff, kind)) is not None
    head, *_ = xlsx_rows(export(staff, kind, ending="xlsx"))
    assert head


@every(
    "kind", ["accounts", "assets", "audit", "cancellation-requests", "codes", "orders", "products"]
)
def test_only_the_rows_that_were_chosen_are_exported_where_some_were(
    office: BackOffice, kind: str
) -> None:
    office.asked(office.sold())
    staff = office.staff()
    upload(staff, codes(office, f"CHOSEN-{kind}".upper()), ImportMode.GOOD_ROWS)
    office.shop.settle()
    chosen = rows(staff, kind)[0]
    found = csv_rows(export(staff, kind, chosen=[chosen, "nonsense", "9" * 30]))
    assert len(found) == 1


def test_an_export_holds_no_code_and_no_part_of_one(office: BackOffice) -> None:
    sealed = office.asset(office.sold()).coupon_code
    assert sealed is not None
    code, staff = office.shop.ports.cipher.open(sealed), office.staff()
    upload(staff, codes(office, "STOCKED-7Q9X"), ImportMode.GOOD_ROWS)
    office.shop.settle()
    for kind in LISTS:
        text = export(staff, kind).text
        assert code not in text
        assert "7Q9X" not in text


def test_an_export_is_kept_in_the_audit(office: BackOffice) -> None:
    office.sold(friendly_name="Taken along")
    export(office.staff(), "assets", "q=taken+along", ending="xlsx")
    of_assets = Subject(kind=SubjectKind.LIST, id="assets", name="Assets")
    found = [each for each in entries(office, SubjectKind.LIST) if each.subject == of_assets]
    assert ("export", None, "1 row as XLSX") in changes(found)


def test_who_may_not_see_a_list_cannot_export_it(office: BackOffice) -> None:
    office.sold()
    before = len(entries(office, SubjectKind.LIST))
    clerk = office.staff(Permission.MANAGE_PRODUCTS)
    token = clerk.open("/admin/products/list").forms[0].fields["csrftoken"]
    answer = clerk.request(
        "POST",
        "/admin/_api/assets/action?name=export",
        data={"csrftoken": token, "scope": "all", "format": "csv"},
    )
    assert answer.status_code == 400
    assert len(entries(office, SubjectKind.LIST)) == before


def test_more_rows_than_a_sheet_holds_are_refused_before_any_is_read(
    office: BackOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.sold()
    office.sold()
    monkeypatch.setattr(Xlsx, "most", 1)
    answer = export(office.staff(), "assets", ending="xlsx")
    assert "more than a sheet of XLSX holds" in answer.text
    assert answer.headers["content-type"].startswith("text/html")
