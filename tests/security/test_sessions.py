"""Signing out everywhere and changing a password end every session and token of that user."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.responses import Response

from bittitan_plugin.base.settings import Environment
from bittitan_plugin.cli.serving import site_of
from bittitan_plugin.platforms.shop.identity import key_of
from bittitan_plugin.platforms.shop.tables import UserRow
from bittitan_plugin.platforms.shop.tokens import ACCESS_LIFETIME
from bittitan_plugin.web.sessions import COOKIE
from bittitan_plugin.web.site import Site
from tests.integration.portal.browsing import Visitor
from tests.security.belongings import RESELLER, RIVAL
from tests.security.permission_fixture import PASSWORD, Stage
from tests.tables import every

ME = "{ me { email } }"
EVERYWHERE = "mutation { tokensDeactivateAll { errors { code } } }"
CHANGE = """mutation ($old: String!, $new: String!) {
  passwordChange(oldPassword: $old, newPassword: $new) { user { email } errors { field code } }
}"""
CLERK = "every permission"
NEW = "quite another password"


@pytest.fixture
def app(stage: Stage) -> Starlette:
    return stage.shop.app


@pytest.fixture
def site(stage: Stage) -> Site:
    return site_of(stage.shop.application, stage.platform)


@pytest.fixture
def person(stage: Stage) -> Iterator[UserRow]:
    """The reseller as it is now; its password is put back afterwards."""
    customers = stage.platform.customers
    user = customers.by_email("reseller@example.com")
    assert user is not None
    yield user
    now = customers.by_email("reseller@example.com")
    if now is not None and customers.sign_in(now.email, PASSWORD, "192.0.2.9") is None:
        stage.shop.application.ports.clock.advance(hours=2)  # type: ignore[attr-defined]
        customers.change_password(now, NEW, PASSWORD, "192.0.2.9")


def current(stage: Stage, part: str) -> UserRow:
    user = stage.platform.customers.by_email(f"{part.replace(' ', '-')}@example.com")
    assert user is not None
    return user


def ask(visitor: Visitor, token: str, query: str, **variables: Any) -> Any:
    return visitor.request(
        "POST",
        "/graphql/",
        json={"query": query, "variables": variables},
        headers={"Authorization": f"Bearer {token}"},
    )


@pytest.mark.parametrize(("part", "home"), [(RIVAL, "/portal/"), (CLERK, "/admin/")])
def test_signing_out_everywhere_ends_every_session_on_every_device(
    stage: Stage, site: Site, app: Starlette, part: str, home: str
) -> None:
    user = current(stage, part)
    desk, phone = Visitor(app, site, user), Visitor(app, site, user)
    assert phone.open(home).path == home
    forms = [form for form in desk.open(home).forms if form.action == "/sign-out"]
    answer = desk.request("POST", "/sign-out-everywhere", data=forms[0].fields)
    assert answer.url.path == "/sign-in"
    assert desk.open(home).path == "/sign-in"
    assert phone.open(home).path == "/sign-in"


@pytest.mark.parametrize(("part", "home"), [(RIVAL, "/portal/"), (CLERK, "/admin/")])
def test_signing_out_ends_the_session_for_whoever_has_a_copy_of_its_cookie(
    stage: Stage, site: Site, app: Starlette, part: str, home: str
) -> None:
    user = current(stage, part)
    here, phone, thief = (
        Visitor(app, site, user),
        Visitor(app, site, user),
        Visitor(app, site, None),
    )
    thief.cookies.set(COOKIE, here.cookies[COOKIE], domain="shop.example")
    forms = [form for form in here.open(home).forms if form.action == "/sign-out"]
    assert thief.open(home).path == home
    here.send(forms[0])
    assert thief.open(home).path == "/sign-in"
    assert phone.open(home).path == home


def test_an_ended_session_cannot_end_the_others(stage: Stage, site: Site, app: Starlette) -> None:
    user = current(stage, RIVAL)
    here, phone, thief = (
        Visitor(app, site, user),
        Visitor(app, site, user),
        Visitor(app, site, None),
    )
    thief.cookies.set(COOKIE, here.cookies[COOKIE], domain="shop.example")
    forms = [form for form in thief.open("/portal/").forms if form.action == "/sign-out"]
    here.send(next(form for form in here.open("/portal/").forms if form.action == "/sign-out"))
    thief.request("POST", "/sign-out-everywhere", data=forms[0].fields)
    assert phone.open("/portal/").path == "/portal/"


def test_signing_in_ends_the_session_that_the_browser_had(
    stage: Stage, site: Site, app: Starlette
) -> None:
    here, copy = Visitor(app, site, current(stage, RIVAL)), Visitor(app, site, None)
    copy.cookies.set(COOKIE, here.cookies[COOKIE], domain="shop.example")
    other = here.send(
        here.open("/sign-in").form("/sign-in"), email="reseller@example.com", password=PASSWORD
    )
    assert other.path == "/portal/"
    assert copy.open("/portal/").path == "/sign-in"


def test_signing_out_everywhere_leaves_others_signed_in(
    stage: Stage, site: Site, app: Starlette
) -> None:
    other = Visitor(app, site, current(stage, CLERK))
    stage.platform.customers.sign_out_everywhere(current(stage, RIVAL).id)
    assert other.open("/admin/").path == "/admin/"


def test_the_page_has_the_button(stage: Stage, site: Site, app: Starlette) -> None:
    for part, home in ((RIVAL, "/portal/"), (CLERK, "/admin/")):
        answer = Visitor(app, site, current(stage, part)).request("GET", home)
        assert 'formaction="/sign-out-everywhere"' in answer.text


def test_a_forged_request_signs_nobody_out(stage: Stage, site: Site, app: Starlette) -> None:
    visitor = Visitor(app, site, current(stage, RIVAL))
    answer = visitor.request("POST", "/sign-out-everywhere", data={"csrftoken": "made up"})
    assert answer.status_code == 403
    assert visitor.open("/portal/").path == "/portal/"


def test_a_session_that_was_ended_cannot_end_those_begun_since(stage: Stage, site: Site) -> None:
    old = key_of(current(stage, RIVAL))
    site.platform.identity.sign_out_everywhere(old)
    new = key_of(current(stage, RIVAL))
    site.platform.identity.sign_out_everywhere(old)
    assert site.platform.identity.viewer(new).email == "rival@example.com"


@every("key", ["", "x", "x:y", ":", "00000000-0000-0000-0000-000000000000:k"])
def test_a_key_that_names_nobody_is_nobodys(site: Site, key: str) -> None:
    assert site.platform.identity.viewer(key).email == ""
    site.platform.identity.sign_out_everywhere(key)


def test_ending_all_sessions_ends_the_tokens_too(stage: Stage, site: Site, app: Starlette) -> None:
    user, visitor = current(stage, RIVAL), Visitor(app, site, None)
    first, second = stage.platform.tokens.issue(user), stage.platform.tokens.issue(user)
    assert ask(visitor, first, EVERYWHERE).json()["data"]["tokensDeactivateAll"] == {"errors": []}
    for token in (first, second):
        answer = ask(visitor, token, ME)
        assert answer.status_code == 401
        code = answer.json()["errors"][0]["extensions"]["exception"]["code"]
        assert code == "InvalidTokenError"


def test_a_token_issued_afterwards_is_good(stage: Stage, site: Site, app: Starlette) -> None:
    stage.platform.customers.sign_out_everywhere(current(stage, RIVAL).id)
    token = stage.platform.tokens.issue(current(stage, RIVAL))
    answer = ask(Visitor(app, site, None), token, ME)
    assert answer.json()["data"]["me"] == {"email": "rival@example.com"}


def test_changing_the_password_ends_sessions_and_tokens(
    stage: Stage, site: Site, app: Starlette, person: UserRow
) -> None:
    visitor, token = Visitor(app, site, person), stage.platform.tokens.issue(person)
    changed = ask(visitor, token, CHANGE, old=PASSWORD, new=NEW).json()["data"]["passwordChange"]
    assert changed == {"user": {"email": person.email}, "errors": []}
    assert visitor.open("/portal/").path == "/sign-in"
    assert ask(visitor, token, ME).status_code == 401
    assert stage.platform.sign_in(person.email, PASSWORD, "192.0.2.2") is None


@pytest.mark.parametrize(
    ("old", "new", "field"), [("wrong", NEW, "oldPassword"), (PASSWORD, "short", "password")]
)
def test_a_password_is_changed_only_by_who_knows_it_and_only_to_a_good_one(  # noqa: PLR0917
    stage: Stage, site: Site, app: Starlette, person: UserRow, old: str, new: str, field: str
) -> None:
    token = stage.platform.tokens.issue(person)
    answer = ask(Visitor(app, site, None), token, CHANGE, old=old, new=new).json()
    errors = answer["data"]["passwordChange"]["errors"]
    assert errors == [{"field": field, "code": "INVALID"}]
    assert ask(Visitor(app, site, None), token, ME).status_code == 200


def test_guessing_the_password_of_a_session_that_was_found_is_slowed_down(
    stage: Stage, site: Site, app: Starlette
) -> None:
    token = stage.platform.tokens.issue(current(stage, RESELLER))
    visitor = Visitor(app, site, None)
    codes = [
        ask(visitor, token, CHANGE, old=f"guess {number}", new=NEW).json()["data"][
            "passwordChange"
        ]["errors"][0]["code"]
        for number in range(7)
    ]
    assert codes[-1] == "LOGIN_ATTEMPT_DELAYED"
    stage.shop.application.ports.clock.advance(hours=2)  # type: ignore[attr-defined]


def test_an_access_token_lives_five_minutes() -> None:
    assert ACCESS_LIFETIME.total_seconds() == 300


@pytest.mark.parametrize(
    ("environment", "public_url", "secure"),
    [
        (Environment.DEVELOPMENT, "http://127.0.0.1:8000", False),
        (Environment.DEVELOPMENT, "https://shop.example", True),
        (Environment.PRODUCTION, "http://127.0.0.1:8000", True),
    ],
)
def test_the_session_travels_over_tls_only_outside_development(
    stage: Stage, environment: Environment, public_url: str, *, secure: bool
) -> None:
    settings = stage.shop.application.settings.model_copy(
        update={"environment": environment, "public_url": public_url}
    )
    application = replace(stage.shop.application, settings=settings)
    site = site_of(application, stage.platform)
    answer = Response()
    site.sessions.open(answer, "somebody")
    cookie = answer.headers["set-cookie"]
    assert ("Secure" in cookie) is secure
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
