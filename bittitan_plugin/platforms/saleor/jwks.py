"""Fetches Saleor's public keys from its origin, and finds the one that a header names."""

from collections.abc import Mapping
from typing import Any

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey
from pydantic_core import from_json

from bittitan_plugin.base import outgoing
from bittitan_plugin.domain.errors import PlatformRejected, PlatformUnavailable
from bittitan_plugin.platforms.saleor.allowed import jwks_url

#: The most seconds for connecting, and for the whole answer; the installation waits for it.
TIMEOUT = 5.0
#: Bytes of the largest document that is read, and the most keys in it.
LARGEST, MOST_KEYS = 64 * 1024, 16


def fetch_jwks(api_url: str, *, transport: httpx.BaseTransport | None = None) -> dict[str, Any]:
    """The keys that this Saleor publishes now, checked to be usable.

    Raises ``Unavailable`` when they cannot be fetched and ``Rejected`` when the answer is no key
    set. Redirects are not followed: the address is allowed, but its target was not checked.
    """
    url = jwks_url(api_url)
    try:
        with (
            httpx.Client(
                transport=transport or outgoing.Network(httpx.Limits(), seconds=TIMEOUT),
                timeout=TIMEOUT,
                follow_redirects=False,
                headers=outgoing.headers(),
            ) as client,
            client.stream("GET", url) as response,
        ):
            status, body = response.status_code, outgoing.bounded(response, LARGEST)
    except httpx.HTTPError as error:
        name = type(error).__name__
        raise PlatformUnavailable(
            f"Saleor's keys could not be fetched from {url} ({name})."
        ) from None
    if status != 200:
        raise PlatformUnavailable(f"Saleor's keys could not be fetched: {url} answered {status}.")
    return _checked(url, body)


def key_of(jwks: Mapping[str, Any], kid: str | None) -> RSAKey | None:
    """The key with that id. Without an id, the only one there is."""
    keys = [each for each in jwks.get("keys", ()) if kid is None or each.get("kid") == kid]
    return RSAKey.import_key(keys[0]) if len(keys) == 1 else None


def _checked(url: str, body: bytes) -> dict[str, Any]:
    try:
        found = from_json(body)
        keys = [_public(key) for key in found["keys"] if key.get("kty") == "RSA"]
    except (ValueError, TypeError, KeyError, AttributeError, JoseError):
        keys = []
    if not 0 < len(keys) <= MOST_KEYS:
        raise PlatformRejected("INVALID_JWKS", f"{url} does not hold a set of RSA keys.")
    return {"keys": keys}


def _public(key: Mapping[str, Any]) -> dict[str, Any]:
    """Only the public part, checked to be a key of at least 2048 bits."""
    public = {name: key[name] for name in ("kty", "n", "e", "kid", "use", "alg") if name in key}
    imported = RSAKey.import_key(public)
    if imported.raw_value.key_size < 2048:
        raise ValueError("too short")
    return public
