"""Staff make members of staff, say what they may do, and lock them out."""

from uuid import UUID, uuid4

import pytest

from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.audit_entries import SubjectKind
from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.platforms.shop.tables import UserRow
from tests.integration.admin.backoffice import BackOffice, told
from tests.integration.admin.test_audit import changes, entries
from tests.integration.admin.test_lists import rows
from tests.integration.portal.browsing import Page, Visitor

pytestmark = pytest.mark.databases("sqlite", "postgresql")

PASSWORD = "a long password"
BY = Actor(ActorKind.STAFF, "command line")


def hired(office: BackOffice, *may: Permission) -> UserRow:
    """Somebody else, who may do that."""
    staff, email = office.storefront.platform.staff, f"clerk-{uuid4().hex[:10]}@example.com"
    return staff.create(email, by=BY, permissions=may)


def page_of(key: UUID, part: str = "") -> str:
    return f"/admin/staff/{key}/{part}" if part else f"/admin/staff/detail?pk={key}"


def now(office: BackOffice, key: UUID) -> UserRow:
    return office.storefront.platform.staff.get(key)


def permitted(staff: Visitor, key: UUID, *may: Permission) -> Page:
    """The page after the person's permissions were sent so."""
    form = staff.open(page_of(key)).form("/permissions")
    data = {"csrftoken": form.fields["csrftoken"], "permissions": list(may)}
    return Page(staff.request("POST", form.action, data=data))


def test_a_new_member_of_staff_signs_in(office: BackOffice) -> None:
    staff, email = office.staff(), f"new-{uuid4().hex[:10]}@example.com"
    form = staff.open("/admin/staff/new").form("/new")
    sent = {"email": email, "name": "Ada", "password": PASSWORD, "permissions": "MANAGE_ORDERS"}
    data = {"csrftoken": form.fields["csrftoken"], **sent}
    page = Page(staff.request("POST", "/admin/staff/new", data=data))
    assert f"{email} may sign in now." in told(page)
    assert office.storefront.platform.sign_in(email, PASSWORD, "192.0.2.1") is not None
    row = office.storefront.platform.staff.find(email)
    assert row.permissions == ["MANAGE_ORDERS"]
    found = [e for e in entries(office, SubjectKind.STAFF) if e.subject.id == str(row.id)]
    assert ("permissions", None, "MANAGE_ORDERS") in changes(found)
    assert not any(PASSWORD in str(each) for each in entries(office))


def test_every_fault_is_named_and_what_was_typed_stays(office: BackOffice) -> None:
    staff, taken = office.staff(), office.storefront.staff.email
    form = staff.open("/admin/staff/new").form("/new")
    page = staff.send(form, email=taken, name="Ada", password="short")
    assert page.status == 422
    assert f"There is a user {taken} already." in page.text
    assert "A password has" in page.text
    assert page.form("/new").fields["name"] == "Ada"


def test_permissions_are_replaced_on_the_record(office: BackOffice) -> None:
    row = hired(office, Permission.MANAGE_ORDERS)
    page = permitted(office.staff(), row.id, Permission.MANAGE_PRODUCTS)
    assert "Saved." in told(page)
    assert now(office, row.id).permissions == ["MANAGE_PRODUCTS"]
    found = [e for e in entries(office, SubjectKind.STAFF) if e.subject.id == str(row.id)]
    assert ("permissions", "MANAGE_ORDERS", "MANAGE_PRODUCTS") in changes(found)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([Permission.MANAGE_ORDERS], [Permission.MANAGE_ORDERS, Permission.MANAGE_PLUGINS]),
        ([Permission.MANAGE_PLUGINS], []),
    ],
    ids=["giving", "taking"],
)
def test_nobody_gives_or_takes_what_they_lack(
    office: BackOffice, before: list[Permission], after: list[Permission]
) -> None:
    row = hired(office, *before)
    clerk = office.staff(Permission.MANAGE_USERS, Permission.MANAGE_ORDERS)
    page = permitted(clerk, row.id, *after)
    assert "You do not have MANAGE_PLUGINS yourself" in told(page)
    assert now(office, row.id).permissions == sorted(before)


def test_nobody_makes_a_member_of_staff_who_may_more_than_they(office: BackOffice) -> None:
    clerk, email = office.staff(Permission.MANAGE_USERS), f"n-{uuid4().hex[:10]}@example.com"
    form = clerk.open("/admin/staff/new").form("/new")
    page = clerk.send(form, email=email, password=PASSWORD, permissions="MANAGE_PLUGINS")
    assert "You do not have MANAGE_PLUGINS yourself" in page.text
    assert office.storefront.platform.customers.by_email(email) is None


def test_a_form_sent_as_it_is_leaves_what_one_cannot_give(office: BackOffice) -> None:
    row = hired(office, Permission.MANAGE_PLUGINS)
    clerk = office.staff(Permission.MANAGE_USERS)
    clerk.send(clerk.open(page_of(row.id)).form("/permissions"))
    assert now(office, row.id).permissions == ["MANAGE_PLUGINS"]


def test_somebody_is_locked_out_after_a_question_and_let_in_again(office: BackOffice) -> None:
    row, staff = hired(office, Permission.MANAGE_ORDERS), office.staff()
    locked = Visitor(office.app, office.site, row)
    assert locked.open("/admin/").status == 200
    question = staff.open(page_of(row.id, "lock"))
    assert "Every session and access token of the person ends" in told(question)
    staff.send(question.form("/disable"))
    assert locked.open("/admin/").path == "/sign-in"
    assert rows(staff, "staff", q=row.email, filter="state__in=LOCKED_OUT") == [str(row.id)]
    staff.send(staff.open(page_of(row.id, "lock")).form("/enable"))
    assert now(office, row.id).disabled_at is None


def test_the_question_says_that_one_would_lock_oneself_out(office: BackOffice) -> None:
    row, other = hired(office, Permission.MANAGE_USERS), hired(office)
    staff = Visitor(office.app, office.site, row)
    assert "This is you" in told(staff.open(page_of(row.id, "lock")))
    assert "This is you" not in told(staff.open(page_of(other.id, "lock")))


def test_customers_are_no_staff(office: BackOffice) -> None:
    key, staff = office.storefront.reseller.id, office.staff()
    assert staff.open(page_of(key)).status == 404
    assert staff.open(page_of(key, "lock")).status == 404
