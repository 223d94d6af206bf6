"""The form of a draft: nothing typed is lost, every fault is named, and nobody is overwritten."""

import re
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from bittitan_plugin.domain.access import Permission
from bittitan_plugin.platforms.shop.ids import Kind, parse_id
from bittitan_plugin.platforms.shop.order_records import OrderRecord
from bittitan_plugin.platforms.shop.tables import OrderRow, UserRow
from tests.integration.admin.backoffice import BackOffice
from tests.integration.portal.browsing import Visitor

NEW = "/admin/orders/new"


@pytest.fixture
def staff(office: BackOffice) -> Visitor:
    """Who may do everything."""
    return office.staff()


def offered(staff: Visitor) -> str:
    """The first product of the form."""
    found = re.search(r'<option value="([^"]+)" data-name', staff.request("GET", NEW).text)
    assert found is not None
    return found[1]


def sent(staff: Visitor, path: str, **fields: Any) -> Any:
    """The answer to the form of that page with these fields."""
    return staff.request("POST", path, data=blank(staff, path) | fields)


def blank(staff: Visitor, path: str) -> dict[str, Any]:
    """What that form sends where nothing is typed and none of its lines' buttons pressed."""
    form = next(each for each in staff.open(path).forms if "occasion" in each.fields)
    return {**form.fields, "currency": "USD"} | {"act": ""}


def draft(office: BackOffice) -> OrderRecord:
    """The newest draft."""
    platform = office.storefront.platform
    with platform.database.reading() as session:
        newest = platform.drafts.listing().query.order_by(OrderRow.sequence.desc())
        row = session.scalars(newest).first()
    assert row is not None
    record = platform.orders.get(row.id)
    assert record is not None
    return record


def drafted(office: BackOffice, staff: Visitor, **more: Any) -> OrderRecord:
    """A draft of three licences for the reseller, made through the form."""
    fields = {"customer": office.storefront.reseller.email, "variant": offered(staff)}
    answer = sent(staff, NEW, **fields | {"quantity": "3"} | more)
    assert "The draft has been made." in answer.text
    return draft(office)


def test_a_draft_has_as_many_lines_as_were_typed(office: BackOffice, staff: Visitor) -> None:
    product = offered(staff)
    made = drafted(
        office,
        staff,
        variant=[product] * 3,
        quantity=["1", "2", "3"],
        friendly_name=["first", "", ""],
        end_email=["", "it@fabrikam.example", ""],
        end_name=["", "Fabrikam", ""],
    )
    assert [row.quantity for row in made.lines] == [1, 2, 3]
    assert made.lines[1].line_metadata["bittitan.end_customer_email"] == "it@fabrikam.example"


def test_the_server_computes_the_price_whatever_was_sent(
    office: BackOffice, staff: Visitor
) -> None:
    made = drafted(office, staff, total="0.01", price="0.01")
    assert made.row.total == made.lines[0].unit_amount * 3 > Decimal(1)


def test_every_fault_of_every_line_is_named_and_nothing_typed_is_lost(
    staff: Visitor,
) -> None:
    answer = sent(
        staff,
        NEW,
        customer="nobody@example.com",
        variant=["", offered(staff)],
        quantity=["many", "0"],
        friendly_name=["Our move", ""],
        end_email=["", "nowhere"],
        end_name=["Fabrikam", ""],
    )
    assert answer.status_code == 422
    named = set(re.findall(r'<a href="#([^"]+)">', answer.text))
    assert named >= {
        "customer", "variant-0", "quantity-0", "end_email-0", "quantity-1", "end_email-1",
    }  # fmt: skip
    for typed in ("nobody@example.com", "many", "Our move", "nowhere", "Fabrikam"):
        assert f'value="{typed}"' in answer.text


def test_an_empty_form_says_what_is_missing(office: BackOffice, staff: Visitor) -> None:
    answer = sent(staff, NEW, customer=office.storefront.reseller.email)
    assert "Choose a product." in answer.text


