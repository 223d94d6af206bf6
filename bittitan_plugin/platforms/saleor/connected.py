"""The platforms of those installations that are Saleors, made from what registration stored.

Nobody has to attach a Saleor: any process that shares the database, a worker without a web server
for one, can call it.
"""

from collections.abc import Callable
from uuid import UUID

from bittitan_plugin.domain.coupons import Sealed
from bittitan_plugin.domain.errors import PlatformUnavailable
from bittitan_plugin.platforms.saleor.apps import AppState, SaleorApp, SaleorApps
from bittitan_plugin.ports.platform import Host

MakeHost = Callable[[SaleorApp], Host]

_CLOSED = {
    AppState.DEACTIVATED: "The app is switched off in Saleor's Dashboard; switch it on under "
    "Extensions, and what waits goes on by itself.",
    AppState.UNINSTALLED: "The app was removed from this Saleor; install it again, and what "
    "waits goes on by itself.",
}


class ConnectedSaleors:
    """Gives the Saleor of an installation; each is made once, and again with each new token."""

    def __init__(self, apps: SaleorApps, make: MakeHost) -> None:
        self._apps = apps
        self._make = make
        self._made: dict[UUID, tuple[Sealed, Host]] = {}

    def of(self, installation_id: UUID) -> Host | None:
        """None when that installation's platform is no Saleor.

        Raises ``Unavailable`` while the app is switched off or removed there: its token is dead,
        and what it would have done waits.
        """
        app = self._apps.of_installation(installation_id)
        if app is None:
            return None
        if not app.is_active:
            raise PlatformUnavailable(_CLOSED[app.state])
        token, host = self._made.get(installation_id, (None, None))
        if host is None or token != app.sealed_token:
            host = self._make(app)
            self._made[installation_id] = (app.sealed_token, host)
        return host
