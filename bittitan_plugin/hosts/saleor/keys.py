"""The keys of a Saleor, asked for anew when somebody signs with one we have not seen."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from bittitan_plugin.clock import Clock
from bittitan_plugin.domain.errors import PlatformUnavailable, Rejected
from bittitan_plugin.domain.waits import left
from bittitan_plugin.hosts.saleor.apps import SaleorApp, SaleorApps
from bittitan_plugin.hosts.saleor.jwks import fetch_jwks

#: Keys are asked for at most this often, or strangers could make us ask without end.
PAUSE = timedelta(seconds=5)

FetchKeys = Callable[[str], Mapping[str, Any]]


class Keys:
    """Fetches and keeps keys. One for the process, shared by webhooks and tokens."""

    def __init__(self, apps: SaleorApps, clock: Clock, fetch: FetchKeys = fetch_jwks) -> None:
        self._apps = apps
        self._clock = clock
        self._fetch = fetch
        #: When each Saleor was last asked.
        self._asked: dict[str, datetime] = {}

    def renewed(self, app: SaleorApp) -> SaleorApp:
        """The app with the keys that its Saleor publishes now, which are kept.

        Raises ``Unavailable`` when they cannot be had, or were asked for a moment ago: whoever
        signed with a new key may try again.
        """
        now, asked = self._clock(), self._asked.get(app.api_url)
        if asked is not None and left(asked + PAUSE, now, PAUSE):
            raise PlatformUnavailable(
                "Saleor's keys have just been fetched; try again in a moment."
            )
        self._asked[app.api_url] = now
        try:
            return self._apps.keep_keys(app, self._fetch(app.api_url))
        except Rejected as failure:
            raise PlatformUnavailable(failure.message) from None
