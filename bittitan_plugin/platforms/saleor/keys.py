"""Fetches a Saleor's keys again when a signature names a key we do not know."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from bittitan_plugin.base.clock import Clock
from bittitan_plugin.domain.errors import PlatformUnavailable, Rejected
from bittitan_plugin.domain.waits import left
from bittitan_plugin.platforms.saleor.apps import SaleorApp, SaleorApps
from bittitan_plugin.platforms.saleor.jwks import fetch_jwks

#: The least time between two fetches; otherwise strangers could make us fetch without end.
PAUSE = timedelta(seconds=5)

FetchKeys = Callable[[str], Mapping[str, Any]]


class Keys:
    """Fetches and stores keys. One instance per process, shared by webhooks and tokens."""

    def __init__(self, apps: SaleorApps, clock: Clock, fetch: FetchKeys = fetch_jwks) -> None:
        self._apps = apps
        self._clock = clock
        self._fetch = fetch
        #: When each Saleor was last asked, and which are being asked now.
        self._asked: dict[str, datetime] = {}
        self._asking: set[str] = set()
        self._lock = Lock()

    def renewed(self, app: SaleorApp) -> SaleorApp:
        """The app with the keys that its Saleor publishes now, which are stored.

        Raises ``Unavailable`` when they cannot be fetched, are being fetched, or were fetched a
        moment ago: whoever signed with a new key may try again.
        """
        self._begin(app.api_url)
        try:
            return self._apps.keep_keys(app, self._fetch(app.api_url))
        except Rejected as failure:
            raise PlatformUnavailable(failure.message) from None
        finally:
            with self._lock:
                self._asking.discard(app.api_url)

    def _begin(self, api_url: str) -> None:
        """Allow one fetch at a time per Saleor, because a fetch from a hanging one waits."""
        with self._lock:
            now, asked = self._clock(), self._asked.get(api_url)
            paused = asked is not None and left(asked + PAUSE, now, PAUSE)
            if paused or api_url in self._asking:
                raise PlatformUnavailable(
                    "Saleor's keys have just been asked for; try again in a moment."
                )
            self._asked[api_url] = now
            self._asking.add(api_url)
