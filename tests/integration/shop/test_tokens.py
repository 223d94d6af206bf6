"""Access tokens: Saleor's shape, and every forgery refused."""

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from bittitan_plugin.platforms.shop.demo_data import DEMO_PASSWORD, STAFF_EMAIL, install_demo
from bittitan_plugin.platforms.shop.ids import Kind, global_id
from bittitan_plugin.platforms.shop.platform import ShopPlatform
from bittitan_plugin.platforms.shop.tables import SigningKeyRow, UserRow
from tests.integration.shop.shop import Shop
from tests.tables import every

ME = "{ me { email } }"
TOKEN_CREATE = """
mutation ($email: String!, $password: String!) {
  tokenCreate(email: $email, password: $password) {
    token user { email } errors { field message code }
  }
}
"""


def claims_of(shop: Shop, **changes: Any) -> dict[str, Any]:
    """Claims the host would believe if its key had signed them."""
    now = int(shop.clock().timestamp())
    return {
        "iat": now,
        "exp": now + 300,
        "iss": "http://shop/graphql/",
        "type": "access",
        "user_id": global_id(Kind.USER, shop.staff.id),
        "email": shop.staff.email,
        "is_staff": True,
        "token": shop.staff.session_key,
    } | changes


def part(data: object) -> str:
    return urlsafe_b64encode(json.dumps(data).encode()).rstrip(b"=").decode()


def signed(key: RSAKey, claims: Mapping[str, Any], kid: str = "test-key") -> str:
    return jwt.encode({"alg": "RS256", "kid": kid}, dict(claims), key)


def status(shop: Shop, token: str) -> int:
    return shop.post(ME, headers={"Authorization": f"Bearer {token}"}).status_code


def code(shop: Shop, token: str) -> str:
    answer = shop.post(ME, headers={"Authorization": f"Bearer {token}"}).json()
    return str(answer["errors"][0]["extensions"]["exception"]["code"])


def test_a_token_has_saleors_claims(shop: Shop, signing_key: RSAKey) -> None:
    token = jwt.decode(shop.platform.tokens.issue(shop.customer), signing_key)
    now = int(shop.clock().timestamp())
    assert token.claims == {
        "iat": now,
        "exp": now + 300,
        "owner": "bittitan-embedded",
        "iss": "http://shop/graphql/",
        "type": "access",
        "user_id": global_id(Kind.USER, shop.customer.id),
        "email": "buyer@example.com",
        "is_staff": False,
        "token": shop.customer.session_key,
    }


def test_the_published_keys_verify_a_token(shop: Shop) -> None:
    keys = KeySet.import_key_set(shop.request("GET", "/.well-known/jwks.json").json())
    assert jwt.decode(shop.token(shop.customer), keys).claims["type"] == "access"


def test_the_published_keys_hold_nothing_private(shop: Shop) -> None:
    (key,) = shop.request("GET", "/.well-known/jwks.json").json()["keys"]
    assert set(key) == {"kty", "n", "e", "kid", "use", "alg"}


@every("header", ["Authorization", "Authorization-Bearer"])
def test_a_token_is_taken_from_either_header(shop: Shop, header: str) -> None:
    token = shop.token(shop.customer)
    value = f"Bearer {token}" if header == "Authorization" else token
    assert shop.post(ME, headers={header: value}).json()["data"]["me"]["email"] == (
        "buyer@example.com"
    )


def test_without_a_token_nobody_asks(shop: Shop) -> None:
    assert shop.ask(ME)["me"] is None


def test_an_unsigned_token_is_refused(shop: Shop) -> None:
    token = f"{part({'alg': 'none', 'kid': 'test-key'})}.{part(claims_of(shop))}."
    assert status(shop, token) == 401


def test_a_token_signed_with_the_public_key_as_a_secret_is_refused(
    shop: Shop, signing_key: RSAKey
) -> None:
    body = f"{part({'alg': 'HS256', 'kid': 'test-key'})}.{part(claims_of(shop))}"
    digest = hmac.digest(signing_key.as_pem(private=False), body.encode(), hashlib.sha256)
    token = f"{body}.{urlsafe_b64encode(digest).rstrip(b'=').decode()}"
    assert status(shop, token) == 401


def test_a_token_of_another_key_is_refused(shop: Shop) -> None:
    other = RSAKey.generate_key(2048)
    assert status(shop, signed(other, claims_of(shop))) == 401


def test_a_token_of_an_unknown_key_id_is_refused(shop: Shop, signing_key: RSAKey) -> None:
    assert status(shop, signed(signing_key, claims_of(shop), kid="elsewhere")) == 401


@every("kid", [None, 7, ["test-key"], {"test-key": 1}])
def test_a_token_whose_key_id_is_no_text_is_refused(shop: Shop, kid: object) -> None:
    token = f"{part({'alg': 'RS256', 'kid': kid})}.{part(claims_of(shop))}.{part('signature')}"
    assert code(shop, token) == "InvalidTokenError"


def test_a_token_that_is_too_long_is_refused_whoever_signed_it(
    shop: Shop, signing_key: RSAKey
) -> None:
    assert status(shop, signed(signing_key, claims_of(shop, padding="x" * 8192))) == 401


