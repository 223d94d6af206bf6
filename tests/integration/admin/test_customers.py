"""Staff make, change and lock out customers, and make them known before they order."""

from uuid import UUID, uuid4

import pytest

from bittitan_plugin.domain.access import ANONYMOUS, Permission
from bittitan_plugin.domain.accounts import Account
from bittitan_plugin.domain.audit_entries import SubjectKind
from bittitan_plugin.platforms.shop.identity import ShopIdentity
from bittitan_plugin.platforms.shop.ids import Kind, global_id, parse_id
from bittitan_plugin.platforms.shop.tables import UserRow
from bittitan_plugin.store.queries import back_office
from bittitan_plugin.store.queries.browsing import Wanted
from tests.integration.admin.backoffice import BackOffice, told
from tests.integration.admin.test_audit import changes, entries
from tests.integration.admin.test_lists import rows
from tests.integration.portal.browsing import Page, Visitor

pytestmark = pytest.mark.databases("sqlite", "postgresql")

PASSWORD = "a long password"
DETAILS = {
    "company": "Fabrikam",
    "name": "Ada",
    "street": "1 High Street",
    "postal_code": "SW1A 1AA",
    "city": "London",
    "country": "gb",
    "tax_number": "GB123",
    "billing_day": "28",
}


def address() -> str:
    return f"buyer-{uuid4().hex[:10]}@example.com"


def made(staff: Visitor, **typed: str) -> Page:
    """The page that the form of a new customer leads to."""
    form = staff.open("/admin/customers/new").form("/new")
    return staff.send(form, **({"email": address()} | typed))


def customer(office: BackOffice, email: str) -> UserRow:
    row = office.storefront.platform.customers.by_email(email)
    assert row is not None
    return row


def account_of(office: BackOffice, email: str) -> Account:
    """The account of the customer or end customer with that address."""
    with office.shop.tenant.reading() as work:
        (found,) = back_office.accounts(work).page(work.session, Wanted(search=email))
    return found.account


def recorded(office: BackOffice, key: UUID) -> list[tuple[str, str | None, str | None]]:
    """What the audit holds of that customer."""
    found = entries(office, SubjectKind.CUSTOMER)
    return changes([each for each in found if each.subject.id == str(key)])


def page_of(key: UUID, part: str = "") -> str:
    return f"/admin/customers/{key}/{part}" if part else f"/admin/customers/detail?pk={key}"


def test_staff_make_a_customer_with_all_its_details(office: BackOffice) -> None:
    email = address()
    page = made(office.staff(), email=email.upper(), password=PASSWORD, **DETAILS)
    assert "1 High Street" in told(page)
    row = customer(office, email)
    kept = {name: str(getattr(row, name)) for name in DETAILS}
    assert kept == DETAILS | {"country": "GB"}
    assert office.storefront.platform.sign_in(email, PASSWORD, "192.0.2.1") is not None
    assert ("company", None, "Fabrikam") in recorded(office, row.id)
    assert not any(PASSWORD in str(each) for each in entries(office))


def test_every_fault_is_named_at_its_field_and_what_was_typed_stays(office: BackOffice) -> None:
    taken = office.storefront.reseller.email
    wrong = {"country": "England", "billing_day": "31", "password": "short", "tax_number": "9" * 51}
    page = made(office.staff(), email=taken, **DETAILS | wrong)
    assert page.status == 422
    for sentence in (
        f"There is a user {taken} already.",
        "'England' is not the code of a country",
        "A billing day is between 1 and 28.",
        "A password has",
        "At most 50 characters.",
    ):
        assert sentence in page.text
    kept = DETAILS | wrong | {"email": taken, "password": ""}
    assert {name: page.form("/new").fields[name] for name in kept} == kept


@pytest.mark.parametrize("day", ["0", "29", "first", "1.5"])
def test_what_is_no_day_of_every_month_is_no_billing_day(office: BackOffice, day: str) -> None:
    page = made(office.staff(), billing_day=day)
    assert (page.status, "A billing day is between 1 and 28." in page.text) == (422, True)


def test_a_change_is_kept_with_both_values_and_without_the_password(office: BackOffice) -> None:
    row, staff = office.storefront.reseller, office.staff()
    session = ShopIdentity(office.storefront.platform.customers)
    new = address()
    form = staff.open(page_of(row.id, "edit")).form("/edit")
    page = staff.send(form, email=new.upper(), city="Bonn", password=PASSWORD, billing_day="")
    assert "Saved." in told(page)
    found = recorded(office, row.id)
    assert {
        ("email", row.email, new),
        ("city", None, "Bonn"),
        ("billing_day", "15", None),
        ("password", None, "set"),
    } <= set(found)
    assert session.viewer(f"{row.id}:{row.session_key}") == ANONYMOUS
    assert office.storefront.platform.sign_in(new, PASSWORD, "192.0.2.1") is not None


