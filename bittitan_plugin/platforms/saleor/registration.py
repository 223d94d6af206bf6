"""Installs the app: a stranger's claim, accepted only once the named address has confirmed it.

The request is unsigned. First, the address must be on the operator's list; then the token must
work *there*; then its keys are fetched; only then anything is stored.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

import structlog

from bittitan_plugin.domain.errors import BitTitanError, OutcomeUnknown, Rejected, Unavailable
from bittitan_plugin.platforms.saleor.allowed import AllowedSaleors, NotAllowed
from bittitan_plugin.platforms.saleor.apps import Registration, SaleorApp, SaleorApps
from bittitan_plugin.platforms.saleor.client import SaleorClient
from bittitan_plugin.platforms.saleor.jwks import fetch_jwks
from bittitan_plugin.platforms.saleor.manifest import APP_ID
from bittitan_plugin.platforms.saleor.versions import REQUIRED, is_supported

log = structlog.get_logger(__name__)

#: The longest token that is read, in characters; Saleor's has thirty.
LONGEST_TOKEN = 512
#: Only characters of a header: the token is sent back in one.
_TOKEN = re.compile(rf"[!-~]{{1,{LONGEST_TOKEN}}}")
#: Seconds that proving a token may take, with the whole answer: Saleor waits for ours, and anybody
#: can cause the call.
PROOF_TIMEOUT = 5.0

FetchKeys = Callable[[str], Mapping[str, Any]]
MakeClient = Callable[[str, str], SaleorClient]


class RegistrationRefused(BitTitanError):
    """The installation is refused; the Dashboard shows ``message`` to staff."""

    def __init__(self, code: str, message: str, *, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        #: The HTTP status: 5xx where another attempt may succeed.
        self.status = status


class Registrar:
    """Handles installations. ``fetch_keys`` and ``make_client`` replace the network."""

    def __init__(
        self,
        apps: SaleorApps,
        allowed: AllowedSaleors,
        *,
        fetch_keys: FetchKeys = fetch_jwks,
        make_client: MakeClient | None = None,
    ) -> None:
        self._apps = apps
        self._allowed = allowed
        self._fetch_keys = fetch_keys
        self._make_client = make_client or _client

    def register(self, headers: Mapping[str, str], body: object) -> SaleorApp:
        """Store the Saleor that sent this. Raises ``RegistrationRefused``."""
        api_url = self._allowed_url(headers.get("Saleor-Api-Url", ""))
        version = headers.get("Saleor-Schema-Version", "")
        if not is_supported(version):
            raise RegistrationRefused("UNSUPPORTED_VERSION", unsupported(version))
        token = body.get("auth_token") if isinstance(body, dict) else None
        if not (isinstance(token, str) and _TOKEN.fullmatch(token)):
            raise RegistrationRefused("INVALID", "The request carries no auth_token.")
        registration = Registration(
            api_url=api_url,
            domain=headers.get("Saleor-Domain", "")[:255],
            app_id=self._prove(api_url, token),
            token=token,
            jwks=self._keys(api_url),
            version=version[:20],
        )
        app = self._apps.register(registration)
        log.info("saleor_app_installed", installation=api_url, version=version)
        return app

    def _allowed_url(self, api_url: str) -> str:
        try:
            return self._allowed.check(api_url)
        except NotAllowed as error:
            log.warning("saleor_not_allowed", api_url=api_url[:255])
            raise RegistrationRefused("NOT_ALLOWED", str(error), status=403) from None

    def _prove(self, api_url: str, token: str) -> str:
        """The app's id, requested with the token at the address that the claim names."""
        client = self._make_client(api_url, token)
        try:
            app = client.execute("app").get("app")
        except Rejected:
            app = None
        except (Unavailable, OutcomeUnknown) as failure:
            raise RegistrationRefused("UNREACHABLE", failure.message, status=502) from None
        finally:
            client.close()
        # Any app of that Saleor has a working token; only our app's token is accepted.
        if not isinstance(app, dict) or app.get("identifier") != APP_ID:
            raise RegistrationRefused(
                "INVALID_TOKEN", f"{api_url} does not know the token as this app's."
            )
        return str(app["id"])

    def _keys(self, api_url: str) -> Mapping[str, Any]:
        try:
            return self._fetch_keys(api_url)
        except Rejected as failure:
            raise RegistrationRefused("INVALID_JWKS", failure.message) from None
        except Unavailable as failure:
            raise RegistrationRefused("JWKS_UNREACHABLE", failure.message, status=502) from None


def unsupported(version: str) -> str:
    """The message for a Saleor of an unsupported version."""
    said = f"Saleor {version[:20]}" if version else "A Saleor that names no version"
    return f"{said} is not supported; the app needs {REQUIRED}."


def _client(api_url: str, token: str) -> SaleorClient:
    return SaleorClient(api_url, token, read_timeout=PROOF_TIMEOUT, answer_timeout=PROOF_TIMEOUT)
