"""The HTTP side of the shop: keys, tokens, what production hides, and what is not there."""

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from bittitan_plugin.platforms.shop.demo_data import RESELLER_EMAIL, install_users
from tests.integration.web.conftest import Serve, Served
from tests.tables import every

INTROSPECTION = "{ __schema { queryType { name } } }"
ME = "{ me { email } }"


@pytest.fixture(scope="module")
def production(serve: Serve) -> Served:
    return serve(environment="production")


@pytest.fixture(scope="module")
def shop(serve: Serve) -> Served:
    """With people in it."""
    made = serve()
    install_users(made.shop.platform)
    return made


def token(shop: Served) -> str:
    return shop.shop.platform.issue_token(RESELLER_EMAIL)


def test_a_token_can_be_verified_with_the_published_keys(shop: Served) -> None:
    text = token(shop)
    keys = KeySet.import_key_set(shop.get("/.well-known/jwks.json").json())
    assert jwt.decode(text, keys, algorithms=["RS256"]).claims["email"] == RESELLER_EMAIL


def test_the_published_keys_hold_no_private_part(shop: Served) -> None:
    token(shop)
    (key,) = shop.get("/.well-known/jwks.json").json()["keys"]
    assert {"d", "p", "q", "dp", "dq", "qi"} & set(key) == set()


@every("header", ["Authorization", "Authorization-Bearer"])
def test_a_good_token_is_taken_from_either_header(shop: Served, header: str) -> None:
    value = token(shop) if header == "Authorization-Bearer" else f"Bearer {token(shop)}"
    assert shop.ask(ME, **{header: value}).json()["data"]["me"] == {"email": RESELLER_EMAIL}


@every("text", ["nonsense", "a.b.c", "eyJhbGciOiJub25lIn0.eyJlbWFpbCI6ImEifQ."])
def test_a_token_that_is_not_to_be_believed_is_answered_with_401(shop: Served, text: str) -> None:
    answer = shop.ask(ME, Authorization=f"Bearer {text}")
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["extensions"]["exception"]["code"]) == (
        401,
        "InvalidTokenError",
    )


def test_a_token_of_another_shop_is_answered_with_401(shop: Served, watch: Serve) -> None:
    other = watch()
    install_users(other.shop.platform)
    assert shop.ask(ME, Authorization=f"Bearer {token(other)}").status_code == 401


def test_nobody_is_signed_in_without_a_token(shop: Served) -> None:
    assert shop.ask(ME).json()["data"] == {"me": None}


def test_development_has_graphiql(shop: Served) -> None:
    answer = shop.http.get("/graphql/", headers={"Accept": "text/html"})
    assert (answer.status_code, "graphiql" in answer.text.lower()) == (200, True)


def test_development_can_be_introspected(shop: Served) -> None:
    assert shop.ask(INTROSPECTION).json()["data"]["__schema"]["queryType"]["name"] == "Query"


def test_production_has_no_graphiql(production: Served) -> None:
    answer = production.http.get("/graphql/", headers={"Accept": "text/html"})
    assert answer.status_code in (404, 405)
    assert "graphiql" not in answer.text.lower()


@every("document", [INTROSPECTION, '{ __type(name: "Order") { name } }'])
def test_production_cannot_be_introspected(production: Served, document: str) -> None:
    answer = production.ask(document).json()
    assert answer.get("data") is None
    assert "introspection" in answer["errors"][0]["message"].lower()


def test_production_still_answers_queries(production: Served) -> None:
    assert production.ask(ME).json()["data"] == {"me": None}


def test_the_site_s_own_address_leads_on(shop: Served) -> None:
    answer = shop.get("/")
    assert (answer.status_code, answer.headers["location"]) == (307, "/sign-in")


@every("path", ["/home", "/graphql/x", "/admins", "/_sandbox/ledger", "/v1/coupons"])
def test_what_is_not_there_is_404(shop: Served, path: str) -> None:
    assert shop.get(path).status_code == 404


@every("path", ["/livez", "/readyz", "/metrics", "/.well-known/jwks.json"])
def test_what_can_only_be_read_cannot_be_posted_to(shop: Served, path: str) -> None:
    assert shop.http.post(path).status_code == 405


def test_no_other_site_may_put_a_file_of_ours_into_a_frame(shop: Served) -> None:
    """A drawing is a document of its own when it is opened by its address."""
    policy = shop.get("/static/icon.svg").headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy


def test_a_query_in_the_address_is_refused_so_that_it_stays_out_of_logs(shop: Served) -> None:
    answer: httpx.Response = shop.get("/graphql/?query={me{email}}")
    assert answer.status_code in (400, 405)