def test_a_form_saved_as_it_was_changes_and_records_nothing(office: BackOffice) -> None:
    row, staff = office.storefront.reseller, office.staff()
    before = recorded(office, row.id)
    staff.send(staff.open(page_of(row.id, "edit")).form("/edit"))
    assert recorded(office, row.id) == before
    assert customer(office, row.email).session_key == row.session_key


def test_of_two_who_change_different_fields_neither_undoes_the_other(office: BackOffice) -> None:
    row, staff = office.storefront.reseller, office.staff()
    first, second = (staff.open(page_of(row.id, "edit")).form("/edit") for _ in range(2))
    staff.send(first, city="Bonn")
    staff.send(second, street="2 Low Road")
    now = customer(office, row.email)
    assert (now.city, now.street) == ("Bonn", "2 Low Road")


def test_of_two_who_change_the_same_field_the_second_is_told(office: BackOffice) -> None:
    row, staff = office.storefront.reseller, office.staff()
    first, second = (staff.open(page_of(row.id, "edit")).form("/edit") for _ in range(2))
    staff.send(first, city="Bonn")
    page = staff.send(second, city="Ulm")
    assert "Meanwhile it was changed to 'Bonn'" in page.text
    assert (page.form("/edit").fields["city"], customer(office, row.email).city) == ("Ulm", "Bonn")
    staff.send(page.form("/edit"))
    assert customer(office, row.email).city == "Ulm"


def test_members_of_staff_are_no_customers(office: BackOffice) -> None:
    key, staff = office.storefront.staff.id, office.staff(Permission.MANAGE_USERS)
    form = staff.open(page_of(office.storefront.reseller.id, "edit")).form("/edit")
    assert staff.open(page_of(key)).status == 404
    for part in ("edit", "disable", "synchronize", "end-customers/new"):
        answer = staff.request("POST", page_of(key, part), data=form.fields)
        assert answer.status_code in {200, 404, 422}
        assert "no such customer" in answer.text.lower() or answer.status_code == 404
    unchanged = office.storefront.platform.staff.get(key)
    assert (unchanged.email, unchanged.disabled_at) == (office.storefront.staff.email, None)


def test_a_customer_is_locked_out_after_a_question_and_let_in_again(office: BackOffice) -> None:
    row, staff = office.storefront.reseller, office.staff()
    identity = ShopIdentity(office.storefront.platform.customers)
    session = f"{row.id}:{row.session_key}"
    question = staff.open(page_of(row.id, "lock"))
    assert "Every session and access token of the customer ends" in told(question)
    assert identity.viewer(session) != ANONYMOUS
    assert "is locked out" in told(staff.send(question.form("/disable")))
    assert identity.viewer(session) == ANONYMOUS
    assert "may sign in again" in told(
        staff.send(staff.open(page_of(row.id, "lock")).form("/enable"))
    )
    assert {("disabled", None, "yes"), ("disabled", "yes", None)} <= set(recorded(office, row.id))
    assert customer(office, row.email).disabled_at is None


def test_a_customer_is_synchronized_before_it_ordered_anything(office: BackOffice) -> None:
    email, staff = address(), office.staff()
    page = made(staff, email=email, company="Northwind")
    assert "It has no account yet" in told(page)
    page = staff.send(page.form("/synchronize"))
    assert "The account is synchronized with BitTitan." in told(page)
    account = account_of(office, email)
    assert (account.is_synchronized, account.company) == (True, "Northwind")
    assert not page.offers("/synchronize")
    assert page_of(customer(office, email).id)[6:] in "".join(
        staff.open(f"/admin/accounts/detail?pk={account.id}").links
    )


def test_an_account_follows_its_customer_until_bittitan_knows_it(office: BackOffice) -> None:
    first, second, third, staff = address(), address(), address(), office.staff()
    made(staff, email=first, company="Before")
    key = customer(office, first).id
    # Making an end customer opens the account without synchronizing it.
    staff.send(staff.open(page_of(key, "end-customers/new")).form("/new"), email=address())
    staff.send(staff.open(page_of(key, "edit")).form("/edit"), email=second, company="After")
    account = account_of(office, second)
    assert (account.company, account.is_synchronized) == ("After", False)
    staff.send(staff.open(page_of(key)).form("/synchronize"))
    staff.send(staff.open(page_of(key, "edit")).form("/edit"), email=third)
    assert account_of(office, second).is_synchronized


def test_a_refused_synchronization_keeps_what_was_typed(office: BackOffice) -> None:
    staff = office.staff()
    page = staff.send(made(staff).form("/synchronize"), email="no address", company_name="Contoso")
    assert page.status == 422
    assert "not an e-mail address" in page.text
    assert page.form("/synchronize").fields["company_name"] == "Contoso"


