"""Inviting end customers, at the service: what is raced, and what must not be undone."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest

from bittitan_plugin.domain.access import NO_ACCOUNTS
from bittitan_plugin.domain.accounts import Account
from bittitan_plugin.domain.errors import ErrorCode, Refusal, Unavailable
from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.domain.orders import Customer, EndCustomer
from bittitan_plugin.ports.mail import Notification
from bittitan_plugin.services.accounts import invitations
from bittitan_plugin.services.accounts.customers import ensure_account, ensure_end_customer
from bittitan_plugin.services.accounts.synchronizing import save_and_synchronize
from tests.world import STAFF, Shop

LINK = "https://shop.example/invitation/"
RESELLER = Actor(ActorKind.CUSTOMER, "reseller@example.com")


def named(shop: Shop) -> Account:
    """An end customer that a reseller has just named."""
    name = uuid4().hex
    with shop.tenant.writing() as work:
        customer = Customer(id=name, email=f"{name}@contoso.example", company="")
        reseller = ensure_account(shop.ports, work, customer)
        end = EndCustomer(email=f"{name}@fabrikam.example", name="Fabrikam")
        return ensure_end_customer(shop.ports, work, reseller, end)


def token_sent(shop: Shop, account: Account) -> str:
    invitations.invite(shop.tenant, account.id, LINK, RESELLER)
    (sent,) = (each for each in shop.mail if each.to == account.email)
    return str(sent.values["link"]).removeprefix(LINK)


def is_of(shop: Shop, customer_id: str) -> list[UUID]:
    with shop.tenant.reading() as work:
        return [each.id for each in work.accounts.own([customer_id])[customer_id].named]


@pytest.mark.databases("sqlite", "postgresql")
def test_of_two_who_follow_one_link_at_once_one_counts(shop: Shop) -> None:
    account = named(shop)
    token, people = token_sent(shop, account), [f"{name}-{account.id}" for name in "ab"]

    def follow(customer_id: str) -> ErrorCode | None:
        try:
            invitation, _ = invitations.take(shop.tenant, token)
            invitations.accept(shop.tenant, invitation, customer_id)
        except Refusal as refusal:
            return refusal.code
        return None

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(follow, people))
    assert sorted(map(str, outcomes)) == ["INVALID", "None"]
    assert [is_of(shop, each) for each in people].count([account.id]) == 1


def test_a_link_that_is_followed_before_the_mail_server_has_answered_stays_used(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = named(shop)

    def followed_at_once(mail: Notification) -> None:
        token = str(mail.values["link"]).removeprefix(LINK)
        invitations.take(shop.tenant, token)

    monkeypatch.setattr(shop.ports.mailer, "send", followed_at_once)
    made = invitations.invite(shop.tenant, account.id, LINK, RESELLER)
    with shop.tenant.reading() as work:
        kept = work.invitations.get(made.id)
    assert kept is not None
    assert kept.used_at is not None


@pytest.mark.databases("sqlite", "postgresql")
def test_of_several_invitations_at_once_one_is_sent(shop: Shop) -> None:
    account = named(shop)

    def invite(_number: int) -> bool:
        try:
            invitations.invite(shop.tenant, account.id, LINK, RESELLER)
        except Refusal:
            return False
        return True

    with ThreadPoolExecutor(5) as pool:
        sent = list(pool.map(invite, range(5)))
    assert (sent.count(True), [mail.to for mail in shop.mail].count(account.email)) == (1, 1)


def test_an_invitation_whose_mail_failed_is_sent_again_at_once(shop: Shop) -> None:
    account = named(shop)
    shop.world.mailer.failures.append(Unavailable("the mail server is away"))
    with pytest.raises(Unavailable):
        invitations.invite(shop.tenant, account.id, LINK, RESELLER)

    assert token_sent(shop, account)


def test_a_link_by_which_nobody_was_let_in_works_again(shop: Shop) -> None:
    token = token_sent(shop, named(shop))
    invitation, _ = invitations.take(shop.tenant, token)
    invitations.give_back(shop.tenant, invitation)

    assert invitations.find(shop.tenant, token)[0].id == invitation.id


def test_nobody_is_invited_while_the_plugin_is_switched_off(shop: Shop) -> None:
    account = named(shop)
    shop.configure(active=False)
    with pytest.raises(Refusal) as refused:
        invitations.invite(shop.tenant, account.id, LINK, RESELLER)
    shop.configure()
    assert refused.value.code is ErrorCode.PLUGIN_INACTIVE


def test_a_customer_that_is_no_end_customer_is_not_invited(shop: Shop) -> None:
    account = named(shop)
    assert account.reseller_id is not None
    with pytest.raises(Refusal, match="Only end customers"):
        invitations.invite(shop.tenant, account.reseller_id, LINK, RESELLER)


@pytest.mark.parametrize("synchronized", [False, True])
def test_a_reseller_without_a_company_is_not_named_by_its_address(
    shop: Shop, synchronized: bool
) -> None:
    account = named(shop)
    if synchronized:  # BitTitan then knows it by its address for want of a company
        assert account.reseller_id is not None
        save_and_synchronize(shop.tenant, account.reseller_id, STAFF)
    token_sent(shop, account)
    (sent,) = (each for each in shop.mail if each.to == account.email)
    values: dict[str, Any] = dict(sent.values)
    assert (values["invited_by"], "contoso" in str(values)) == (None, False)


def test_whoever_was_named_and_followed_no_link_has_no_account(shop: Shop) -> None:
    token_sent(shop, named(shop))
    with shop.tenant.reading() as work:
        assert work.accounts.own(["somebody"]) == {"somebody": NO_ACCOUNTS}
