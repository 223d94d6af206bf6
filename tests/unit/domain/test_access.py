"""Who may see which asset."""

import pytest

from bittitan_plugin.domain.access import ANONYMOUS, Permission, Viewer, may_see, may_see_terms
from bittitan_plugin.domain.accounts import Account
from bittitan_plugin.domain.history import Actor, ActorKind
from tests.fakes.values import account, sold_asset
from tests.tables import every

RESELLER = account(email="reseller@example.com")
END_CUSTOMER = account(reseller_id=RESELLER.id, email="it@fabrikam.example")
STRANGER = account()
ASSET = sold_asset(account_id=RESELLER.id, end_customer_id=END_CUSTOMER.id)
CUSTOMER = Viewer(customer_id="customer-1", email="buyer@example.com")


@pytest.mark.parametrize(
    ("own", "seen"),
    [(RESELLER, True), (END_CUSTOMER, True), (STRANGER, False), (None, False)],
    ids=["the reseller", "its end customer", "another customer", "someone without an account"],
)
def test_an_asset_is_seen_by_who_bought_it_and_for_whom(own: Account | None, seen: bool) -> None:
    assert may_see(CUSTOMER, ASSET, own) is seen


def test_an_asset_without_an_end_customer_is_not_seen_by_those_without_an_account() -> None:
    assert not may_see(CUSTOMER, sold_asset(account_id=RESELLER.id), None)


def test_nobody_sees_nothing() -> None:
    assert not may_see(ANONYMOUS, ASSET, None)


@pytest.mark.parametrize(
    ("own", "seen"),
    [(RESELLER, True), (END_CUSTOMER, False), (STRANGER, False), (None, False)],
    ids=["the reseller", "its end customer", "another customer", "someone without an account"],
)
def test_the_terms_of_a_sale_are_seen_by_who_bought_it_alone(
    own: Account | None, seen: bool
) -> None:
    assert may_see_terms(CUSTOMER, ASSET, own) is seen


@every("permission", Permission)
def test_of_staffs_permissions_only_manage_orders_shows_terms(permission: Permission) -> None:
    staff = Viewer(is_staff=True, permissions=frozenset({permission}))
    assert may_see_terms(staff, ASSET, None) is (permission is Permission.MANAGE_ORDERS)


@every("permission", Permission)
def test_of_staffs_permissions_only_manage_orders_shows_assets(permission: Permission) -> None:
    staff = Viewer(is_staff=True, permissions=frozenset({permission}))
    assert may_see(staff, ASSET, None) is (permission is Permission.MANAGE_ORDERS)


def test_a_permission_means_nothing_without_being_staff() -> None:
    assert not Viewer(permissions=frozenset(Permission)).may(Permission.MANAGE_ORDERS)


@pytest.mark.parametrize(
    ("viewer", "kind"),
    [(Viewer(email="a@b.c", is_staff=True), ActorKind.STAFF),
     (Viewer(email="a@b.c"), ActorKind.CUSTOMER)],
)  # fmt: skip
def test_what_a_viewer_does_is_recorded_under_its_address(viewer: Viewer, kind: ActorKind) -> None:
    assert viewer.actor == Actor(kind, "a@b.c")
