"""Verifies that a webhook is from the Saleor it names, by a detached JWS over the raw bytes.

Saleor sends ``base64url(header)..base64url(signature)`` (RFC 7797, unencoded payload): the signed
text is the header, a dot, and the body exactly as received. Observed on 3.23: header
``{"alg": "RS256", "b64": false, "crit": ["b64"], "kid": …}``.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from bittitan_plugin.platforms.saleor.jwks import key_of

#: Bytes of the largest body that is read; an order of 500 lines has about half a million.
LARGEST_BODY = 5 * 1024 * 1024
_DETACHED = re.compile(r"[\w-]{1,1024}\.\.([\w-]{1,1024})", re.ASCII)


class NotSigned(Exception):
    """The signature is missing, malformed, of another algorithm, or does not fit the body."""


class UnknownKey(NotSigned):
    """It is signed with a key we do not have; the key may be newer than our last fetch."""


def verify(body: bytes, signature: str, jwks: Mapping[str, Any]) -> None:
    """Raise ``NotSigned`` unless ``signature`` is Saleor's over exactly these bytes."""
    found = _DETACHED.fullmatch(signature)
    if not found or not _is_canonical(found[1]):
        raise NotSigned("there is no detached signature")

    def key(attempt: Any) -> RSAKey:
        header = attempt.headers()
        if header.get("b64") is not False:
            raise NotSigned("it is not made over the raw body")
        kid = header.get("kid")
        known = key_of(jwks, kid if isinstance(kid, str) else None)
        if known is None:
            raise UnknownKey("it is signed with a key that is not known")
        return known

    try:
        jws.deserialize_compact(signature, key, registry=_registry(), payload=body)
    except (JoseError, ValueError):
        raise NotSigned("the signature does not fit the body") from None


def _registry() -> jws.JWSRegistry:
    # Pinned: a sender who chooses the algorithm could choose one without a signature.
    registry = jws.JWSRegistry(algorithms=["RS256"])
    registry.max_payload_length = LARGEST_BODY
    return registry


def _is_canonical(encoded: str) -> bool:
    """Whether no other text decodes to the same bytes as this one."""
    decoded = urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
    return urlsafe_b64encode(decoded).rstrip(b"=") == encoded.encode()
