"""Invoices in the back office: found, read, printed; and each customer's own, and nobody else's."""

from collections.abc import Callable
from io import BytesIO
from urllib.parse import quote
from uuid import UUID, uuid4

import pytest
from pypdf import PdfReader
from sqlalchemy import select
from starlette.applications import Starlette

from bittitan_plugin.domain.access import Permission
from bittitan_plugin.platforms.shop import invoice_pages
from bittitan_plugin.platforms.shop.ids import Kind, parse_id
from bittitan_plugin.platforms.shop.tables import InvoiceRow, OrderRow, UserRow
from bittitan_plugin.web.browser import page_routes
from bittitan_plugin.web.site import Site
from tests.integration.admin.backoffice import BackOffice, told
from tests.integration.portal.browsing import Visitor
from tests.tables import every

Visiting = Callable[[UserRow | None], Visitor]


@pytest.fixture(scope="session")
def every_page(site: Site) -> Starlette:
    """The customers' pages beside the back office; built once."""
    return Starlette(routes=page_routes(site))


@pytest.fixture
def visitor(office: BackOffice, every_page: Starlette) -> Visiting:
    """Somebody new at a browser, for whom every page is there."""
    return lambda user: Visitor(every_page, office.site, user)


@pytest.fixture
def invoice(office: BackOffice) -> InvoiceRow:
    """The invoice of a sale to the reseller."""
    return invoices_of(office, order_of(office, office.sold()))[0]


def order_of(office: BackOffice, asset: UUID) -> UUID:
    return parse_id(Kind.ORDER, office.asset(asset).order_id)


def invoices_of(office: BackOffice, order: UUID) -> list[InvoiceRow]:
    return office.storefront.platform.invoices.of_orders([order])[order]


def read_pdf(visitor: Visitor, path: str) -> str:
    answer = visitor.request("GET", path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/pdf"
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages)


def listed(office: BackOffice, query: str) -> list[str]:
    """The numbers that the list shows, by the addresses of their pages."""
    links = office.staff().open(f"/admin/invoices/list?{query}").links
    with office.storefront.platform.database.reading() as session:
        rows = session.scalars(select(InvoiceRow)).all()
    return [row.number for row in rows if any(f"pk={row.id}" in link for link in links)]


def test_the_list_shows_what_was_issued_and_leads_to_its_page(
    office: BackOffice, invoice: InvoiceRow
) -> None:
    opened = office.staff().open(f"/admin/invoices/list?q={invoice.number}")
    assert any(f"/admin/invoices/detail?pk={invoice.id}" in link for link in opened.links)
    page = told(opened)
    for shown in (invoice.number, office.storefront.reseller.email, invoice.billed_to, "Paid"):
        assert shown in page
    assert "-null-" not in page


def test_invoices_are_found_by_number_customer_kind_payment_and_day(office: BackOffice) -> None:
    first = order_of(office, office.sold())
    second = order_of(office, office.sold())
    office.storefront.platform.orders.cancel(second)
    with office.storefront.platform.database.writing() as session:
        order = session.get_one(OrderRow, first)
        order.charged = order.charged - order.charged
    (unpaid,), (paid, credit) = invoices_of(office, first), invoices_of(office, second)
    # Other tests' invoices, dated by other clocks, must not fill the first page.
    ours = f"q={quote(office.storefront.reseller.email)}"
    found: dict[str, set[str]] = {
        f"q={unpaid.number}": {unpaid.number},
        ours: {unpaid.number, paid.number, credit.number},
        "q=nobody": set(),
        f"{ours}&filter=kind__in%3DCREDIT": {credit.number},
        f"{ours}&filter=settlement__in%3DUNPAID": {unpaid.number},
        f"{ours}&filter=settlement__in%3DPAID": {paid.number},
        f"{ours}&filter=created_at__gte%3D2100-01-01": set(),
        f"{ours}&filter=created_at__lte%3D2100-01-01": {unpaid.number, paid.number, credit.number},
    }
    shown = {query: set(listed(office, query)) for query in found}
    known = {unpaid.number, paid.number, credit.number}
    assert {query: shown[query] & known for query in found} == found


def test_a_page_and_its_pdf_have_the_same_numbers(office: BackOffice, invoice: InvoiceRow) -> None:
    staff = office.staff()
    opened = staff.open(f"/admin/invoices/detail?pk={invoice.id}")
    page, pdf = told(opened), read_pdf(staff, f"/admin/invoices/{invoice.id}/pdf")
    for said in (invoice.number, f"{invoice.amount:,.2f} {invoice.currency}", invoice.billed_to):
        assert said in page
        assert said in pdf
    assert any(f"/admin/orders/detail?pk={invoice.order_id}" in link for link in opened.links)


def test_a_credit_invoice_names_the_invoice_it_takes_back(office: BackOffice) -> None:
    order = order_of(office, office.sold())
    office.storefront.platform.orders.cancel(order)
    invoice, credit = invoices_of(office, order)
    staff = office.staff()
    page = staff.open(f"/admin/invoices/detail?pk={credit.id}")
    assert f"Takes back Invoice {invoice.number}" in told(page)
    assert any(f"pk={invoice.id}" in link for link in page.links)
    assert f"Takes back: Invoice {invoice.number}" in read_pdf(
        staff, f"/admin/invoices/{credit.id}/pdf"
    )


@every("path", ["/admin/invoices/{}/pdf", "/admin/invoices/detail?pk={}"])
def test_other_staff_may_not_read_invoices(
    office: BackOffice, invoice: InvoiceRow, path: str
) -> None:
    others = [each for each in Permission if each is not Permission.MANAGE_ORDERS]
    assert office.staff(*others).open(path.format(invoice.id)).status == 403


