"""What a page shows takes the permission that GraphQL takes for it, beside the page's own."""

from dataclasses import dataclass

import pytest

from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.runs import Run, RunKind
from bittitan_plugin.services import runs
from tests.integration.admin.backoffice import BackOffice
from tests.integration.admin.test_admission import PAGES
from tests.integration.ordering.storefront import person

ORDERS, USERS = Permission.MANAGE_ORDERS, Permission.MANAGE_USERS
PRODUCTS, PLUGINS = Permission.MANAGE_PRODUCTS, Permission.MANAGE_PLUGINS


@dataclass(frozen=True)
class Marked:
    """A shop in which every kind of thing bears a mark, by the permission that shows it."""

    marks: dict[Permission, tuple[str, ...]]
    pages: tuple[str, ...]


@pytest.fixture
def marked(office: BackOffice) -> Marked:
    key = office.sold(friendly_name="Mark of a sale")
    request = office.asked(key)
    asset = office.asset(key)
    person(office.storefront.platform, "mark-of-a-customer")
    begun = [
        begin(office, RunKind.RECONCILIATION, "mark-of-a-run@example.com"),
        begin(office, RunKind.SERVICES_DEFINITION, "mark-of-an-import@example.com"),
    ]
    return Marked(
        marks={
            ORDERS: ("Mark of a sale", "mark-of-a-run@", " waiting for a coupon"),
            USERS: ("mark-of-a-customer",),
            PLUGINS: ("Coupon API e-mail",),
        },
        pages=(
            *PAGES,
            f"/admin/accounts/detail?pk={asset.account_id}",
            f"/admin/assets/detail?pk={key}",
            f"/admin/cancellation-requests/detail?pk={request.id}",
            *(f"/admin/runs/{each.id}" for each in begun),
        ),
    )


def begin(office: BackOffice, kind: RunKind, by: str) -> Run:
    tenant = office.shop.tenant
    run = runs.begin(tenant, kind, by)
    runs.stop(tenant, run.id, "enough")
    return run


def test_no_page_shows_what_takes_a_permission_that_one_does_not_hold(
    office: BackOffice, marked: Marked
) -> None:
    said = []
    for held in Permission:
        clerk = office.staff(held)
        for path in marked.pages:
            page = clerk.open(path)
            shown = page.answer.text if page.status == 200 else ""
            said += [
                f"{path} shows '{mark}' with {held} alone"
                for needed, marks in marked.marks.items()
                for mark in marks
                if needed is not held and mark in shown
            ]
    assert not said, "\n".join(said)


def test_every_mark_is_shown_to_whoever_may_see_it(office: BackOffice, marked: Marked) -> None:
    clerk = office.staff()
    shown = "".join(clerk.open(path).answer.text for path in marked.pages)
    missing = [mark for marks in marked.marks.values() for mark in marks if mark not in shown]
    assert missing == []


def test_an_accounts_page_shows_its_sales_to_whoever_may_see_them(office: BackOffice) -> None:
    account = office.asset(office.sold(friendly_name="Northwind move")).account_id
    path = f"/admin/accounts/detail?pk={account}"

    assert "Northwind move" in office.staff(USERS, ORDERS).open(path).text
    assert "Bought last" not in office.staff(USERS).open(path).text


def test_who_manages_products_sees_the_import_that_it_may_begin_and_no_other_run(
    office: BackOffice,
) -> None:
    imported = begin(office, RunKind.SERVICES_DEFINITION, "buyer@example.com")
    compared = begin(office, RunKind.RECONCILIATION, "auditor@example.com")
    clerk = office.staff(PRODUCTS)

    assert clerk.open(f"/admin/runs/{imported.id}").status == 200
    assert clerk.open(f"/admin/runs/{compared.id}").status == 403
    assert "auditor@example.com" not in clerk.open("/admin/runs").text
