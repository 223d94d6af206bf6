"""Customers as staff keep them: one address, one user, whoever is quicker."""

from collections.abc import Callable
from uuid import UUID

import pytest

from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.errors import ErrorCode, Refusal, Refusals
from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.platforms.shop.customer_details import CustomerDetails
from bittitan_plugin.platforms.shop.platform import ShopPlatform
from bittitan_plugin.platforms.shop.tables import UserRow
from tests.integration.racing import at_once
from tests.integration.shop.shop import Shop

pytestmark = pytest.mark.databases("sqlite", "postgresql")

BY = Actor(ActorKind.STAFF, "clerk@example.com")


def refused(change: object) -> str | None:
    """The code with which a change of that kind was refused, or None."""
    return change.code if isinstance(change, Refusal) else None


def test_of_many_who_make_the_same_customer_at_once_one_does(platform: ShopPlatform) -> None:
    def make() -> UserRow | Refusal:
        try:
            return platform.customers.create(email="new@example.com", by=BY)
        except Refusal as refusal:
            return refusal

    codes = [refused(each) for each in at_once(5, make)]
    assert codes.count(None) == 1
    assert codes.count(ErrorCode.UNIQUE) == 4


def test_an_address_that_another_user_has_is_refused_on_its_field(shop: Shop) -> None:
    details = CustomerDetails(email=shop.stranger.email.upper(), billing_day=40)
    with pytest.raises(Refusals) as found:
        shop.platform.customers.edit(shop.customer.id, details, by=BY)
    assert {each.field for each in found.value.refusals} == {"email", "billing_day"}
    assert shop.platform.customers.get(shop.customer.id).email == shop.customer.email


def test_staff_are_kept_by_other_rules(shop: Shop) -> None:
    customers, key = shop.platform.customers, shop.staff.id
    changes: list[Callable[[], object]] = [
        lambda: customers.disable(key, by=BY),
        lambda: customers.enable(key, by=BY),
        lambda: customers.edit(key, CustomerDetails(email="mine@example.com"), by=BY),
    ]
    for change in changes:
        with pytest.raises(Refusal) as found:
            change()
        assert found.value.code is ErrorCode.NOT_FOUND


def test_two_who_lock_each_other_out_at_once_leave_one_who_manages_users(
    platform: ShopPlatform,
) -> None:
    both = [
        platform.staff.create(f"{name}@example.com", by=BY, permissions=[Permission.MANAGE_USERS])
        for name in ("first", "second")
    ]
    waiting = [row.id for row in both]

    def lock() -> UserRow | Refusal:
        key: UUID = waiting.pop()
        try:
            return platform.staff.disable(key, by=BY)
        except Refusal as refusal:
            return refusal

    assert sorted(map(str, map(refused, at_once(2, lock)))) == ["INVALID", "None"]
    assert [row.disabled_at is None for row in platform.staff.everybody()].count(True) == 1