@every("path", ["/invoices/{}", "/invoices/{}/pdf"])
def test_a_customer_reads_its_own_invoice_and_no_other(
    office: BackOffice, visitor: Visiting, invoice: InvoiceRow, path: str
) -> None:
    store, address = office.storefront, path.format(invoice.id)
    assert visitor(store.reseller).request("GET", address).status_code == 200
    assert visitor(store.stranger).request("GET", address).status_code == 404
    assert visitor(None).open(address).path == "/sign-in"


def test_a_customers_list_has_its_own_invoices_and_no_others(
    office: BackOffice, visitor: Visiting
) -> None:
    order = order_of(office, office.sold())
    office.storefront.platform.orders.cancel(order)
    invoice, credit = invoices_of(office, order)
    own = visitor(office.storefront.reseller).open("/portal/")
    assert "/invoices/" in own.links
    mine = visitor(office.storefront.reseller).open("/invoices/")
    page = told(mine)
    for row, kind in [(invoice, "Invoice"), (credit, "Credit invoice")]:
        assert f"{kind} {row.number}" in page
        assert f"{row.amount:,.2f} {row.currency}" in page
        assert {f"/invoices/{row.id}", f"/invoices/{row.id}/pdf"} <= set(mine.links)
    assert "Paid" in page
    others = visitor(office.storefront.stranger).open("/invoices/")
    assert invoice.number not in told(others)
    assert visitor(None).open("/invoices/").path == "/sign-in"


def test_older_invoices_are_on_the_next_page(
    office: BackOffice, visitor: Visiting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invoice_pages, "SIZE", 1)
    older, newer = (invoices_of(office, order_of(office, office.sold()))[0] for _ in range(2))
    own = visitor(office.storefront.reseller)
    shown = [told(own.open(f"/invoices/?page={page}")) for page in ("1", "2", "nothing")]
    assert [newer.number in page for page in shown] == [True, False, True]
    assert [older.number in page for page in shown] == [False, True, False]


def test_the_total_stands_below_the_table_where_no_scrolling_hides_it(
    office: BackOffice, invoice: InvoiceRow, visitor: Visiting
) -> None:
    page = visitor(office.storefront.reseller).open(f"/invoices/{invoice.id}")
    _, _, below = page.answer.text.partition("</table>")
    assert f"{invoice.amount:,.2f} {invoice.currency}" in below


def test_a_customers_page_and_pdf_say_what_is_billed(
    office: BackOffice, visitor: Visiting, invoice: InvoiceRow
) -> None:
    own = visitor(office.storefront.reseller)
    page = told(own.open(f"/invoices/{invoice.id}"))
    pdf = read_pdf(own, f"/invoices/{invoice.id}/pdf")
    for said in (invoice.number, f"{invoice.amount:,.2f} {invoice.currency}", invoice.billed_to):
        assert said in page
        assert said in pdf


def test_staff_who_follow_a_customers_link_read_it_in_the_back_office(
    office: BackOffice, visitor: Visiting, invoice: InvoiceRow
) -> None:
    clerk = office.storefront.platform.customers.create(
        email=f"{uuid4()}@shop.example", staff_permissions=[Permission.MANAGE_ORDERS]
    )
    page = visitor(clerk).open(f"/invoices/{invoice.id}")
    assert page.path == "/admin/invoices/detail"
    assert invoice.number in told(page)


def test_an_order_and_its_asset_lead_to_the_invoice(office: BackOffice) -> None:
    asset, staff = office.sold(), office.staff()
    invoice = invoices_of(office, order_of(office, asset))[0]
    order = staff.open(f"/admin/orders/detail?pk={invoice.order_id}")
    assert any(f"/admin/invoices/detail?pk={invoice.id}" in link for link in order.links)
    assert (
        f"http://shop/invoices/{invoice.id}" in staff.open(f"/admin/assets/detail?pk={asset}").links
    )


def test_a_licences_page_leads_its_buyer_to_the_invoice(
    office: BackOffice, visitor: Visiting
) -> None:
    key = office.sold()
    order = order_of(office, key)
    invoice = invoices_of(office, order)[0]
    page = visitor(office.storefront.reseller).open(f"/portal/licenses/{key}")
    assert f"http://shop/invoices/{invoice.id}" in page.links


def test_the_e_mails_about_a_sale_lead_its_buyer_to_the_licences_page(
    office: BackOffice, visitor: Visiting
) -> None:
    key = office.sold()
    office.shop.cancel(office.asset(key))
    said = {mail.template: mail.values for mail in office.storefront.emails}
    assert said["welcome"]["license_url"] == f"http://shop/portal/licenses/{key}"
    assert said["cancelled"]["license_url"] == said["welcome"]["license_url"]
    path = str(said["welcome"]["license_url"]).removeprefix("http://shop")
    assert visitor(office.storefront.reseller).request("GET", path).status_code == 200


def test_the_e_mails_about_a_sale_and_its_end_lead_to_the_invoice_and_the_credit_invoice(
    office: BackOffice,
) -> None:
    key = office.sold()
    office.shop.cancel(office.asset(key))
    order = order_of(office, key)
    invoice, credit = invoices_of(office, order)
    said = {mail.template: mail.values for mail in office.storefront.emails}
    assert said["welcome"]["invoice_number"] == invoice.number
    assert said["welcome"]["invoice_url"] == f"http://shop/invoices/{invoice.id}"
    assert said["cancelled"]["credit_invoice_url"] == f"http://shop/invoices/{credit.id}"
