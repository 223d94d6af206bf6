"""Identifies users by a token of their Saleor: customers, and staff with their permissions.

Saleor signs users' tokens with the keys of its webhooks. A storefront or a gateway forwards an
``access`` token; it marks staff but lacks their permissions, so Saleor is asked for them once and
they are kept as long as the token is valid. The Dashboard passes a ``thirdparty`` token to this
app's pages; it names the app and contains the permissions.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import RSAKey
from pydantic_core import from_json

from bittitan_plugin.base.clock import LEEWAY_S, Clock
from bittitan_plugin.domain.access import Permission, Viewer
from bittitan_plugin.domain.errors import Rejected
from bittitan_plugin.platforms.saleor.allowed import normal
from bittitan_plugin.platforms.saleor.apps import AppState, SaleorApp, SaleorApps
from bittitan_plugin.platforms.saleor.client import SaleorClient
from bittitan_plugin.platforms.saleor.jwks import key_of
from bittitan_plugin.platforms.saleor.keys import Keys
from bittitan_plugin.platforms.saleor.manifest import APP_ID

#: The longest token that is read, in characters.
LONGEST = 8192
#: The most tokens with permissions kept at once.
REMEMBERED = 1000
#: A token that names an audience must name this one.
AUDIENCE = f"custom:{APP_ID}"
#: Saleor's permissions that we do not have but that include one of ours: whoever manages apps
#: sets up this one.
_MEANING: Mapping[str, Permission] = {
    **{permission.value: permission for permission in Permission},
    "MANAGE_APPS": Permission.MANAGE_PLUGINS,
}
#: Saleor's name for an expired token.
_EXPIRED = "ExpiredSignatureError"


class InvalidToken(Exception):
    """A token was sent and is not valid; ``code`` is Saleor's name for the reason."""

    def __init__(self, message: str = "Invalid token", code: str = "InvalidTokenError") -> None:
        super().__init__(message)
        self.message = message
        self.code = code

    @property
    def expired(self) -> bool:
        """Whether it was valid and has only expired."""
        return self.code == _EXPIRED


class _UnknownKey(Exception):
    """Signed with a key we do not have (yet)."""


@dataclass(frozen=True, kw_only=True)
class Identity:
    """A user of one Saleor, proved by a token."""

    app: SaleorApp
    viewer: Viewer
    #: Whether the Dashboard passed the token to this app.
    from_dashboard: bool


class SaleorTokens:
    """Verifies tokens of every Saleor. ``make_client`` replaces the network."""

    def __init__(
        self,
        apps: SaleorApps,
        keys: Keys,
        clock: Clock,
        make_client: Callable[[str, str], SaleorClient] = SaleorClient,
    ) -> None:
        self._apps = apps
        self._keys = keys
        self._clock = clock
        self._make_client = make_client
        #: By token's digest: its expiry (seconds since 1970), and its owner's permissions.
        self._permissions: dict[str, tuple[int, frozenset[Permission]]] = {}
        self._lock = Lock()

    def app_of(self, token: str) -> SaleorApp | None:
        """The Saleor that a token names. Not verified: only used to know which Saleor to ask."""
        claimed = _claims_unverified(token).get("iss")
        app = self._apps.of_api_url(normal(claimed) or "") if isinstance(claimed, str) else None
        return None if app is None or app.state is AppState.UNINSTALLED else app

    def verify(self, token: str) -> Identity:
        """The user of this token. Raises ``InvalidToken``, or ``Unavailable`` when Saleor must be
        asked and does not answer: an answer without permissions would be wrong then.
        """
        app = self.app_of(token)
        if app is None:
            raise InvalidToken
        try:
            claims = self._decode(token, app)
        except _UnknownKey:
            app = self._keys.renewed(app)
            try:
                claims = self._decode(token, app)
            except _UnknownKey:
                raise InvalidToken from None
        return self._identity(token, app, claims)

    def _decode(self, token: str, app: SaleorApp) -> dict[str, Any]:
        def key(signature: Any) -> RSAKey:
            kid = signature.headers().get("kid")
            known = key_of(app.jwks, kid if isinstance(kid, str) else None)
            if known is None:
                raise _UnknownKey
            return known

        registry = jwt.JWTClaimsRegistry(
            now=lambda: int(self._clock().timestamp()),
            leeway=LEEWAY_S,
            exp={"essential": True},
            user_id={"essential": True},
        )
        try:
            claims = jwt.decode(token, key, algorithms=["RS256"]).claims
            registry.validate(claims)
        except ExpiredTokenError:
            raise InvalidToken("Signature has expired", _EXPIRED) from None
        except (JoseError, ValueError, TypeError):
            raise InvalidToken from None
        _check_audience(claims.get("aud"))
        if normal(str(claims.get("iss"))) != app.api_url or not isinstance(claims["user_id"], str):
            raise InvalidToken
        return claims

    def _identity(self, token: str, app: SaleorApp, claims: Mapping[str, Any]) -> Identity:
        email = str(claims.get("email") or "")[:255]
        from_dashboard = claims.get("type") == "thirdparty"
        if from_dashboard:
            if claims.get("app") != app.app_id:
                raise InvalidToken("The token is meant for another app")
            permissions = _permissions(claims.get("user_permissions"))
        elif claims.get("type") != "access":
            raise InvalidToken
        elif claims.get("is_staff") is True:
            permissions = self._permissions_of(token, app, int(claims["exp"]))
        else:
            customer = Viewer(customer_id=claims["user_id"], email=email)
            return Identity(app=app, viewer=customer, from_dashboard=False)
        viewer = Viewer(email=email, is_staff=True, permissions=permissions)
        return Identity(app=app, viewer=viewer, from_dashboard=from_dashboard)

    def _permissions_of(self, token: str, app: SaleorApp, expires: int) -> frozenset[Permission]:
        """The permissions of a member of staff, requested from Saleor with their own token."""
        digest, now = sha256(token.encode()).hexdigest(), int(self._clock().timestamp())
        known = self._permissions.get(digest)
        if known is not None and now < known[0]:
            return known[1]
        client = self._make_client(app.api_url, token)
        try:
            me = client.execute("staff_permissions").get("me") or {}
        except Rejected:
            raise InvalidToken from None
        finally:
            client.close()
        found = _permissions([each.get("code") for each in me.get("userPermissions") or ()])
        with self._lock:
            fresh = {key: kept for key, kept in self._permissions.items() if now < kept[0]}
            self._permissions = dict(list(fresh.items())[-REMEMBERED + 1 :])
            self._permissions[digest] = (expires + LEEWAY_S, found)
        return found


def _permissions(names: object) -> frozenset[Permission]:
    said = names if isinstance(names, list) else ()
    known = (_MEANING.get(name) for name in said if isinstance(name, str))
    return frozenset(permission for permission in known if permission is not None)


def _check_audience(audience: object) -> None:
    named = [audience] if isinstance(audience, str) else audience
    if named is not None and (not isinstance(named, list) or AUDIENCE not in named):
        raise InvalidToken("The token is meant for another audience")


def _claims_unverified(token: str) -> dict[str, Any]:
    if len(token) > LONGEST:
        return {}
    try:
        claims = from_json(jws.extract_compact(token.encode()).payload)
    except (JoseError, ValueError):
        return {}
    return claims if isinstance(claims, dict) else {}
