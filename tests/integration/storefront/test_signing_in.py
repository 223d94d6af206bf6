"""One sign-in for portal, shop and back office; the shop's script gets a token of it."""

import re

import pytest
from starlette.applications import Starlette

from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.platforms.shop.platform import ShopPlatform
from bittitan_plugin.platforms.shop.storefront import shop_routes
from bittitan_plugin.platforms.shop.tables import UserRow
from bittitan_plugin.web.csrf import Csrf
from bittitan_plugin.web.portal.routes import portal_routes
from bittitan_plugin.web.signing_in import sign_in_routes
from bittitan_plugin.web.site import Site
from tests.integration.portal.browsing import Counter, Visitor
from tests.tables import every

PASSWORD = "a long password"


@pytest.fixture(scope="session")
def shop_app(site: Site, embedded: tuple[ShopPlatform, Starlette]) -> Starlette:
    """The shop with the page for signing in."""
    platform, _ = embedded
    return Starlette(
        routes=[*sign_in_routes(site), *portal_routes(site), *shop_routes(site, platform)]
    )


def token_of(visitor: Visitor) -> tuple[int, dict[str, str]]:
    """What the shop's script is answered."""
    page = visitor.open("/shop/").answer.text
    found = re.search(f'name="{Csrf.field_name}" value="([^"]+)"', page)
    headers = {Csrf.header_name: found[1] if found else ""}
    answer = visitor.request("POST", "/shop/token", headers=headers)
    return answer.status_code, answer.json() if answer.status_code == 200 else {}


def test_whoever_is_signed_in_gets_a_token_of_their_own(counter: Counter) -> None:
    storefront = counter.storefront
    status, body = token_of(counter.reseller)
    assert status == 200
    assert storefront.platform.viewer(body["token"]).email == storefront.reseller.email


def test_another_site_gets_no_token(counter: Counter) -> None:
    visitor = counter.reseller
    visitor.open("/shop/")
    assert visitor.request("POST", "/shop/token").status_code == 403


def test_who_signed_out_everywhere_gets_none(counter: Counter) -> None:
    visitor = counter.reseller
    page = visitor.open("/shop/").answer.text
    found = re.search(f'name="{Csrf.field_name}" value="([^"]+)"', page)
    assert found
    counter.storefront.platform.customers.sign_out_everywhere(counter.storefront.reseller.id)
    answer = visitor.request("POST", "/shop/token", headers={Csrf.header_name: found[1]})
    assert (answer.status_code, "token" in answer.json()) == (401, False)


def led(counter: Counter, user: UserRow, following: str) -> str:
    """Where the page for signing in leads that person who asked for that page."""
    platform = counter.storefront.platform
    link = platform.links.make(user.id, by=_staff(counter))
    platform.links.choose_password(link.token, PASSWORD)
    visitor = counter.visitor(None)
    form = visitor.open("/sign-in").form("/sign-in")
    sent = {"email": user.email, "password": PASSWORD, "next": following}
    answer = visitor.request("POST", "/sign-in", data=form.fields | sent)
    return answer.history[0].headers["location"]


@every(
    "following, path",
    [
        ("/shop/#check-out", "/shop/#check-out"),
        ("/portal/?status=ACTIVE", "/portal/?status=ACTIVE"),
        ("", "/portal/"),
        ("/admin/", "/portal/"),
        ("https://elsewhere.example/", "/portal/"),
        ("//elsewhere.example/", "/portal/"),
        ("/sign-out", "/portal/"),
    ],
)
def test_a_customer_is_led_to_a_page_of_this_site_for_customers(
    following: str, path: str, counter: Counter
) -> None:
    assert led(counter, counter.storefront.reseller, following) == path


@every("following", ["", "/portal/", "https://elsewhere.example/admin/"])
def test_staff_are_led_to_the_back_office(following: str, counter: Counter) -> None:
    assert led(counter, counter.storefront.staff, following) == "/admin/"


def _staff(counter: Counter) -> Actor:
    return Actor(ActorKind.STAFF, counter.storefront.staff.email)