def test_without_a_script_a_line_is_added_and_removed_by_the_server(staff: Visitor) -> None:
    typed = {"variant": ["", ""], "quantity": ["7", "8"]} | {
        name: ["", ""] for name in ("friendly_name", "end_email", "end_name")
    }
    more = sent(staff, NEW, act="add", **typed)
    assert (more.status_code, more.text.count("<fieldset")) == (200, 3)
    less = sent(staff, NEW, act="remove-0", **typed)
    assert less.text.count("<fieldset") == 1
    assert 'value="8"' in less.text


def test_a_form_that_is_sent_twice_makes_one_draft(office: BackOffice, staff: Visitor) -> None:
    fields = {
        **blank(staff, NEW),
        "customer": office.storefront.reseller.email,
        "variant": offered(staff),
        "quantity": "3",
    }
    answers = [staff.request("POST", NEW, data=fields) for _ in range(2)]
    assert len({str(answer.url) for answer in answers}) == 1
    assert draft(office)


def test_a_draft_is_edited_in_the_same_form(office: BackOffice, staff: Visitor) -> None:
    made = drafted(office, staff, friendly_name="before")
    path = f"/admin/orders/{made.row.id}/edit"
    assert 'value="before"' in staff.request("GET", path).text
    answer = sent(staff, path, variant=offered(staff), quantity="9")
    assert "The draft has been saved" in answer.text
    assert [row.quantity for row in draft(office).lines] == [9]


def test_what_somebody_else_changed_meanwhile_is_shown_and_not_overwritten(
    office: BackOffice, staff: Visitor
) -> None:
    made = drafted(office, staff)
    path, product = f"/admin/orders/{made.row.id}/edit", offered(staff)
    sent(staff, path, variant=product, quantity="4")
    late = sent(staff, path, variant=product, quantity="5", version="1")
    assert late.status_code == 422
    assert "Somebody else changed draft" in late.text
    assert "4 ×" in late.text
    assert 'value="5"' in late.text
    assert [row.quantity for row in draft(office).lines] == [4]


def test_a_draft_is_deleted_after_a_question(office: BackOffice, staff: Visitor) -> None:
    made = drafted(office, staff)
    form = staff.open(f"/admin/orders/{made.row.id}/delete")
    assert "cannot be brought back" in form.text
    page = staff.send(next(each for each in form.forms if "version" in each.fields))
    assert f"Draft {made.row.sequence} has been deleted." in page.text
    assert office.storefront.platform.orders.get(made.row.id) is None


def test_an_executed_order_offers_neither(office: BackOffice, staff: Visitor) -> None:
    order = office.asset(office.sold()).order_id
    assert order is not None
    key = parse_id(Kind.ORDER, order)
    page = staff.open(f"/admin/orders/detail?pk={key}")
    assert "Edit the draft" not in page.text
    led = staff.open(f"/admin/orders/{key}/edit")
    assert "Only a draft can be edited or deleted." in led.text


def test_customers_are_found_by_a_part_of_their_address_or_company(
    office: BackOffice, staff: Visitor
) -> None:
    reseller, company = office.storefront.reseller, f"Northwind {uuid4()}"
    with office.storefront.platform.database.writing() as session:
        session.get_one(UserRow, reseller.id).company = company
    for words in (reseller.email[3:-3].upper(), company[3:]):
        found = staff.request("GET", "/admin/orders/customers", params={"q": words}).json()
        assert found == [{"email": reseller.email, "name": company}]


def test_the_end_customers_of_a_reseller_are_offered(office: BackOffice, staff: Visitor) -> None:
    office.sold(end_customer_email="it@wingtip.example")
    reseller = office.storefront.reseller
    found = staff.request(
        "GET", "/admin/orders/end-customers", params={"customer": reseller.email}
    ).json()
    assert [each["email"] for each in found] == ["it@wingtip.example"]


@pytest.mark.parametrize("path", ["customers", "end-customers"])
def test_who_may_not_list_customers_types_their_addresses(office: BackOffice, path: str) -> None:
    clerk = office.staff(Permission.MANAGE_ORDERS)
    assert clerk.request("GET", f"/admin/orders/{path}").status_code == 403
    assert "data-customers" not in clerk.request("GET", NEW).text
