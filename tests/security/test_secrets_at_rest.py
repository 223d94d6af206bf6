"""The whole story with values that are known, then a search for them wherever they must not be."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bittitan_plugin.bittitan.sandbox import DEFAULT_PASSWORD
from bittitan_plugin.platforms.saleor.apps import AppState, Registration
from bittitan_plugin.store.tables import ProblemRow
from tests.fakes.host import line
from tests.fakes.saleor.signing import Signing
from tests.integration.ordering.running import embedded, plugin, seller, storefront
from tests.integration.ordering.storefront import Storefront, person
from tests.integration.provisioning.test_secrecy import contents
from tests.integration.stock.desk import STAFF, Desk
from tests.integration.stock.shelf import bring_in, code_of, from_stock, new_code, row
from tests.wired import saleors_of
from tests.world import Shop

__all__ = ["embedded", "plugin", "seller", "storefront"]

PASSWORD, WRONG = "Contoso-Secret-1", "Contoso-Wrong-2"
TOKEN = "SaleorAppTokenOfThirtyLetters0"
SIGN_IN = """
mutation ($email: String!, $password: String!) {
  tokenCreate(email: $email, password: $password) { token errors { code } }
}
"""
Heard = Callable[[], str]
LOOK_UP = "query ($c: String!) { bittitanAssets(first: 1, where: {couponCode: $c}) { totalCount } }"


@dataclass
class Story:
    """What was played, and everything in it that nobody else may learn."""

    codes: list[str]
    passwords: list[str]
    tokens: list[str]

    @property
    def secrets(self) -> list[str]:
        return [*self.codes, *self.passwords, *self.tokens]


@pytest.fixture
def heard(capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> Heard:
    """All that is printed and logged from here on; asked for before a story."""
    caplog.set_level(logging.DEBUG)

    def hear() -> str:
        captured = capfd.readouterr()
        return captured.out + captured.err + caplog.text

    return hear


@pytest.fixture
def story(shop: Shop, storefront: Storefront) -> Story:
    """Both ways to a code, a cancellation, a lookup, a sign-in, a Saleor."""
    buyer = person(storefront.platform, "buyer", password=PASSWORD)
    storefront.answer(SIGN_IN, None, email=buyer.email, password=WRONG)
    signed_in = storefront.ask(SIGN_IN, None, email=buyer.email, password=PASSWORD)
    issued = code_of(shop, shop.buy(line()))
    shop.cancel(shop.buy(line()))
    stocked = [new_code() for _ in range(3)]
    bring_in(from_stock(shop), *(row(10 * n, code=code) for n, code in enumerate(stocked, 1)))
    sold = code_of(shop, shop.buy(line(quantity=50)))
    assert set(sold.split()) == set(stocked[1:])
    assert Desk(shop).ask(LOOK_UP, STAFF, c=stocked[2]) == {"totalCount": 1}
    apps = saleors_of(shop.world.application).apps
    registration = Registration(
        api_url="https://secrets.example/graphql/",
        domain="secrets.example",
        app_id="QXBwOjE=",
        token=TOKEN,
        jwks=Signing().jwks(),
        version="3.23",
    )
    apps.change_state(apps.register(registration), AppState.UNINSTALLED, shop.ports.clock())
    return Story(
        codes=[issued, *stocked, *(coupon.code for coupon in shop.sandbox.sandbox.ledger())],
        passwords=[PASSWORD, WRONG, DEFAULT_PASSWORD],
        tokens=[TOKEN, signed_in["token"]],
    )


def found_in(text: str, story: Story) -> list[str]:
    return [secret for secret in story.secrets if secret in text]


def test_only_the_buyer_is_told_its_code_and_nothing_else_holds_any_of_it(
    heard: Heard, story: Story, shop: Shop
) -> None:
    with Session(shop.ports.store.engine) as session:
        problems = list(session.scalars(select(ProblemRow)))
    places = {
        "what was logged": heard(),
        # Its raw files, or every row of every table: the workflow engine's too.
        "the database": contents(shop.ports.store.engine).decode("utf-8", "replace"),
        "the problems": " ".join(f"{each.message} {each.next_step}" for each in problems),
        "the keys of e-mails": " ".join(f"{sent.key} {sent!r}" for sent in shop.mail),
    }
    assert [place for place, text in places.items() if found_in(text, story)] == []
    told = [str(sent.values.get("coupon_code")) for sent in shop.mail if sent.template == "welcome"]
    assert story.codes[0] in told
