"""Forms on the way to the door: what comes from elsewhere, or is too large, does nothing."""

import pytest

from bittitan_plugin.domain.sign_in import PER_ACCOUNT
from bittitan_plugin.platforms.shop.demo_data import DEMO_PASSWORD, STAFF_EMAIL, install_users
from bittitan_plugin.web.body_limit import LARGEST_BODY
from bittitan_plugin.web.csrf import Csrf
from bittitan_plugin.web.devices import COOKIE as DEVICE
from bittitan_plugin.web.sessions import COOKIE
from tests.integration.web.conftest import Serve, Served
from tests.pages import Form, Page


@pytest.fixture(scope="module")
def shop(serve: Serve) -> Served:
    """With people in it."""
    made = serve()
    install_users(made.shop.platform)
    return made


@pytest.fixture
def filled_in(shop: Served) -> Form:
    """The door's form in a new browser, with what lets staff in."""
    shop.http.cookies.clear()
    form = Page(shop.get("/sign-in")).form("/sign-in")
    form.fields |= {"email": STAFF_EMAIL, "password": DEMO_PASSWORD}
    return form


def test_a_forged_form_signs_nobody_in(shop: Served, filled_in: Form) -> None:
    """Else a browser could be made to work for somebody else without its user's knowing."""
    shop.http.post("/sign-in", data=filled_in.fields | {"csrftoken": "made up"})
    assert COOKIE not in shop.http.cookies


@pytest.mark.parametrize("address", ["/sign-out", "/sign-out-everywhere"])
def test_a_forged_form_signs_nobody_out(shop: Served, filled_in: Form, address: str) -> None:
    shop.http.post("/sign-in", data=filled_in.fields)
    shop.http.post(address, data={"csrftoken": "made up"})
    assert COOKIE in shop.http.cookies


def test_who_signed_in_here_before_waits_for_nobody_who_guesses_from_the_same_network(
    shop: Served, filled_in: Form
) -> None:
    shop.http.post("/sign-in", data=filled_in.fields)
    known = shop.http.cookies[DEVICE]
    waiting = guessed_at(shop, filled_in)
    assert "too many wrong passwords" in shop.http.post("/sign-in", data=waiting).text
    shop.http.cookies.set(DEVICE, known)
    assert shop.http.post("/sign-in", data=waiting).status_code == 303


def guessed_at(shop: Served, filled_in: Form) -> dict[str, str]:
    """What would let them in, from a new browser, after somebody guessed from the same network."""
    for _ in range(PER_ACCOUNT.free + 1):
        shop.http.cookies.clear()
        guessing = Page(shop.get("/sign-in")).form("/sign-in").fields
        wrong = {"email": filled_in.fields["email"], "password": "wrong"}
        shop.http.post("/sign-in", data=guessing | wrong)
    waiting = Page(shop.get("/sign-in")).form("/sign-in").fields | filled_in.fields
    return waiting | {"csrftoken": shop.http.cookies[Csrf.cookie_name]}


def test_a_browser_is_a_strangers_once_its_user_has_ended_all_sessions(
    shop: Served, filled_in: Form
) -> None:
    """Whoever knew the password once could have gathered many, each with guesses of its own."""
    customers = shop.shop.platform.customers
    user = customers.create(email="buyer@browsers.example", password=DEMO_PASSWORD)
    filled_in.fields["email"] = user.email
    shop.http.post("/sign-in", data=filled_in.fields)
    known = shop.http.cookies[DEVICE]
    customers.sign_out_everywhere(user.id)
    waiting = guessed_at(shop, filled_in)
    shop.http.cookies.set(DEVICE, known)
    assert "too many wrong passwords" in shop.http.post("/sign-in", data=waiting).text


def test_a_form_that_is_too_large_is_refused(shop: Served, filled_in: Form) -> None:
    filled_in.fields["email"] = "x" * LARGEST_BODY
    assert shop.http.post("/sign-in", data=filled_in.fields).status_code == 413
