"""The audit: everything that staff change is in it, with who did it, and no secret's value."""

from collections import Counter

import pytest

from bittitan_plugin.bittitan.sandbox import DEFAULT_PASSWORD
from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.audit_entries import AuditEntry, Subject, SubjectKind
from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.services.accounts.synchronizing import save_and_synchronize
from bittitan_plugin.services.cancelling.requests import reject
from bittitan_plugin.services.catalogue import products
from bittitan_plugin.services.catalogue.products import Wishes
from bittitan_plugin.services.coupons.showing import show_code
from bittitan_plugin.services.installations import configure
from bittitan_plugin.store.queries import back_office
from bittitan_plugin.store.queries.browsing import Wanted
from tests.integration.admin.backoffice import BackOffice
from tests.integration.admin.test_lists import rows

pytestmark = pytest.mark.databases("sqlite", "postgresql")

CLERK = Actor(ActorKind.STAFF, "clerk@example.com")


def entries(office: BackOffice, kind: SubjectKind | None = None) -> list[AuditEntry]:
    """What the audit holds, the oldest first."""
    with office.shop.tenant.reading() as work:
        browser = back_office.audit(work)
        lines = browser.page(work.session, Wanted(limit=-1, sorts=[("at", False)]))
    return [each.entry for each in lines if kind in (None, each.entry.subject.kind)]


def changes(found: list[AuditEntry]) -> list[tuple[str, str | None, str | None]]:
    return [(each.change.field, each.change.before, each.change.after) for each in found]


def test_a_changed_setting_is_kept_with_both_values_and_who_changed_it(office: BackOffice) -> None:
    configure(office.shop.ports, office.shop.key, {"low_stock_threshold": "6"}, active=True)
    values = {"low_stock_threshold": "7", "api_password": "a new one"}
    configure(office.shop.ports, office.shop.key, values, active=True, changed_by=CLERK.name)
    found = [each for each in entries(office, SubjectKind.SETTINGS) if each.actor == CLERK]
    assert sorted(changes(found)) == [
        ("api_password", "••••", "••••"),
        ("low_stock_threshold", "6", "7"),
    ]


def test_what_graphql_changes_of_the_settings_is_kept_with_dots_for_the_password(
    office: BackOffice,
) -> None:
    before = Counter(changes(entries(office, SubjectKind.SETTINGS)))
    office.storefront.update_plugin(brand_name="Cloud Shop", api_password=DEFAULT_PASSWORD)
    assert Counter(changes(entries(office, SubjectKind.SETTINGS))) - before == Counter(
        [("api_password", "••••", "••••"), ("brand_name", None, "Cloud Shop")]
    )
    office.storefront.update_plugin(brand_name="")


def test_a_setting_stored_as_it_was_leaves_nothing(office: BackOffice) -> None:
    configure(office.shop.ports, office.shop.key, {"low_stock_threshold": "3"}, active=True)
    before = len(entries(office))
    configure(office.shop.ports, office.shop.key, {"low_stock_threshold": "3"}, active=True)
    assert len(entries(office)) == before


def test_a_product_s_life_is_kept(office: BackOffice) -> None:
    kind = office.asset(office.sold()).product_type
    wishes = Wishes(sku="AUDITED", name="Audited", prices=[("3.50", "USD")])
    made = products.create(office.shop.tenant, CLERK, kind, wishes)
    products.update(office.shop.tenant, CLERK, made.id, Wishes(prices=[("4.00", "USD")]))
    products.delete(office.shop.tenant, CLERK, made.id)
    about = Subject(kind=SubjectKind.PRODUCT, id=str(made.id), name="Audited")
    found = changes([each for each in entries(office) if each.subject == about])
    assert ("prices", None, "3.50 USD") in found
    assert ("prices", "3.50 USD", "4.00 USD") in found
    assert ("sku", "AUDITED", None) in found


def test_synchronizing_an_account_is_kept(office: BackOffice) -> None:
    account_id = office.asset(office.sold()).account_id
    save_and_synchronize(office.shop.tenant, account_id, CLERK)
    about = {each.subject.id for each in entries(office, SubjectKind.ACCOUNT)}
    assert str(account_id) in about


def test_it_is_kept_who_saw_a_code_but_not_the_code(office: BackOffice) -> None:
    key = office.sold()
    _, code = show_code(office.shop.tenant, key, CLERK)
    found = [each for each in entries(office) if each.change.field == "codeShown"]
    assert [(each.actor, each.subject.id) for each in found] == [(CLERK, str(key))]
    assert not any(code in str(each) for each in entries(office))


def test_a_refused_request_is_kept_with_its_reason(office: BackOffice) -> None:
    key = office.sold()
    request = office.asked(key)
    reject(office.shop.tenant, request.id, CLERK, "It was used.")
    (found,) = [each for each in entries(office) if each.change.field == "cancellationRequest"]
    assert (found.subject.id, found.change.after) == (str(key), "refused: It was used.")


def test_the_list_shows_what_changed_with_a_way_to_it(office: BackOffice) -> None:
    kind = office.asset(office.sold()).product_type
    made = products.create(office.shop.tenant, CLERK, kind, Wishes(sku="LINKED", name="Linked"))
    page = office.staff().request("GET", "/admin/audit/list?q=Linked")
    assert f"/admin/products/detail?pk={made.id}" in page.text


@pytest.mark.parametrize(
    ("held", "seen"), [((Permission.MANAGE_ORDERS,), False), (tuple(Permission), True)]
)
def test_what_takes_another_permission_to_see_takes_it_here_too(
    office: BackOffice, held: tuple[Permission, ...], seen: bool
) -> None:
    kind = office.asset(office.sold()).product_type
    products.create(office.shop.tenant, CLERK, kind, Wishes(sku=f"P{seen}", name=f"Seen{seen}"))
    found = rows(office.staff(*held), "audit", filter=f"subject__contains=Seen{seen}")
    assert bool(found) is seen


def test_entries_are_filtered_by_person_object_and_time(office: BackOffice) -> None:
    key = office.sold(friendly_name="To be audited")
    show_code(office.shop.tenant, key, Actor(ActorKind.STAFF, "filtered@example.com"))
    staff = office.staff()
    one = "actor__contains=filtered AND subject_kind__in=ASSET"
    assert len(rows(staff, "audit", filter=one)) == 1
    assert rows(staff, "audit", filter=f"{one} AND at__lte=2000-01-01") == []
