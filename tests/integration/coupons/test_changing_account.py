"""Settings that lead to another BitTitan account: staff say what nobody else can tell."""

from collections.abc import Iterator
from typing import Any

import pytest

from bittitan_plugin.bittitan.sandbox import DEFAULT_PASSWORD, SandboxServer
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.services.installations import configure, get_installation, validate
from tests.integration.coupons.following import Calendar

WHO = "staff@example.com"


@pytest.fixture
def other() -> Iterator[SandboxServer]:
    """Another BitTitan account."""
    with SandboxServer() as server:
        yield server


def same_elsewhere(calendar: Calendar) -> str:
    """Another address of the account that sold the coupons."""
    return calendar.shop.sandbox.url.replace("127.0.0.1", "localhost")


def save(
    calendar: Calendar, same_account: bool | None = None, *, active: bool = True, **values: str
) -> None:
    shop = calendar.shop
    configure(
        shop.ports, shop.key, values, active=active, same_account=same_account, changed_by=WHO
    )


def account(calendar: Calendar) -> str | None:
    return get_installation(calendar.shop.tenant).configuration.coupon_account


def elsewhere(calendar: Calendar) -> int:
    """Unused coupons that are known under another account than the settings name."""
    with calendar.shop.tenant.reading() as work:
        return work.coupons.count_elsewhere(account(calendar) or "")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"api_url": "https://other.example"}, "api_url"),
        ({"api_email": "other@example.com"}, "api_email"),
    ],
)
@pytest.mark.parametrize("active", [True, False])
def test_another_account_is_refused_on_its_setting_with_the_number_of_unused_coupons(
    calendar: Calendar, values: Any, field: str, active: bool
) -> None:
    for _ in range(3):
        calendar.sold()
    before = account(calendar)
    with pytest.raises(Refusal) as refused:
        save(calendar, active=active, **values)

    refusal = refused.value
    assert (refusal.code, refusal.field) == (ErrorCode.CONFIRMATION_REQUIRED, field)
    assert "3 unused coupons" in refusal.message
    assert account(calendar) == before


def test_it_is_asked_before_anything_is_stored(calendar: Calendar, other: SandboxServer) -> None:
    calendar.sold()
    shop = calendar.shop
    typed = {"api_url": other.url, "api_password": DEFAULT_PASSWORD}
    refusals = validate(shop.ports, shop.key, typed, active=True)

    assert [each.code for each in refusals] == [ErrorCode.CONFIRMATION_REQUIRED]


@pytest.mark.parametrize(
    "values", [{"api_password": DEFAULT_PASSWORD}, {"expire_days": "30"}, {"api_url": ""}]
)
def test_nothing_is_asked_where_no_other_account_is_named(calendar: Calendar, values: Any) -> None:
    calendar.sold()
    save(calendar, active="api_url" not in values, **values)

    with calendar.shop.tenant.reading() as work:
        assert not [each for each in work.coupons.account_changes(9) if each.unused]


def test_nothing_is_asked_once_every_coupon_is_used(
    calendar: Calendar, other: SandboxServer
) -> None:
    asset = calendar.sold()
    calendar.redeem(asset)
    calendar.follow()
    before = account(calendar)
    save(calendar, api_url=other.url)

    assert account(calendar) not in {None, before}


def test_after_a_stay_without_any_account_it_is_asked_all_the_same(
    calendar: Calendar, other: SandboxServer
) -> None:
    calendar.sold()
    right = calendar.shop.sandbox.url
    save(calendar, active=False, api_url="")
    with pytest.raises(Refusal):
        save(calendar, api_url=other.url)
    save(calendar, api_url=right)

    assert elsewhere(calendar) == 0


def test_the_same_account_under_another_address_is_followed_there(calendar: Calendar) -> None:
    used, unused = calendar.sold(), calendar.sold()
    save(calendar, True, api_url=same_elsewhere(calendar))
    calendar.redeem(used)
    calendar.follow()

    assert (calendar.status(used), calendar.status(unused)) == ("REDEEMED", "AVAILABLE")
    assert calendar.shop.problems() == []


def test_that_it_is_the_same_account_can_be_said_later(calendar: Calendar) -> None:
    asset = calendar.sold()
    save(calendar, False, api_url=same_elsewhere(calendar))
    assert elsewhere(calendar) == 1
    save(calendar, True)

    assert elsewhere(calendar) == 0
    assert calendar.shop.cancel(asset).status == "CANCELLED"


def test_coupons_of_a_third_account_are_not_said_to_be_of_this_one(
    calendar: Calendar, other: SandboxServer
) -> None:
    first = calendar.sold()
    save(calendar, False, api_url=other.url)
    save(calendar, True, api_url=f"{other.url}/moved")

    assert elsewhere(calendar) == 1
    assert calendar.shop.asset(first.id).coupon_account == first.coupon_account


def test_back_at_the_account_before_nothing_is_asked(
    calendar: Calendar, other: SandboxServer
) -> None:
    calendar.sold()
    right = calendar.shop.sandbox.url
    save(calendar, False, api_url=other.url)
    save(calendar, api_url=right)

    assert elsewhere(calendar) == 0


def test_it_is_kept_who_changed_the_account_and_what_they_said(
    calendar: Calendar, other: SandboxServer
) -> None:
    calendar.sold()
    right = calendar.shop.sandbox.url
    save(calendar, False, api_url=other.url)
    save(calendar, api_url=right)

    with calendar.shop.tenant.reading() as work:
        kept = work.coupons.account_changes(9)
    assert [(each.changed_by, each.same_account, each.unused) for each in kept] == [
        (WHO, None, 0),
        (WHO, False, 1),
    ]
