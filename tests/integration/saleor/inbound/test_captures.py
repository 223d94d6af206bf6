"""Requests of a real Saleor 3.23: each one verifies, and nothing that differs from it does.

They are kept beside the checkout, not in it; see ``BITTITAN_TEST_SALEOR_CAPTURES``.
"""

import base64
import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bittitan_plugin.platforms.saleor.events import read_event
from bittitan_plugin.platforms.saleor.registration import LONGEST_TOKEN
from bittitan_plugin.platforms.saleor.signatures import NotSigned, verify
from bittitan_plugin.platforms.saleor.versions import is_supported
from tests.fakes.saleor.signing import Signing, key_number
from tests.tables import every

CAPTURES = Path(
    os.environ.get(
        "BITTITAN_TEST_SALEOR_CAPTURES",
        Path(__file__).parents[5] / "shared" / "saleor_captures",
    )
)
pytestmark = pytest.mark.skipif(not CAPTURES.is_dir(), reason=f"no captures in {CAPTURES}")


def signed_files() -> list[str]:
    found = sorted(path.name for path in CAPTURES.glob("*.json"))
    return [name for name in found if name.startswith(("webhook", "retry"))]


# Without captures all is skipped, and yet a table wants rows.
SIGNED = [name for name in signed_files() if "legacy-hmac" not in name] or ["none"]
LEGACY = [name for name in signed_files() if "legacy-hmac" in name] or ["none"]


@cache
def capture(name: str) -> dict[str, Any]:
    return dict(json.loads((CAPTURES / name).read_text()))


def request(name: str) -> tuple[bytes, str]:
    """The exact body and its signature."""
    found = capture(name)
    headers = dict(found["headers"])
    return base64.b64decode(found["body_raw_base64"]), headers["saleor-signature"]


@pytest.fixture(scope="module")
def jwks() -> dict[str, Any]:
    return capture("jwks.json")


@every("name", SIGNED)
def test_every_request_of_a_real_saleor_verifies(name: str, jwks: dict[str, Any]) -> None:
    verify(*request(name), jwks)


@every("name", SIGNED)
def test_every_event_of_a_real_saleor_is_read(name: str) -> None:
    event = read_event(request(name)[0])
    expected = name.removesuffix(".json").split("_", 2)[-1]
    assert event.issued_at is not None
    if name.startswith("webhook"):
        assert event.name == "".join(part.title() for part in expected.split("_"))


@every("name", SIGNED)
def test_a_changed_byte_anywhere_is_refused(name: str, jwks: dict[str, Any]) -> None:
    body, signature = request(name)
    for place in {0, 1, len(body) // 2, len(body) - 1}:
        changed = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
        with pytest.raises(NotSigned):
            verify(changed, signature, jwks)
    for changed in (body + b" ", body[:-1], b" " + body, b""):
        with pytest.raises(NotSigned):
            verify(changed, signature, jwks)


@every("name", SIGNED[:3])
def test_a_changed_character_anywhere_in_the_signature_is_refused(
    name: str, jwks: dict[str, Any]
) -> None:
    body, signature = request(name)
    for place, character in enumerate(signature):
        other = "A" if character != "A" else "B"
        changed = signature[:place] + other + signature[place + 1 :]
        with pytest.raises(NotSigned):
            verify(body, changed, jwks)


@every("name", SIGNED[:3])
def test_another_key_is_refused(name: str) -> None:
    with pytest.raises(NotSigned):
        verify(*request(name), Signing(5).jwks())


@every("name", SIGNED[:3])
def test_another_key_under_the_same_id_is_refused(name: str, jwks: dict[str, Any]) -> None:
    kid = jwks["keys"][0]["kid"]
    forged = key_number(6).as_dict(private=False) | {"kid": kid}
    with pytest.raises(NotSigned):
        verify(*request(name), {"keys": [forged]})


@every("algorithm", ["none", "HS256", "RS384", "RS512", "PS256", "ES256"])
def test_another_algorithm_is_refused(algorithm: str, jwks: dict[str, Any]) -> None:
    body, signature = request(SIGNED[0])
    protected, _, rest = signature.partition(".")
    header = json.loads(base64.urlsafe_b64decode(protected + "=="))
    header["alg"] = algorithm
    renamed = base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode()
    for tail in (rest, "."):
        with pytest.raises(NotSigned):
            verify(body, f"{renamed}.{tail}", jwks)


def test_a_signature_over_an_encoded_body_is_refused() -> None:
    body = b'{"__typename": "OrderCreated"}'
    signing = Signing()
    with pytest.raises(NotSigned):
        verify(body, signing.signature(body, b64=True), signing.jwks())


@every("name", LEGACY)
def test_a_legacy_signature_with_a_shared_secret_is_refused(
    name: str, jwks: dict[str, Any]
) -> None:
    with pytest.raises(NotSigned):
        verify(*request(name), jwks)


def test_a_delivery_that_is_repeated_carries_the_same_bytes_and_signature() -> None:
    repeated = {request(name) for name in SIGNED if name.startswith("retry")}
    assert len(repeated) == 1


def test_a_real_registration_is_what_the_app_expects() -> None:
    found = capture("register.json")
    headers = {name.lower(): value for name, value in found["headers"]}
    assert is_supported(headers["saleor-schema-version"])
    assert headers["saleor-api-url"].endswith("/graphql/")
    assert 0 < len(found["body_json"]["auth_token"]) <= LONGEST_TOKEN
