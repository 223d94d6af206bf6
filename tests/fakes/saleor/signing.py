"""The keys of this Saleor, what it signs with them, and the tokens of its users."""

import json
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from joserfc import jws, jwt
from joserfc.jwk import KeySet, RSAKey

from tests.fakes.saleor.records import User


@cache
def key_number(number: int) -> RSAKey:
    """A key; made once for all tests, because making one takes a while."""
    return RSAKey.generate_key(2048, {"kid": f"key-{number}"}, private=True)


class Signing:
    """Signs with the newest key and publishes as many as are told to be public."""

    def __init__(self, first: int = 0) -> None:
        self._number = first
        #: Whether the keys can be fetched at all, and how often they were.
        self.published = True
        self.fetched = 0

    @property
    def key(self) -> RSAKey:
        return key_number(self._number)

    def rotate(self) -> None:
        """From now on another key signs, and the old one is not published any more."""
        self._number += 100

    def jwks(self) -> dict[str, Any]:
        public = self.key.as_dict(private=False) | {"use": "sig", "alg": "RS256"}
        return dict(KeySet.import_key_set({"keys": [public]}).as_dict(private=False))

    def signature(self, body: bytes, **header: object) -> str:
        """As Saleor signs a webhook; ``header`` replaces what stands in the protected header."""
        protected = {
            "alg": "RS256",
            "b64": False,
            "crit": ["b64"],
            "kid": self.key.kid,
            "typ": "JWT",
        } | header
        signed = jws.serialize_compact(protected, body, self.key, algorithms=["RS256"])
        first, last = signed.split(".", 1)[0], signed.rsplit(".", 1)[1]
        return f"{first}..{last}"

    def token(
        self, api_url: str, user: User, *, now: datetime | None = None, **claims: object
    ) -> str:
        """An access token of that user; ``claims`` replaces or, with None, removes."""
        issued = now or datetime.now(UTC)
        said: dict[str, object] = {
            "iat": int(issued.timestamp()),
            "owner": "saleor",
            "iss": api_url,
            "exp": int((issued + timedelta(minutes=5)).timestamp()),
            "token": "abc",
            "email": user.email,
            "type": "access",
            "user_id": user.id,
            "is_staff": user.is_staff,
        } | claims
        said = {name: value for name, value in said.items() if value is not None}
        header = {"alg": "RS256", "kid": self.key.kid}
        return jwt.encode(header, said, self.key, algorithms=["RS256"])

    def dashboard_token(
        self,
        api_url: str,
        user: User,
        app_id: str,
        *,
        now: datetime | None = None,
        **claims: object,
    ) -> str:
        """The token the Dashboard hands to an app's page."""
        said = {
            "type": "thirdparty",
            "app": app_id,
            "permissions": list(user.permissions),
            "user_permissions": list(user.permissions),
        } | claims
        return self.token(api_url, user, now=now, **said)


def claims_of(token: str) -> dict[str, Any]:
    """What a token says, unverified; nothing for what is no token."""
    try:
        found = json.loads(jws.extract_compact(token.encode()).payload)
    except Exception:
        return {}
    return found if isinstance(found, dict) else {}
