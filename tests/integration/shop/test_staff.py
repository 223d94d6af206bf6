"""Staff: who they are, what they may do, who is locked out, and that somebody always may."""

import pytest
from sqlalchemy import select

from bittitan_plugin.domain.access import ANONYMOUS, Permission
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.platforms.shop.customers import viewer_of
from bittitan_plugin.platforms.shop.identity import ShopIdentity
from bittitan_plugin.platforms.shop.platform import ShopPlatform
from bittitan_plugin.platforms.shop.tables import UserRow
from bittitan_plugin.platforms.shop.tokens import InvalidToken
from bittitan_plugin.store.tables import AuditRow
from tests.integration.shop.shop import Shop

pytestmark = pytest.mark.databases("sqlite", "postgresql")

BY = Actor(ActorKind.STAFF, "command line")
EVERYTHING = list(Permission)
PASSWORD = "a long password"


def hired(platform: ShopPlatform, email: str = "first@example.com", *may: Permission) -> UserRow:
    allowed = may or EVERYTHING
    return platform.staff.create(email, by=BY, permissions=allowed, password=PASSWORD)


def recorded(platform: ShopPlatform, row: UserRow) -> list[tuple[str, str | None, str | None]]:
    """What the audit holds of that person."""
    query = select(AuditRow).where(AuditRow.subject_id == str(row.id)).order_by(AuditRow.id)
    with platform.database.reading() as session:
        return [(each.field, each.before, each.after) for each in session.scalars(query)]


def test_on_an_empty_instance_the_first_is_made_and_signs_in(platform: ShopPlatform) -> None:
    row = hired(platform)
    assert platform.sign_in(row.email, PASSWORD, "192.0.2.1") is not None
    assert viewer_of(row).permissions == set(EVERYTHING)
    assert recorded(platform, row) == [
        ("email", None, "first@example.com"),
        ("permissions", None, ", ".join(sorted(EVERYTHING))),
    ]


def test_an_address_that_is_taken_is_refused_on_its_field(shop: Shop) -> None:
    with pytest.raises(Refusal) as refused:
        hired(shop.platform, shop.customer.email)
    assert (refused.value.code, refused.value.field) == (ErrorCode.UNIQUE, "email")


def test_who_is_locked_out_gets_in_by_no_way(platform: ShopPlatform) -> None:
    hired(platform)
    row = hired(platform, "second@example.com")
    session = ShopIdentity(platform.customers).sign_in(row.email, PASSWORD, "192.0.2.1")
    token = platform.issue_token(row.email)
    platform.staff.disable(row.id, by=BY)
    assert session is not None
    assert ShopIdentity(platform.customers).viewer(session) == ANONYMOUS
    with pytest.raises(InvalidToken):
        platform.viewer(token)
    assert platform.sign_in(row.email, PASSWORD, "192.0.2.1") is None
    assert recorded(platform, row)[-1] == ("disabled", None, "yes")


def test_a_token_issued_to_somebody_locked_out_is_worth_nothing(platform: ShopPlatform) -> None:
    hired(platform)
    row = hired(platform, "second@example.com")
    platform.staff.disable(row.id, by=BY)
    with pytest.raises(InvalidToken):
        platform.viewer(platform.issue_token(row.email))


def test_who_is_let_in_again_signs_in(platform: ShopPlatform) -> None:
    row = hired(platform)
    platform.staff.disable(row.id, by=BY, force=True)
    platform.staff.enable(row.id, by=BY)
    assert platform.sign_in(row.email, PASSWORD, "192.0.2.1") is not None


def test_permissions_are_replaced_with_what_they_were_kept(platform: ShopPlatform) -> None:
    hired(platform)
    row = hired(platform, "second@example.com")
    after = platform.staff.set_permissions(row.id, [Permission.MANAGE_ORDERS], by=BY)
    assert viewer_of(after).permissions == {Permission.MANAGE_ORDERS}
    assert recorded(platform, row)[-1] == (
        "permissions",
        ", ".join(sorted(EVERYTHING)),
        "MANAGE_ORDERS",
    )


@pytest.mark.parametrize("other", ["nobody", "somebody without it", "somebody locked out"])
def test_the_last_who_may_manage_users_keeps_it(platform: ShopPlatform, other: str) -> None:
    last = hired(platform)
    if other == "somebody without it":
        hired(platform, "second@example.com", Permission.MANAGE_ORDERS)
    if other == "somebody locked out":
        platform.staff.disable(hired(platform, "second@example.com").id, by=BY)
    with pytest.raises(Refusal) as refused:
        platform.staff.set_permissions(last.id, [Permission.MANAGE_ORDERS], by=BY)
    assert refused.value.field == "permissions"
    with pytest.raises(Refusal) as refused:
        platform.staff.disable(last.id, by=BY)
    assert refused.value.field == "id"
    assert viewer_of(platform.staff.find(last.email)).may(Permission.MANAGE_USERS)


def test_an_operator_may_insist(platform: ShopPlatform) -> None:
    last = hired(platform)
    platform.staff.disable(last.id, by=BY, force=True)
    assert platform.customers.first_staff() is None


def test_a_customer_is_no_member_of_staff(shop: Shop) -> None:
    with pytest.raises(Refusal) as refused:
        shop.platform.staff.find(shop.customer.email)
    assert refused.value.code is ErrorCode.NOT_FOUND
    with pytest.raises(Refusal):
        shop.platform.staff.disable(shop.customer.id, by=BY)
