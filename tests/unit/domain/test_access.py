"""Who may see which asset."""

import pytest

from bittitan_plugin.domain.access import (
    ANONYMOUS,
    NO_ACCOUNTS,
    OwnAccounts,
    Permission,
    Viewer,
    may_see,
    may_see_account,
    may_see_terms,
)
from bittitan_plugin.domain.history import Actor, ActorKind
from tests.fakes.values import account, sold_asset
from tests.tables import every

RESELLER = account(email="reseller@example.com")
END_CUSTOMER = account(reseller_id=RESELLER.id, email="it@fabrikam.example")
STRANGER = account()
ASSET = sold_asset(account_id=RESELLER.id, end_customer_id=END_CUSTOMER.id)
CUSTOMER = Viewer(customer_id="customer-1", email="buyer@example.com")
#: Of the reseller, of its end customer, of another who buys, and of somebody unknown.
BUYING, NAMED = OwnAccounts(buyer=RESELLER), OwnAccounts(named=(END_CUSTOMER,))
ELSEWHERE = OwnAccounts(buyer=STRANGER)


@pytest.mark.parametrize(
    ("own", "seen"),
    [(BUYING, True), (NAMED, True), (ELSEWHERE, False), (NO_ACCOUNTS, False)],
    ids=["the reseller", "its end customer", "another customer", "someone without an account"],
)
def test_an_asset_is_seen_by_who_bought_it_and_for_whom(own: OwnAccounts, seen: bool) -> None:
    assert may_see(CUSTOMER, ASSET, own) is seen


def test_an_asset_without_an_end_customer_is_not_seen_by_those_without_an_account() -> None:
    assert not may_see(CUSTOMER, sold_asset(account_id=RESELLER.id), NO_ACCOUNTS)


def test_nobody_sees_nothing() -> None:
    assert not may_see(ANONYMOUS, ASSET, NO_ACCOUNTS)


@pytest.mark.parametrize(
    ("own", "seen"),
    [(BUYING, True), (NAMED, False), (ELSEWHERE, False), (NO_ACCOUNTS, False)],
    ids=["the reseller", "its end customer", "another customer", "someone without an account"],
)
def test_the_terms_of_a_sale_are_seen_by_who_bought_it_alone(own: OwnAccounts, seen: bool) -> None:
    assert may_see_terms(CUSTOMER, ASSET, own) is seen


def test_one_who_buys_and_is_bought_for_sees_the_terms_of_what_it_bought_alone() -> None:
    both = OwnAccounts(buyer=STRANGER, named=(END_CUSTOMER,))
    own = sold_asset(account_id=STRANGER.id)
    assert [may_see(CUSTOMER, each, both) for each in (ASSET, own)] == [True, True]
    assert [may_see_terms(CUSTOMER, each, both) for each in (ASSET, own)] == [False, True]


@pytest.mark.parametrize(
    ("own", "seen"),
    [(BUYING, [True, True, False]), (NAMED, [False, True, False]),
     (ELSEWHERE, [False, False, True]), (NO_ACCOUNTS, [False, False, False])],
    ids=["the reseller", "its end customer", "another customer", "someone without an account"],
)  # fmt: skip
def test_a_reseller_sees_its_end_customers_account_and_not_the_reverse(
    own: OwnAccounts, seen: list[bool]
) -> None:
    assert [may_see_account(own, each) for each in (RESELLER, END_CUSTOMER, STRANGER)] == seen


@every("email", ["it@fabrikam.example", "IT@Fabrikam.Example"])
def test_what_an_address_proved_counts_in_any_case_of_it(email: str) -> None:
    assert NAMED.under(email) == NAMED


def test_what_another_address_proved_counts_no_more() -> None:
    assert NAMED.under("other@fabrikam.example") == NO_ACCOUNTS


@every("permission", Permission)
def test_of_staffs_permissions_only_manage_orders_shows_terms(permission: Permission) -> None:
    staff = Viewer(is_staff=True, permissions=frozenset({permission}))
    assert may_see_terms(staff, ASSET, NO_ACCOUNTS) is (permission is Permission.MANAGE_ORDERS)


@every("permission", Permission)
def test_of_staffs_permissions_only_manage_orders_shows_assets(permission: Permission) -> None:
    staff = Viewer(is_staff=True, permissions=frozenset({permission}))
    assert may_see(staff, ASSET, NO_ACCOUNTS) is (permission is Permission.MANAGE_ORDERS)


def test_a_permission_means_nothing_without_being_staff() -> None:
    assert not Viewer(permissions=frozenset(Permission)).may(Permission.MANAGE_ORDERS)


@pytest.mark.parametrize(
    ("viewer", "kind"),
    [(Viewer(email="a@b.c", is_staff=True), ActorKind.STAFF),
     (Viewer(email="a@b.c"), ActorKind.CUSTOMER)],
)  # fmt: skip
def test_what_a_viewer_does_is_recorded_under_its_address(viewer: Viewer, kind: ActorKind) -> None:
    assert viewer.actor == Actor(kind, "a@b.c")