def test_a_reseller_gets_an_end_customer_before_it_buys_for_one(office: BackOffice) -> None:
    email, of_it, staff = address(), address(), office.staff()
    made(staff, email=email)
    key = customer(office, email).id
    assert str(key) in rows(staff, "customers", q=email, filter="kind__in=DIRECT")
    form = staff.open(page_of(key, "end-customers/new")).form("/new")
    page = staff.send(form, email=of_it.upper(), name="Woodgrove")
    assert f"{of_it} is an end customer of {email} now." in told(page)
    end_customer = account_of(office, of_it)
    assert end_customer.reseller_id == account_of(office, email).id
    assert end_customer.company == "Woodgrove"
    assert "Woodgrove" in told(staff.open(page_of(key)))
    assert str(key) in rows(staff, "customers", q=email, filter="kind__in=RESELLER")
    assert rows(staff, "accounts", filter=f"reseller__contains={email}") == [str(end_customer.id)]
    found = [e for e in entries(office, SubjectKind.ACCOUNT) if e.subject.name == of_it]
    assert ("reseller", None, email) in changes(found)
    again = staff.send(form, email=of_it, name="Woodgrove")
    assert (again.status, "has an end customer" in again.text) == (422, True)


def test_customers_are_found_by_what_they_are_called_and_by_their_state(office: BackOffice) -> None:
    email, staff = address(), office.staff()
    made(staff, email=email, **DETAILS | {"company": f"Adatum {email}"})
    key = str(customer(office, email).id)
    assert rows(staff, "customers", q=f"adatum {email}") == [key]
    assert rows(staff, "customers", q=email, filter="state__in=LOCKED_OUT") == []
    staff.send(staff.open(page_of(UUID(key), "lock")).form("/disable"))
    assert rows(staff, "customers", q=email, filter="state__in=LOCKED_OUT") == [key]
    assert office.storefront.staff.email not in staff.open("/admin/customers/list").text


def test_an_end_customer_that_signs_in_is_told_apart_and_leads_to_its_account(
    office: BackOffice,
) -> None:
    email, staff = address(), office.staff()
    key = office.asset(office.sold(end_customer_email=email)).end_customer_id
    made(staff, email=email)
    user = customer(office, email)
    assert rows(staff, "customers", q=email, filter="kind__in=DIRECT") == [str(user.id)]
    with office.shop.tenant.writing() as work:
        work.accounts.prove(global_id(Kind.USER, user.id), email, office.shop.ports.clock())
    assert rows(staff, "customers", q=email, filter="kind__in=END_CUSTOMER") == [str(user.id)]
    page = staff.open(page_of(user.id))
    assert "Bought for it" in told(page)
    assert any(f"/accounts/detail?pk={key}" in link for link in page.links)


def test_who_may_not_see_sales_sees_none_at_the_customer(office: BackOffice) -> None:
    key = office.storefront.reseller.id
    assert "Sales" in told(office.staff().open(page_of(key)))
    assert "Sales" not in told(office.staff(Permission.MANAGE_USERS).open(page_of(key)))


@pytest.mark.parametrize("may_synchronize", [True, False])
def test_an_order_that_needs_a_synchronized_customer_says_what_staff_can_do(
    office: BackOffice, may_synchronize: bool
) -> None:
    office.shop.configure(synchronize_automatically="false")
    row = office.storefront.reseller
    order = parse_id(Kind.ORDER, office.storefront.draft(row))
    others = () if may_synchronize else (Permission.MANAGE_ORDERS,)
    staff = office.staff(*others)
    form = staff.open(f"/admin/orders/detail?pk={order}").form("/execute")
    page = staff.send(form, invoicing="NOW")
    assert f"{row.email} is not synchronized with BitTitan" in told(page)
    if not may_synchronize:
        assert "Ask somebody with MANAGE_USERS" in page.text
        return
    assert "is synchronized" in told(staff.send(page.form("/synchronize")))
    assert "has been executed" in told(staff.send(form, invoicing="NOW"))


def test_its_page_leads_to_an_order_for_it(office: BackOffice) -> None:
    row, staff = office.storefront.reseller, office.staff()
    (link,) = (each for each in staff.open(page_of(row.id)).links if "/orders/new" in each)
    (form,) = (each for each in staff.open(link).forms if "customer" in each.fields)
    assert form.fields["customer"] == row.email


def test_its_page_leads_to_its_sales_and_to_nobody_else_s(office: BackOffice) -> None:
    row, staff = office.storefront.reseller, office.staff()
    # The other's address has this one's within.
    email, longer = f"o'neil+{row.id.hex}@example.com", f"b.o'neil+{row.id.hex}@example.com"
    staff.send(staff.open(page_of(row.id, "edit")).form("/edit"), email=email)
    made(staff, email=longer)
    office.storefront.draft(row)
    office.storefront.draft(customer(office, longer))
    links = [link for link in staff.open(page_of(row.id)).links if "__eq" in link]
    found = {link.split("/")[2]: staff.request("GET", link).text for link in links}
    assert found.keys() == {"orders", "invoices", "audit"}
    assert found["orders"].count('data-sa-pk="') == 1
    assert 'data-sa-pk="' in found["audit"]
    assert "b.o&#39;neil" not in found["audit"]
