"""The pages with which people choose a password, as a browser has them."""

from urllib.parse import urlsplit

import pytest
from starlette.applications import Starlette
from starlette.types import Message, Receive, Scope, Send

from bittitan_plugin.base.settings import Environment
from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.platforms.shop.account_pages import account_routes
from bittitan_plugin.platforms.shop.link_mails import LinkMails
from bittitan_plugin.platforms.shop.platform import ShopPlatform
from bittitan_plugin.platforms.shop.tables import UserRow
from bittitan_plugin.web.portal.routes import portal_routes
from bittitan_plugin.web.signing_in import sign_in_routes
from bittitan_plugin.web.site import Site
from tests.integration.portal.browsing import Counter, Page, Visitor

BY = Actor(ActorKind.STAFF, "boss@example.com")
NEW = "a new password"


@pytest.fixture(scope="session")
def shop_app(site: Site, embedded: tuple[ShopPlatform, Starlette]) -> Starlette:
    """With the pages that they lead to."""
    return Starlette(
        routes=[*sign_in_routes(site), *portal_routes(site), *account_routes(site, embedded[0])]
    )


def mails(counter: Counter) -> LinkMails:
    return LinkMails(counter.site.ports, counter.storefront.platform, "http://shop.example")


def link_to(counter: Counter, user: UserRow, template: str = "password_link") -> str:
    """Where the newest link of that person leads."""
    sent = [each for each in counter.storefront.shop.mail if each.to == user.email]
    assert sent[-1].template == template
    return urlsplit(str(sent[-1].values["link"])).path


def asked(visitor: Visitor, email: str) -> Page:
    """*Forgotten your password?*"""
    form = visitor.open("/forgotten-password").form("/forgotten-password")
    return visitor.send(form, email=email)


def chosen(visitor: Visitor, path: str, password: str = NEW, again: str | None = None) -> Page:
    form = visitor.open(path).form(path)
    return visitor.send(form, password=password, again=password if again is None else again)


def signs_in(counter: Counter, user: UserRow, password: str) -> bool:
    visitor = counter.visitor(None)
    form = visitor.open("/sign-in").form("/sign-in")
    return visitor.send(form, email=user.email, password=password).path != "/sign-in"


def test_whoever_forgot_the_password_chooses_another_and_is_signed_in(counter: Counter) -> None:
    reseller, visitor = counter.storefront.reseller, counter.visitor(None)
    assert "Forgotten your password?" in visitor.open("/sign-in").text
    asked(visitor, reseller.email)
    assert chosen(visitor, link_to(counter, reseller)).path == "/portal/"
    assert signs_in(counter, reseller, NEW)


def test_the_answer_does_not_tell_whose_address_it_is(counter: Counter) -> None:
    known = asked(counter.visitor(None), counter.storefront.reseller.email)
    unknown = asked(counter.visitor(None), "nobody@example.com")
    assert (known.status, known.text) == (unknown.status, unknown.text) == (200, known.text)
    assert [each for each in counter.storefront.shop.mail if each.to == "nobody@example.com"] == []


def test_the_link_is_mailed_after_the_answer_so_that_its_time_tells_nothing(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = list[str]()
    monkeypatch.setattr(LinkMails, "send_to_whoever_forgot", lambda *_: order.append("mailed"))
    visitor = counter.visitor(None)
    form = visitor.open("/forgotten-password").form("/forgotten-password")
    app = visitor._app

    async def watched(scope: Scope, receive: Receive, send: Send) -> None:
        async def note(message: Message) -> None:
            if message["type"] == "http.response.body" and not message.get("more_body"):
                order.append("answered")
            await send(message)

        await app(scope, receive, note)

    visitor._app = watched
    visitor.send(form, email=counter.storefront.reseller.email)
    assert order == ["answered", "mailed"]


def test_asking_twice_sends_one_mail(counter: Counter) -> None:
    storefront = counter.storefront
    for _ in range(2):
        asked(counter.visitor(None), storefront.reseller.email.upper())
    assert [each.template for each in storefront.emails] == ["password_link"]


def test_opening_a_link_uses_nothing_up_and_tells_no_site_where_one_was(counter: Counter) -> None:
    reseller, visitor = counter.storefront.reseller, counter.visitor(None)
    asked(visitor, reseller.email)
    path = link_to(counter, reseller)
    for _ in range(2):
        answer = visitor.open(path).answer
        assert answer.status_code == 200
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"


def test_two_different_passwords_are_refused_at_their_field(counter: Counter) -> None:
    reseller, visitor = counter.storefront.reseller, counter.visitor(None)
    asked(visitor, reseller.email)
    path = link_to(counter, reseller)
    refused = chosen(visitor, path, again="another one")
    assert (refused.status, "The two passwords differ." in refused.text) == (422, True)
    assert chosen(visitor, path).path == "/portal/"
    used = visitor.open(path)
    assert (used.status, "used already" in used.text) == (400, True)


def test_an_invitation_of_staff_leads_to_a_first_password(counter: Counter) -> None:
    stranger = counter.storefront.stranger
    mails(counter).send(stranger.id, BY)
    template = "password_link" if stranger.password else "account_invitation"
    visitor = counter.visitor(None)
    assert chosen(visitor, link_to(counter, stranger, template)).path == "/portal/"


def test_a_password_is_changed_by_whoever_knows_the_old_one(counter: Counter) -> None:
    reseller = counter.storefront.reseller
    asked(counter.visitor(None), reseller.email)
    here, there = counter.visitor(None), counter.visitor(None)
    chosen(here, link_to(counter, reseller))
    form = there.open("/sign-in").form("/sign-in")
    there.send(form, email=reseller.email, password=NEW)

    form = here.open("/account/password").form("/account/password")
    refused = here.send(form, old="wrong", password="the next one", again="the next one")
    assert (refused.status, "not the password until now" in refused.text) == (422, True)
    done = here.send(form, old=NEW, password="the next one", again="the next one")
    assert "Your password was changed." in done.text
    assert here.open("/portal/").path == "/portal/"
    assert there.open("/portal/").path == "/sign-in"
    assert signs_in(counter, reseller, "the next one")


def test_a_stranger_who_wants_to_change_a_password_signs_in_first(counter: Counter) -> None:
    page = counter.visitor(None).open("/account/password")
    assert (page.path, page.form("/sign-in").fields["next"]) == ("/sign-in", "/account/password")


def test_the_first_run_is_served_in_development_only(
    site: Site, embedded: tuple[ShopPlatform, Starlette]
) -> None:
    def served(environment: Environment) -> bool:
        settings = site.settings.model_copy(update={"environment": environment})
        routes = account_routes(Site(site.ports, settings, site.engine, site.platform), embedded[0])
        return any("/first-run/" in getattr(each, "path", "") for each in routes)

    assert served(Environment.DEVELOPMENT)
    assert not served(Environment.PRODUCTION)
