"""Access tokens in Saleor's format: RS256 with our own key, every parameter pinned."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from joserfc import jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import KeySet, KeySetSerialization, RSAKey
from sqlalchemy import select

from bittitan_plugin.base.cipher import Cipher
from bittitan_plugin.base.clock import LEEWAY_S
from bittitan_plugin.domain.coupons import Sealed
from bittitan_plugin.platforms.shop.database import ShopDatabase
from bittitan_plugin.platforms.shop.ids import Kind, global_id, try_parse
from bittitan_plugin.platforms.shop.tables import SigningKeyRow, UserRow

_ALGORITHM = "RS256"
_KEY_BITS = 2048
_THIS_MACHINE = frozenset({"127.0.0.1", "::1", "localhost"})
#: The longest token that is read, in characters.
_LONGEST_TOKEN = 8192
#: How long an access token is valid, as in Saleor.
ACCESS_LIFETIME = timedelta(minutes=5)


class InvalidToken(Exception):
    """A token was sent and is not valid; ``code`` is Saleor's name for the reason."""

    def __init__(self, message: str, code: str = "InvalidTokenError") -> None:
        super().__init__(message)
        self.message = message
        self.code = code


@dataclass(frozen=True, kw_only=True)
class Bearer:
    """The user of a verified token."""

    user_id: UUID
    #: The user's session key when the token was issued; Saleor calls it ``token``.
    session_key: str


def issuer_at(public_url: str) -> str:
    """The issuer that tokens of a shop at this address name.

    On one's own machine it is without the port, because the command ``token`` does not know on
    which one the shop listens. Tokens of another instance have another key.
    """
    where = urlsplit(public_url)
    if where.hostname in _THIS_MACHINE:
        return f"{where.scheme}://{where.hostname}/graphql/"
    return f"{public_url.rstrip('/')}/graphql/"


class Tokens:
    """Issues and verifies access tokens. Keys are made on first use and kept sealed."""

    def __init__(
        self,
        database: ShopDatabase,
        cipher: Cipher,
        *,
        issuer: str,
        lifetime: timedelta = ACCESS_LIFETIME,
    ) -> None:
        self._database = database
        self._cipher = cipher
        self._issuer = issuer
        self._lifetime = lifetime
        #: By key id, newest last.
        self._keys: dict[str, RSAKey] = {}

    def issue(self, user: UserRow, lifetime: timedelta | None = None) -> str:
        """A token for that user, valid for five minutes unless ``lifetime`` is given."""
        key = self._signing_key()
        now = self._database.clock()
        claims = {
            "iat": now,
            "exp": now + (lifetime or self._lifetime),
            "owner": "bittitan-embedded",
            "iss": self._issuer,
            "type": "access",
            "user_id": global_id(Kind.USER, user.id),
            "email": user.email,
            "is_staff": user.is_staff,
            "token": user.session_key or "",
        }
        header = {"alg": _ALGORITHM, "kid": key.kid}
        return jwt.encode(header, claims, key, algorithms=[_ALGORITHM])

    def verify(self, text: str) -> Bearer:
        """The user of a token. Raises ``InvalidToken``.

        The caller must check whether that user has ended all sessions meanwhile.
        """
        try:
            claims = self._decode(text)
        except ExpiredTokenError:
            raise InvalidToken("Signature has expired", "ExpiredSignatureError") from None
        except (JoseError, ValueError, TypeError):
            raise InvalidToken("Invalid token") from None
        user_id = claims["user_id"]
        key = try_parse(Kind.USER, user_id) if isinstance(user_id, str) else None
        if key is None or not isinstance(claims["token"], str):
            raise InvalidToken("Invalid token")
        return Bearer(user_id=key, session_key=claims["token"])

    def jwks(self) -> KeySetSerialization:
        """The public keys, for others who verify our tokens."""
        self._signing_key()
        self._load()
        return KeySet(list(self._keys.values())).as_dict(private=False)

    def _decode(self, text: str) -> dict[str, Any]:
        if len(text) > _LONGEST_TOKEN:
            raise InvalidToken("Invalid token")
        token = jwt.decode(text, self._key_of, algorithms=[_ALGORITHM])
        registry = jwt.JWTClaimsRegistry(
            now=self._now,
            leeway=LEEWAY_S,
            iss={"essential": True, "value": self._issuer},
            exp={"essential": True},
            type={"essential": True, "value": "access"},
            user_id={"essential": True},
            token={"essential": True, "allow_blank": True},
        )
        registry.validate(token.claims)
        return token.claims

    def _now(self) -> int:
        return int(self._database.clock().timestamp())

    def _key_of(self, signature: Any) -> RSAKey:
        kid = signature.headers().get("kid")
        if kid not in self._keys:
            # Another process may have made the key since.
            self._load()
        if kid not in self._keys:
            raise InvalidToken("Invalid token")
        return self._keys[kid]

    def _signing_key(self) -> RSAKey:
        if not self._keys:
            self._load()
        if not self._keys:
            self._make(self._database.clock())
            self._load()
        return list(self._keys.values())[-1]

    def _load(self) -> None:
        query = select(SigningKeyRow).order_by(SigningKeyRow.created_at, SigningKeyRow.id)
        with self._database.reading() as session:
            rows = session.scalars(query).all()
        self._keys = {row.id: self._keys.get(row.id) or self._open(row) for row in rows}

    def _open(self, row: SigningKeyRow) -> RSAKey:
        pem = self._cipher.open(Sealed(row.private_key))
        return RSAKey.import_key(pem, {"kid": row.id, "use": "sig", "alg": _ALGORITHM})

    def _make(self, now: datetime) -> None:
        key = RSAKey.generate_key(_KEY_BITS, private=True)
        sealed = self._cipher.seal(key.as_pem(private=True).decode())
        with self._database.writing() as session:
            # If processes start together, the first makes the key; on PostgreSQL two keys are
            # possible, and then both are published and both are valid.
            if session.scalar(select(SigningKeyRow.id).limit(1)) is None:
                session.add(SigningKeyRow(id=key.thumbprint(), private_key=sealed, created_at=now))
