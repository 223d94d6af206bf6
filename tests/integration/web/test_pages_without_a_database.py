"""The database is away: every page says so, says when to come back, and claims nothing done."""

import pytest

from bittitan_plugin.platforms.shop.demo_data import DEMO_PASSWORD, STAFF_EMAIL, install_users
from bittitan_plugin.web.failures import RETRY_AFTER_S
from tests.conftest import Databases
from tests.integration.web.conftest import Serve, Served
from tests.integration.web.test_health import NOBODY
from tests.pages import Form, Page

#: A token that names a key, so that the key is looked up: ``{"alg":"RS256","kid":"x"}``.
SIGNED = "eyJhbGciOiJSUzI1NiIsImtpZCI6IngifQ.e30.AA"
PAGES = (
    "/sign-in", "/shop/", "/portal/", "/portal/end-customers", "/admin/", "/admin/settings",
    "/admin/products/list", "/admin/assets/list", "/admin/stock", "/admin/runs",
)  # fmt: skip


def sign_in(shop: Served) -> None:
    form = Page(shop.get("/sign-in")).form("/sign-in")
    sent(shop, form, email=STAFF_EMAIL, password=DEMO_PASSWORD)


def sent(shop: Served, form: Form, **values: str) -> Page:
    answer = shop.http.post(form.action, data=form.fields | values, follow_redirects=True)
    return Page(answer)


@pytest.fixture
def shop(serve: Serve, postgresql_url: str) -> Served:
    """On a PostgreSQL of its own, with staff signed in."""
    made = serve(postgresql_url)
    install_users(made.shop.platform)
    sign_in(made)
    return made


def lose(shop: Served, databases: Databases) -> None:
    """The server throws everybody out and knows the database no more."""
    databases.drop(shop.shop.application.settings.database_url)


def unreachable(page: Page) -> bool:
    """Whether the page says what is wrong, and when to come back."""
    waits = page.answer.headers.get("Retry-After") == str(RETRY_AFTER_S)
    return page.status == 503 and "The database cannot be reached" in page.text and waits


def test_a_page_says_so_where_nobody_ever_reached_it(serve: Serve) -> None:
    shop = serve(NOBODY)
    pages = {path: Page(shop.http.get(path, follow_redirects=True)) for path in PAGES}
    assert [path for path, page in pages.items() if not unreachable(page)] == []


def test_whoever_is_signed_in_is_not_thrown_out_but_told(
    shop: Served, databases: Databases
) -> None:
    paths = [path for path in PAGES if path.startswith("/admin/")]
    assert [path for path in paths if shop.get(path).status_code != 200] == []
    lose(shop, databases)
    assert [path for path in paths if not unreachable(Page(shop.get(path)))] == []


def test_a_form_sent_too_late_says_that_nothing_was_changed(
    shop: Served, databases: Databases
) -> None:
    form = Page(shop.get("/admin/settings")).form("/save")
    lose(shop, databases)
    page = sent(shop, form, expire_days="100")
    assert unreachable(page)
    assert "Nothing was changed" in page.text


@pytest.mark.parametrize("headers", [{}, {"Authorization": f"Bearer {SIGNED}"}])
def test_graphql_says_so_with_a_code(serve: Serve, headers: dict[str, str]) -> None:
    answer = serve(NOBODY).ask("{ bittitanProducts(first: 1) { totalCount } }", **headers)
    (error,) = answer.json()["errors"]
    assert answer.status_code == 503
    assert error["extensions"]["exception"]["code"] == "DatabaseUnavailable"
    assert "The database cannot be reached (OperationalError)." in error["message"]


def test_what_has_no_page_says_so_in_a_sentence(serve: Serve) -> None:
    answer = serve(NOBODY).get("/.well-known/jwks.json")
    told = {"message": "The database cannot be reached (OperationalError)."}
    assert (answer.status_code, answer.json()) == (503, told)
