"""Mail that people without staff rights can have us send, at the services: counted and raced."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from bittitan_plugin.domain.accounts import Account
from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.errors import ErrorCode, OutcomeUnknown, Refusal, Unavailable
from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.domain.mail_limits import (
    CANCELLATION_REQUESTS,
    CODE_AGAIN,
    INVITATIONS,
    INVITATIONS_OF_RESELLER,
)
from bittitan_plugin.domain.orders import Customer, EndCustomer
from bittitan_plugin.services import audit
from bittitan_plugin.services.accounts import invitations
from bittitan_plugin.services.accounts.customers import ensure_account, ensure_end_customer
from bittitan_plugin.services.cancelling import requests as cancellation_requests
from bittitan_plugin.services.notifications import resend_welcome
from tests.fakes.host import line
from tests.integration.racing import at_once
from tests.world import STAFF, Shop

BUYER = Actor(ActorKind.CUSTOMER, "buyer@example.com")
LINK = "https://shop.example/invitation/"


@pytest.fixture
def shop(shop_by_hand: Shop) -> Shop:
    return shop_by_hand


@pytest.fixture
def asset(shop: Shop) -> Asset:
    bought = shop.buy(line())
    shop.mail.clear()
    return bought


def resent(shop: Shop, asset: Asset, actor: Actor = BUYER) -> ErrorCode | None:
    try:
        resend_welcome(shop.tenant, asset.id, actor)
    except Refusal as refusal:
        return refusal.code
    return None


def asked(shop: Shop, asset: Asset) -> ErrorCode | None:
    """Ask for the cancellation, and take that back."""
    try:
        made = cancellation_requests.create(shop.tenant, asset.id, BUYER, "")
    except Refusal as refusal:
        return refusal.code
    assert made.request is not None
    cancellation_requests.withdraw(shop.tenant, made.request.id, BUYER)
    return None


def named(shop: Shop, reseller: str, number: int = 0) -> Account:
    """An end customer that a reseller has just named."""
    with shop.tenant.writing() as work:
        customer = Customer(id=reseller, email=f"{reseller}@contoso.example", company="")
        end = EndCustomer(email=f"{number}-{reseller}@fabrikam.example", name="")
        return ensure_end_customer(
            shop.ports, work, ensure_account(shop.ports, work, customer), end
        )


def invited(shop: Shop, account: Account, actor: Actor = BUYER) -> ErrorCode | None:
    shop.world.clock.advance(minutes=11)
    try:
        invitations.invite(shop.tenant, account.id, LINK, actor)
    except Refusal as refusal:
        return refusal.code
    return None


def said_again(shop: Shop, asset_id: UUID) -> list[tuple[ActorKind, Any]]:
    with shop.tenant.reading() as work:
        entries = work.assets.history([asset_id])[asset_id]
    return [
        (entry.actor.kind, entry.change.after)
        for entry in entries
        if entry.change.field == "welcomeEmailAgain"
    ]


@pytest.mark.databases("sqlite", "postgresql")
def test_of_thirty_wishes_at_once_no_more_mails_with_the_code_go_out_than_may(
    shop: Shop, asset: Asset
) -> None:
    outcomes = at_once(30, lambda: resent(shop, asset))

    assert outcomes.count(None) == len(shop.mail) == CODE_AGAIN.most
    assert set(outcomes) == {None, ErrorCode.LIMIT_REACHED}


def test_the_next_day_the_code_is_sent_again(shop: Shop, asset: Asset) -> None:
    for _ in range(CODE_AGAIN.most):
        assert resent(shop, asset) is None
    assert resent(shop, asset) is ErrorCode.LIMIT_REACHED

    shop.world.clock.advance(days=1, minutes=1)
    assert resent(shop, asset) is None


def test_another_asset_is_counted_for_itself(shop: Shop, asset: Asset) -> None:
    other = shop.buy(line())
    for _ in range(CODE_AGAIN.most + 1):
        resent(shop, asset)
    assert resent(shop, other) is None


def test_staff_send_the_code_as_often_as_it_takes_and_the_history_says_who(
    shop: Shop, asset: Asset
) -> None:
    for _ in range(CODE_AGAIN.most):
        resent(shop, asset)
    outcomes = [resent(shop, asset, STAFF) for _ in range(CODE_AGAIN.most)]

    assert outcomes == [None] * CODE_AGAIN.most
    told = [(ActorKind.CUSTOMER, "sent")] * CODE_AGAIN.most
    assert said_again(shop, asset.id) == told + [(ActorKind.STAFF, "sent")] * CODE_AGAIN.most
    assert list(audit.faults(shop.tenant)) == []


def test_a_mail_that_was_certainly_not_sent_does_not_count(shop: Shop, asset: Asset) -> None:
    for _ in range(CODE_AGAIN.most + 1):
        shop.world.mailer.failures.append(Unavailable("the mail server is away"))
        with pytest.raises(Unavailable):
            resent(shop, asset)

    assert resent(shop, asset) is None
    assert said_again(shop, asset.id)[-3:] == [
        (ActorKind.CUSTOMER, "sent"),
        (ActorKind.SYSTEM, "not sent"),
        (ActorKind.CUSTOMER, "sent"),
    ]


def test_a_mail_that_may_have_been_sent_counts(shop: Shop, asset: Asset) -> None:
    for _ in range(CODE_AGAIN.most):
        shop.world.mailer.failures.append(OutcomeUnknown("it fell silent"))
        with pytest.raises(OutcomeUnknown):
            resent(shop, asset)

    assert resent(shop, asset) is ErrorCode.LIMIT_REACHED


def test_asking_for_a_cancellation_and_taking_it_back_sends_no_endless_mail(
    shop: Shop, asset: Asset
) -> None:
    outcomes = [asked(shop, asset) for _ in range(30)]

    assert outcomes.count(None) == CANCELLATION_REQUESTS.most
    assert outcomes[-1] is ErrorCode.LIMIT_REACHED


def test_one_end_customer_is_invited_a_few_times_a_day(shop: Shop) -> None:
    account = named(shop, uuid4().hex)
    outcomes = [invited(shop, account) for _ in range(INVITATIONS.most + 1)]

    assert outcomes == [None] * INVITATIONS.most + [ErrorCode.LIMIT_REACHED]
    assert invited(shop, account, STAFF) is None


def test_a_reseller_does_not_send_to_as_many_addresses_as_it_names(shop: Shop) -> None:
    reseller = uuid4().hex
    outcomes = [
        invited(shop, named(shop, reseller, number))
        for number in range(INVITATIONS_OF_RESELLER.most + 2)
    ]

    assert outcomes.count(None) == INVITATIONS_OF_RESELLER.most
    assert outcomes[-1] is ErrorCode.LIMIT_REACHED


def test_an_invitation_that_may_have_been_sent_is_not_sent_again_at_once(shop: Shop) -> None:
    account = named(shop, uuid4().hex)
    shop.world.mailer.failures.append(OutcomeUnknown("it fell silent"))
    with pytest.raises(OutcomeUnknown):
        invitations.invite(shop.tenant, account.id, LINK, BUYER)

    with pytest.raises(Refusal, match="less than 10 minutes ago"):
        invitations.invite(shop.tenant, account.id, LINK, BUYER)
