"""What a Saleor has to prove, one requirement at a time."""

from base64 import urlsafe_b64encode
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from joserfc import jws, jwt

from bittitan_plugin.base.cipher import Cipher, generate_key
from bittitan_plugin.domain.access import Permission, Viewer
from bittitan_plugin.domain.coupons import Sealed
from bittitan_plugin.platforms.saleor.allowed import LONGEST_URL, normal
from bittitan_plugin.platforms.saleor.apps import AppState, SaleorApp
from bittitan_plugin.platforms.saleor.sessions import SessionOver, Sessions
from bittitan_plugin.platforms.saleor.signatures import NotSigned, verify
from bittitan_plugin.platforms.saleor.tokens import Identity, InvalidToken, SaleorTokens
from tests.conftest import StandingClock
from tests.fakes.saleor.signing import Signing
from tests.tables import every

API_URL = "https://shop.example/graphql/"
NOW = datetime(2026, 3, 10, tzinfo=UTC)
BODY = b'{"data": {}}'
CLERK = Viewer(email="clerk@example.com", is_staff=True, permissions=frozenset(Permission))
APP = SaleorApp(
    installation_id=uuid4(), api_url=API_URL, domain="shop.example", app_id="QXBwOjE=",
    sealed_token=Sealed("sealed"), jwks={}, jwks_fetched_at=NOW, version="3.23",
    state=AppState.ACTIVE, changed_at=NOW,
)  # fmt: skip


class Apps:
    """One Saleor, as it stands now."""

    def __init__(self, app: SaleorApp) -> None:
        self.app = app

    def of_api_url(self, _api_url: str) -> SaleorApp:
        return self.app


@pytest.fixture
def apps() -> Apps:
    return Apps(APP)


@pytest.fixture
def sessions(apps: Apps, clock: StandingClock) -> Sessions:
    return Sessions(apps, Cipher([generate_key()]), clock)  # type: ignore[arg-type]


@pytest.fixture
def sealed(sessions: Sessions) -> str:
    identity = Identity(app=APP, viewer=CLERK, from_dashboard=True)
    return sessions.sealed(sessions.begin(identity))


def test_a_session_is_its_own(sessions: Sessions, sealed: str) -> None:
    assert sessions.read(sealed).viewer == CLERK


@pytest.mark.parametrize("state", [AppState.DEACTIVATED, AppState.UNINSTALLED])
def test_a_session_ends_when_the_app_is_switched_off(
    apps: Apps, sessions: Sessions, sealed: str, state: AppState
) -> None:
    apps.app = replace(APP, state=state)
    with pytest.raises(SessionOver):
        sessions.read(sealed)


def test_a_session_ends_when_the_app_is_installed_anew(
    apps: Apps, sessions: Sessions, sealed: str
) -> None:
    apps.app = replace(APP, app_id="QXBwOjI=")
    with pytest.raises(SessionOver):
        sessions.read(sealed)


@every("letter", ["\n", "\t", "\r", "\0", " "])
def test_an_address_with_what_parsers_leave_out_is_none(letter: str) -> None:
    assert normal(f"https://shop.exam{letter}ple/graphql/") is None


def test_an_address_that_is_longer_than_a_key_is_none() -> None:
    path = "a" * (LONGEST_URL - len("https://shop.example/"))
    assert normal(f"https://shop.example/{path}")
    assert normal(f"https://shop.example/{path}a") is None


def test_a_signature_over_the_encoded_body_is_none() -> None:
    """Only the raw bytes are what was received."""
    signing = Signing()
    header = {"alg": "RS256", "kid": signing.key.kid}
    whole = jws.serialize_compact(header, BODY, signing.key, algorithms=["RS256"])
    first, _, last = whole.split(".")
    with pytest.raises(NotSigned):
        verify(BODY, f"{first}..{last}", signing.jwks())


def test_a_signature_is_written_in_one_way_only() -> None:
    """Base64 of 256 bytes leaves four bits unused: the last letter has sixteen meanings."""
    signing = Signing()
    good = signing.signature(BODY)
    verify(BODY, good, signing.jwks())
    letters = urlsafe_b64encode(bytes(range(256))).decode() + "-_"
    others = {good[:-1] + letter for letter in letters if letter not in {"=", good[-1]}}
    for other in others:
        with pytest.raises(NotSigned):
            verify(BODY, other, signing.jwks())


@pytest.fixture
def unpinned() -> dict[str, Any]:
    """Keys that do not say themselves which algorithm they are for."""
    (key,) = Signing().jwks()["keys"]
    return {"keys": [{name: key[name] for name in ("kty", "n", "e", "kid")}]}


@pytest.mark.parametrize("algorithm", ["RS512", "PS256"])
def test_no_other_algorithm_of_the_right_key_signs_a_webhook(
    unpinned: dict[str, Any], algorithm: str
) -> None:
    key = Signing().key
    header = {"alg": algorithm, "b64": False, "crit": ["b64"], "kid": key.kid}
    whole = jws.serialize_compact(header, BODY, key, algorithms=[algorithm])
    first, last = whole.split(".", 1)[0], whole.rsplit(".", 1)[1]
    with pytest.raises(NotSigned):
        verify(BODY, f"{first}..{last}", unpinned)


@pytest.mark.parametrize("algorithm", ["RS512", "PS256"])
def test_no_other_algorithm_of_the_right_key_signs_a_token(
    unpinned: dict[str, Any], clock: StandingClock, algorithm: str
) -> None:
    key, until = Signing().key, int(clock().timestamp()) + 60
    claims = {"iss": API_URL, "exp": until, "user_id": "VXNlcjox", "type": "access"}
    tokens = SaleorTokens(Apps(replace(APP, jwks=unpinned)), None, clock)  # type: ignore[arg-type]

    def signed(by: str) -> str:
        return jwt.encode({"alg": by, "kid": key.kid}, claims, key, algorithms=[by])

    assert tokens.verify(signed("RS256")).viewer.customer_id == "VXNlcjox"
    with pytest.raises(InvalidToken):
        tokens.verify(signed(algorithm))
