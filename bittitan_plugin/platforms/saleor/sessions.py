"""Sessions of staff on our Dashboard pages: a sealed text in every form.

Browsers send no cookies for a page in another site's frame, so the forms carry the session. Nobody
else can make or read one (it is encrypted with the plugin's keys), so a form with a session was
made by us for this person: this protects against forged forms.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic_core import from_json, to_json

from bittitan_plugin.base.cipher import Cipher, UnreadableSecret
from bittitan_plugin.base.clock import Clock
from bittitan_plugin.domain.access import Permission, Viewer
from bittitan_plugin.domain.coupons import Sealed
from bittitan_plugin.domain.waits import left
from bittitan_plugin.platforms.saleor.apps import SaleorApp, SaleorApps
from bittitan_plugin.platforms.saleor.tokens import Identity

#: How long a page can be left open before it must be reloaded. Our choice: long enough to fill in
#: the settings; a permission that was taken away stays no longer than this.
LIFETIME = timedelta(minutes=30)
_PURPOSE = "saleor-dashboard"


class SessionOver(Exception):
    """The page is too old, or its form was not made by us."""


@dataclass(frozen=True, kw_only=True)
class Session:
    """A member of staff on our pages in one Saleor's Dashboard."""

    app: SaleorApp
    viewer: Viewer
    expires_at: datetime


class Sessions:
    """Opens and reads sessions; none is stored."""

    def __init__(self, apps: SaleorApps, cipher: Cipher, clock: Clock) -> None:
        self._apps = apps
        self._cipher = cipher
        self._clock = clock

    def begin(self, identity: Identity) -> Session:
        """A session for a user whom the Dashboard sent with a token."""
        return Session(
            app=identity.app, viewer=identity.viewer, expires_at=self._clock() + LIFETIME
        )

    def sealed(self, session: Session) -> str:
        """The text for the hidden field of every form."""
        said = {
            "for": _PURPOSE,
            "api_url": session.app.api_url,
            "app": session.app.app_id,
            "email": session.viewer.email,
            "permissions": sorted(session.viewer.permissions),
            "until": session.expires_at.timestamp(),
        }
        return self._cipher.seal(to_json(said).decode())

    def read(self, text: str) -> Session:
        """The session in a form. Raises ``SessionOver``."""
        said = self._opened(text)
        until = datetime.fromtimestamp(said["until"], tz=self._clock().tzinfo)
        app = self._apps.of_api_url(said["api_url"])
        is_over = not left(until, self._clock(), LIFETIME)
        if is_over or app is None or app.app_id != said["app"] or not app.is_active:
            raise SessionOver
        viewer = Viewer(
            email=said["email"],
            is_staff=True,
            permissions=frozenset(map(Permission, said["permissions"])),
        )
        return Session(app=app, viewer=viewer, expires_at=until)

    def _opened(self, text: str) -> Mapping[str, Any]:
        try:
            said = from_json(self._cipher.open(Sealed(text)))
        except (UnreadableSecret, ValueError):
            raise SessionOver from None
        if not isinstance(said, dict) or said.get("for") != _PURPOSE:
            raise SessionOver
        return said
