"""One-time links: each works once, alone, for a while, and never after what ends it."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from bittitan_plugin.domain.access import ANONYMOUS, Permission
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.platforms.shop.customer_details import CustomerDetails
from bittitan_plugin.platforms.shop.identity import ShopIdentity, key_of
from bittitan_plugin.platforms.shop.platform import ShopPlatform
from bittitan_plugin.platforms.shop.tables import OneTimeLinkRow, UserRow
from bittitan_plugin.store.tables import AuditRow
from tests.conftest import StandingClock
from tests.tables import every

pytestmark = pytest.mark.databases("sqlite", "postgresql")

BY = Actor(ActorKind.STAFF, "boss@example.com")
OLD, NEW = "the old password", "a new password"
HERE = "192.0.2.1"


@pytest.fixture
def ada(platform: ShopPlatform) -> UserRow:
    """A customer who signs in with a password."""
    return platform.customers.create(email="ada@example.com", password=OLD)


def refused(work: Callable[[], object]) -> ErrorCode:
    with pytest.raises(Refusal) as refusal:
        work()
    return refusal.value.code


def test_the_password_of_a_link_holds_and_every_session_has_ended(
    platform: ShopPlatform, ada: UserRow
) -> None:
    link = platform.links.make(ada.id, by=BY)
    platform.links.choose_password(link.token, NEW)
    assert ShopIdentity(platform.customers).viewer(key_of(ada)) == ANONYMOUS
    assert platform.sign_in(ada.email, OLD, HERE) is None
    assert platform.sign_in(ada.email, NEW, HERE) is not None


def test_a_link_works_once(platform: ShopPlatform, ada: UserRow) -> None:
    token = platform.links.make(ada.id, by=BY).token
    platform.links.choose_password(token, NEW)
    with pytest.raises(Refusal, match="used already"):
        platform.links.choose_password(token, OLD)
    assert platform.sign_in(ada.email, NEW, HERE) is not None


def test_a_password_that_is_refused_leaves_the_link_as_it_was(
    platform: ShopPlatform, ada: UserRow
) -> None:
    token = platform.links.make(ada.id, by=BY).token
    with pytest.raises(Refusal) as refusal:
        platform.links.choose_password(token, "short")
    assert refusal.value.field == "password"
    platform.links.choose_password(token, NEW)


def test_a_new_link_ends_the_one_before(platform: ShopPlatform, ada: UserRow) -> None:
    first = platform.links.make(ada.id, by=BY).token
    second = platform.links.make(ada.id, by=BY).token
    assert refused(lambda: platform.links.look(first)) is ErrorCode.NOT_FOUND
    platform.links.look(second)


def test_a_link_is_too_old_after_its_time(
    platform: ShopPlatform, ada: UserRow, clock: StandingClock
) -> None:
    token = platform.links.make(ada.id, by=BY).token
    clock.advance(hours=1)
    assert refused(lambda: platform.links.choose_password(token, NEW)) is ErrorCode.INVALID


ENDS: dict[str, Callable[[ShopPlatform, UserRow], object]] = {
    "signing out everywhere": lambda shop, user: shop.customers.sign_out_everywhere(user.id),
    "changing the password": lambda shop, user: shop.customers.change_password(
        user, OLD, NEW, HERE
    ),
    "being locked out": lambda shop, user: shop.customers.disable(user.id, by=BY),
    "another address": lambda shop, user: shop.customers.edit(
        user.id, CustomerDetails(email="moved@example.com"), by=BY
    ),
    "a password given by staff": lambda shop, user: shop.customers.edit(
        user.id, CustomerDetails(email=user.email), by=BY, password=NEW
    ),
}


@every("what", ENDS)
def test_a_link_ends_with(what: str, platform: ShopPlatform) -> None:
    address = f"{what.replace(' ', '-')}@example.com"
    user = platform.customers.create(email=address, password=OLD)
    token = platform.links.make(user.id, by=BY).token
    ENDS[what](platform, user)
    assert refused(lambda: platform.links.look(token)) is ErrorCode.NOT_FOUND


def test_somebody_locked_out_is_sent_none(platform: ShopPlatform, ada: UserRow) -> None:
    platform.customers.disable(ada.id, by=BY)
    assert refused(lambda: platform.links.make(ada.id, by=BY)) is ErrorCode.INVALID
    assert platform.links.make_for_oneself(ada.email) is None


def test_the_token_is_stored_nowhere(platform: ShopPlatform, ada: UserRow) -> None:
    token = platform.links.make(ada.id, by=BY).token
    with platform.database.reading() as session:
        (row,) = session.scalars(select(OneTimeLinkRow))
        audit = [each.after for each in session.scalars(select(AuditRow))]
    assert token not in str(vars(row))
    assert [text for text in audit if text and token in text] == []


def test_who_sent_a_link_and_who_chose_a_password_is_in_the_audit(
    platform: ShopPlatform, ada: UserRow
) -> None:
    platform.links.choose_password(platform.links.make(ada.id, by=BY).token, NEW)
    query = select(AuditRow).where(AuditRow.subject_id == str(ada.id)).order_by(AuditRow.id)
    with platform.database.reading() as session:
        found = [(row.actor_name, row.field, row.after) for row in session.scalars(query)]
    assert found == [
        (BY.name, "passwordLink", ada.email),
        (ada.email, "password", "set"),
    ]


def test_whoever_forgot_gets_another_only_after_a_pause(
    platform: ShopPlatform, ada: UserRow, clock: StandingClock
) -> None:
    first = platform.links.make_for_oneself(ada.email)
    assert first is not None
    assert platform.links.make_for_oneself(ada.email) is None
    platform.links.look(first.token)
    clock.advance(minutes=5)
    assert platform.links.make_for_oneself(ada.email) is not None


def test_the_first_run_makes_an_administrator_once(platform: ShopPlatform) -> None:
    token = platform.links.make_first_run()
    assert token is not None
    platform.links.look_first_run(token)
    made = platform.links.begin(token, "first@example.com", "", NEW)
    assert (made.is_staff, set(made.permissions)) == (True, set(Permission))
    with pytest.raises(Refusal, match="has staff already"):
        platform.links.begin(token, "second@example.com", "", NEW)
    assert platform.links.make_first_run() is None


def test_the_first_run_is_over_as_soon_as_there_is_staff(platform: ShopPlatform) -> None:
    token = platform.links.make_first_run()
    assert token is not None
    row = platform.staff.create("first@example.com", by=BY, permissions=list(Permission))
    platform.staff.disable(row.id, by=BY, force=True)
    assert refused(lambda: platform.links.look_first_run(token)) is ErrorCode.INVALID
    assert refused(lambda: platform.links.begin(token, "x@example.com", "", NEW)) is (
        ErrorCode.INVALID
    )


def test_a_form_of_the_first_run_that_is_refused_can_be_sent_again(
    platform: ShopPlatform,
) -> None:
    token = platform.links.make_first_run()
    assert token is not None
    with pytest.raises(Refusal) as refusal:
        platform.links.begin(token, "not an address", "", NEW)
    assert refusal.value.field == "email"
    platform.links.begin(token, "first@example.com", "", NEW)


def test_the_link_of_a_person_makes_no_administrator_and_the_first_runs_no_password(
    platform: ShopPlatform, ada: UserRow
) -> None:
    first_run, own = platform.links.make_first_run(), platform.links.make(ada.id, by=BY).token
    assert first_run is not None
    assert refused(lambda: platform.links.begin(own, "x@example.com", "", NEW)) is (
        ErrorCode.NOT_FOUND
    )
    assert refused(lambda: platform.links.choose_password(first_run, NEW)) is ErrorCode.NOT_FOUND