@every(
    "claim, ahead, answer",
    [
        ("iat", 59, 200),
        ("nbf", 59, 200),
        ("exp", -59, 200),
        ("iat", 61, 401),
        ("nbf", 61, 401),
        ("exp", -60, 401),
    ],
)
def test_clocks_may_differ_by_a_minute(
    shop: Shop, signing_key: RSAKey, claim: str, ahead: int, answer: int
) -> None:
    moment = int(shop.clock().timestamp()) + ahead
    assert status(shop, signed(signing_key, claims_of(shop, **{claim: moment}))) == answer


def test_an_expired_token_is_refused_with_saleors_code(shop: Shop) -> None:
    token = shop.token(shop.customer)
    shop.clock.advance(minutes=6)
    assert code(shop, token) == "ExpiredSignatureError"


@every(
    "changes",
    [
        {"iss": "http://elsewhere/graphql/"},
        {"type": "refresh"},
        {"user_id": 7},
        {"user_id": global_id(Kind.ORDER, UUID(int=7))},
        {"exp": "soon"},
        {"token": 7},
        {"token": "another"},
    ],
)
def test_a_token_with_a_wrong_claim_is_refused(
    shop: Shop, signing_key: RSAKey, changes: dict[str, Any]
) -> None:
    assert status(shop, signed(signing_key, claims_of(shop, **changes))) == 401


@every("missing", ["iss", "exp", "type", "user_id", "token"])
def test_a_token_without_a_needed_claim_is_refused(
    shop: Shop, signing_key: RSAKey, missing: str
) -> None:
    claims = {key: value for key, value in claims_of(shop).items() if key != missing}
    assert status(shop, signed(signing_key, claims)) == 401


@every("token", ["x", "a.b.c", "....", "e30.e30.e30", "a" * 20_000])
def test_what_is_no_token_is_refused(shop: Shop, token: str) -> None:
    assert code(shop, token) == "InvalidTokenError"


def test_a_refused_token_runs_nothing(shop: Shop) -> None:
    assert "data" not in shop.post(ME, headers={"Authorization": "Bearer x"}).json()


def test_permissions_come_from_the_users_table_and_not_from_the_token(
    shop: Shop, signing_key: RSAKey
) -> None:
    customer = shop.customer
    claims = claims_of(
        shop, user_id=global_id(Kind.USER, customer.id), token=customer.session_key, is_staff=True
    )
    token = signed(signing_key, claims)
    assert not shop.platform.viewer(token).is_staff


def test_a_token_of_a_deleted_user_is_nobodys(shop: Shop) -> None:
    token = shop.token(shop.stranger)
    with shop.platform.database.writing() as session:
        session.delete(session.get_one(UserRow, shop.stranger.id))
    assert shop.post(ME, headers={"Authorization": f"Bearer {token}"}).json()["data"]["me"] is None


def test_a_key_made_by_another_process_is_found(shop: Shop) -> None:
    key = RSAKey.generate_key(2048, private=True)
    shop.token(shop.staff)
    with shop.platform.database.writing() as session:
        session.add(
            SigningKeyRow(
                id="newer",
                private_key=shop.platform.tokens._cipher.seal(key.as_pem(private=True).decode()),
                created_at=shop.clock() + timedelta(seconds=1),
            )
        )
    assert status(shop, signed(key, claims_of(shop), kid="newer")) == 200


def test_the_first_token_makes_a_key(platform: ShopPlatform) -> None:
    with platform.database.writing() as session:
        session.delete(session.get_one(SigningKeyRow, "test-key"))
    user = platform.customers.create(email="first@example.com")
    assert platform.tokens.verify(platform.tokens.issue(user)).user_id == user.id


def test_an_operator_gets_a_longer_token_of_the_first_staff(
    shop: Shop, signing_key: RSAKey
) -> None:
    claims = jwt.decode(shop.platform.issue_token(), signing_key).claims
    assert (claims["email"], claims["exp"] - claims["iat"]) == ("staff@example.com", 12 * 3600)


def test_signing_in_gives_a_token_that_works(shop: Shop) -> None:
    shop.platform.customers.create(email="new@example.com", password="long enough")
    data = shop.ask(TOKEN_CREATE, email="NEW@example.com", password="long enough")
    token = data["tokenCreate"]["token"]
    assert shop.platform.viewer(token).email == "new@example.com"


@every(
    "credentials",
    [
        {"email": "buyer@example.com", "password": "wrong password"},
        {"email": "unknown@example.com", "password": "long enough"},
        {"email": "\x00", "password": ""},
    ],
)
def test_a_failed_sign_in_does_not_say_which_part_was_wrong(
    shop: Shop, credentials: dict[str, str]
) -> None:
    errors = shop.ask(TOKEN_CREATE, **credentials)["tokenCreate"]["errors"]
    assert [(e["field"], e["code"]) for e in errors] == [("email", "INVALID_CREDENTIALS")]


def test_the_demo_shop_can_be_installed_twice(platform: ShopPlatform) -> None:
    install_demo(platform)
    install_demo(platform)
    assert platform.count(platform.catalogue.listing(published_only=True)) == 3


def test_the_demo_staff_can_sign_in(platform: ShopPlatform) -> None:
    install_demo(platform)
    assert platform.sign_in(STAFF_EMAIL, DEMO_PASSWORD, "192.0.2.1") is not None
