"""Waiting work: what is tried again, why and when, and the button that does not wait."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import delete

from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.retries import Retry
from bittitan_plugin.store.tables import RetryRow
from tests.fakes.values import retry
from tests.integration.admin.backoffice import BackOffice, told
from tests.integration.admin.exports import csv_rows, export
from tests.integration.admin.test_lists import rows
from tests.integration.portal.browsing import Visitor
from tests.pages import Form

pytestmark = pytest.mark.databases("sqlite", "postgresql")

LIST = "/admin/waiting-work/list"
Waits = Callable[..., Retry]


@pytest.fixture
def waits(office: BackOffice) -> Iterator[Waits]:
    """Has something about an asset tried again, as if its welcome could not be sent."""

    def wait(key: UUID | None, minutes: float = 1, **values: object) -> Retry:
        now = office.shop.ports.clock()
        made = retry(
            workflow="synchronize",
            arguments=(str(key),),
            asset_id=key,
            **{
                "step": "send_welcome",
                "reason": "The mail server is away.",
                "since": now,
                "next_attempt_at": now + timedelta(minutes=minutes),
                **values,
            },
        )
        with office.shop.tenant.writing() as work:
            work.retries.put(made)
        return made

    yield wait
    with office.shop.tenant.writing() as work:
        work.session.execute(delete(RetryRow).where(RetryRow.installation_id == office.shop.id))


def button(staff: Visitor, waiting: Retry) -> Form:
    """The button in that row."""
    (found,) = [
        form
        for form in staff.open(LIST).forms
        if form.action.endswith("/waiting-work/try-now") and form.fields["work"] == waiting.id
    ]
    return found


def test_a_row_says_what_waits_about_which_asset_why_and_how_often_it_was_tried(
    office: BackOffice, waits: Waits
) -> None:
    key = office.sold(friendly_name="Waiting for the mail")
    waits(key, attempt=1)
    page = office.staff().open(LIST)
    words = told(page)
    for said in ("Synchronize", "Send welcome", "Waiting for the mail", "The mail server is away."):
        assert said in words
    assert office.asset(key).order_number in words
    assert any(f"/admin/assets/detail?pk={key}" in link for link in page.links)


def test_the_next_comes_first_unless_asked_otherwise(office: BackOffice, waits: Waits) -> None:
    key = office.sold()
    late, soon = waits(key, 9), waits(key, 1)
    staff = office.staff()
    assert rows(staff, "waiting-work") == [soon.id, late.id]
    assert rows(staff, "waiting-work", sort="next_attempt_at__desc") == [late.id, soon.id]


def test_what_waits_is_found_by_order_asset_and_reason(office: BackOffice, waits: Waits) -> None:
    ours, other = office.sold(friendly_name="Findable"), office.sold()
    sought = waits(ours, reason="A reason of its own.")
    waits(other)
    orderless = waits(None, order_id="order-of-nobody")
    staff, number = office.staff(), office.asset(ours).order_number
    assert rows(staff, "waiting-work", q="findable") == [sought.id]
    assert rows(staff, "waiting-work", q="a reason of its own") == [sought.id]
    assert rows(staff, "waiting-work", filter=f"order_number__contains={number}") == [sought.id]
    found = rows(staff, "waiting-work", filter="order_number__contains=order-of-nobody")
    assert found == [orderless.id]


@pytest.mark.parametrize(
    ("minutes", "values", "state"),
    [
        (1, {}, "Waiting"),
        (-4, {}, "Waiting"),
        (-4, {"is_handed_in": True}, "Under way"),
        (-6, {}, "Overdue"),
        (-6, {"is_handed_in": True}, "Overdue"),
    ],
)
def test_a_row_says_how_it_stands(
    office: BackOffice, waits: Waits, minutes: float, values: dict[str, bool], state: str
) -> None:
    waits(office.sold(), minutes, **values)
    lines = office.staff().open(LIST).lines
    assert {"Waiting", "Under way", "Overdue"} & set(lines) == {state}


def test_try_now_in_a_row_does_the_work(office: BackOffice, waits: Waits) -> None:
    waiting, staff = waits(office.sold()), office.staff()
    assert "It is being tried." in told(staff.send(button(staff, waiting)))
    (due,) = office.shop.waiting()
    assert due.next_attempt_at == office.shop.ports.clock()
    office.shop.settle()
    assert rows(staff, "waiting-work") == []


def test_try_now_on_the_asset_s_page_does_all_of_its_work(office: BackOffice, waits: Waits) -> None:
    key, staff = office.sold(), office.staff()
    waits(key), waits(key, 9)
    page = staff.open(f"/admin/assets/detail?pk={key}")
    assert "Send welcome: The mail server is away." in told(page)
    assert "It is being tried." in told(staff.send(page.form("/try-now")))
    assert {each.next_attempt_at for each in office.shop.waiting()} == {office.shop.ports.clock()}
    office.shop.settle()
    after = staff.open(f"/admin/assets/detail?pk={key}")
    assert (after.offers("/try-now"), "mail server" in after.text) == (False, False)


def test_what_is_under_way_has_no_button(office: BackOffice, waits: Waits) -> None:
    key, staff = office.sold(), office.staff()
    waits(key, is_handed_in=True)
    assert not staff.open(LIST).offers("/try-now")
    page = staff.open(f"/admin/assets/detail?pk={key}")
    assert (page.offers("/try-now"), "tried again right now" in page.text) == (False, True)


def test_a_page_that_is_out_of_date_says_that_nothing_waits_any_more(
    office: BackOffice, waits: Waits
) -> None:
    key, staff = office.sold(), office.staff()
    waiting = waits(key)
    in_the_list = button(staff, waiting)
    on_the_page = staff.open(f"/admin/assets/detail?pk={key}").form("/try-now")
    office.shop.settle()
    assert "waits no longer" in told(staff.send(in_the_list))
    assert "Nothing about this asset waits" in told(staff.send(on_the_page))


def test_an_export_of_chosen_rows_has_the_asset_s_name_and_no_button(
    office: BackOffice, waits: Waits
) -> None:
    waiting, staff = waits(office.sold(friendly_name="Northwind")), office.staff()
    exported = csv_rows(export(staff, "waiting-work", chosen=[waiting.id, "nonsense"]))
    (row,) = exported
    assert "Northwind" in str(row)
    assert waiting.id not in str(row)
    assert "Action" not in row


def test_the_overview_counts_what_waits_and_warns_of_what_is_overdue(
    office: BackOffice, waits: Waits
) -> None:
    key, staff = office.sold(), office.staff()
    waits(key)
    assert "1 to be tried again" in told(staff.open("/admin/"))
    assert "of it due" not in told(staff.open("/admin/"))
    waits(key, -6)
    words = told(staff.open("/admin/"))
    assert "2 to be tried again, 1 of it due for more than 5 minutes" in words


def test_without_the_permission_nothing_is_shown_and_nothing_tried(
    office: BackOffice, waits: Waits
) -> None:
    waiting = waits(office.sold())
    form = button(office.staff(), waiting)
    clerk = office.staff(Permission.MANAGE_USERS)
    assert clerk.open(LIST).status == 403
    assert "Waiting work" not in clerk.open("/admin/").text
    token = clerk.open("/admin/").forms[0].fields["csrftoken"]
    assert clerk.send(form, csrftoken=token).status == 403
    assert office.shop.waiting() == [waiting]


def test_a_long_id_of_a_platform_is_tried_as_any_other(office: BackOffice, waits: Waits) -> None:
    waiting = waits(office.sold(), id=f"provision:<b>&\"'/é:{'x' * 200}")
    staff = office.staff()
    assert "It is being tried." in told(staff.send(button(staff, waiting)))
