"""Saleor as a kind of platform: wires all of it together for the entry point."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from bittitan_plugin.domain.configuration import Configuration
from bittitan_plugin.domain.coupons import Sealed
from bittitan_plugin.domain.errors import BitTitanError, PlatformUnavailable
from bittitan_plugin.domain.installations import Installation
from bittitan_plugin.platforms.registry import (
    Condition,
    PlatformConnection,
    PlatformKind,
    Wiring,
)
from bittitan_plugin.platforms.saleor.app_health import MEND, AppHealthWatch, restrictions
from bittitan_plugin.platforms.saleor.apps import AppState, SaleorApp, SaleorApps
from bittitan_plugin.platforms.saleor.catalogue_watch import CatalogueWatch
from bittitan_plugin.platforms.saleor.cursors import Cursors
from bittitan_plugin.platforms.saleor.intake import Intake
from bittitan_plugin.platforms.saleor.invoice_links import InvoiceLinks
from bittitan_plugin.platforms.saleor.order_lease import OrderLeases
from bittitan_plugin.platforms.saleor.polling import OrderPoller
from bittitan_plugin.platforms.saleor.problems import ProblemMirror
from bittitan_plugin.platforms.saleor.settings import SaleorSettings
from bittitan_plugin.platforms.saleor.tables import SaleorAppRow
from bittitan_plugin.platforms.saleor.unreadable import UnreadableOrders
from bittitan_plugin.ports.platform import Platform

if TYPE_CHECKING:
    from pluggy import PluginManager
    from starlette.routing import BaseRoute
    from starlette.types import ASGIApp

    from bittitan_plugin.platforms.saleor.pages.service import SaleorService

_CLOSED = {
    AppState.DEACTIVATED: "The app is switched off in Saleor's Dashboard; switch it on under "
    "Extensions, and what waits goes on by itself.",
    AppState.UNINSTALLED: "The app was removed from this Saleor; install it again, and what "
    "waits goes on by itself.",
}


class SaleorConnection(PlatformConnection):
    """Any number of Saleors, each an installation of its own."""

    def __init__(self, wiring: Wiring, settings: SaleorSettings) -> None:
        self.wiring = wiring
        self.settings = settings
        ports = wiring.ports
        self.apps = SaleorApps(wiring.engine, ports.cipher, ports.clock)
        self._made: dict[UUID, tuple[Sealed, Platform]] = {}
        self.intake = Intake(wiring.plugins)
        self.chores = self._chores()

    def platform_of(self, installation_id: UUID) -> Platform | None:
        """The installation's Saleor; None when its platform is not a Saleor.

        Nobody has to attach a Saleor: any process that shares the database can call it. Each is
        made once, and again for each new token. Raises ``Unavailable`` while the app is switched
        off or removed there: its token is invalid, and the work waits.
        """
        app = self.apps.of_installation(installation_id)
        if app is None:
            return None
        if not app.is_active:
            raise PlatformUnavailable(_CLOSED[app.state])
        token, host = self._made.get(installation_id, (None, None))
        if host is None or token != app.sealed_token:
            host = self._host_of(app)
            self._made[installation_id] = (app.sealed_token, host)
        return host

    def conditions(self, installation: Installation) -> Iterator[Condition]:
        """What a Saleor with the app switched on denies the app."""
        app = self.apps.of_installation(installation.id)
        if app is None or not app.is_active:
            return
        name = f"Saleor of '{installation.key}'"
        try:
            found = restrictions(self.apps, app)
        except BitTitanError as failure:
            yield Condition(check=name, ok=False, message=str(failure), remedy=MEND)
            return
        if found:
            yield Condition(check=name, ok=False, message="; ".join(found), remedy=MEND)
        else:
            yield Condition(check=name, ok=True, message="lets the app hear and do what it needs")

    def routes(
        self, plugins: "PluginManager", *, development: bool, graphql: "ASGIApp"
    ) -> "Sequence[BaseRoute]":
        """No routes unless the operator allows a Saleor, which then shares ``/graphql/``."""
        from bittitan_plugin.platforms.saleor.pages.routes import saleor_routes

        if not self.settings.allowed_urls:
            return ()
        return saleor_routes(self.service(plugins), development=development, shop_graphql=graphql)

    def service(self, plugins: "PluginManager") -> "SaleorService":
        """What the pages and webhooks are served with. ``plugins`` is the one of ``routes``."""
        from bittitan_plugin.platforms.saleor.pages.service import SaleorService

        return SaleorService.over(self.wiring, self.apps, self.intake, self.settings, plugins)

    def _chores(self) -> Sequence[Callable[[], None]]:
        """The tasks that find what webhooks missed and show problems in the Dashboard."""
        ports, engine, apps = self.wiring.ports, self.wiring.engine, self.apps
        unreadable = UnreadableOrders(ports.store, ports.clock)
        poller = OrderPoller(apps, Cursors(engine), unreadable, self.intake, ports.clock)
        return (
            AppHealthWatch(apps, ports.store, ports.clock).look_all,
            poller.poll_due,
            CatalogueWatch(apps, ports).look_due,
            ProblemMirror(apps, ports.store, engine).show_all,
        )

    def _host_of(self, app: SaleorApp) -> Platform:
        # A worker without a Saleor does not load the modules that call one.
        from bittitan_plugin.platforms.saleor.gateway import saleor_gateway

        ports = self.wiring.ports
        links = InvoiceLinks(self.wiring.settings.public_url, ports.cipher)
        turns = OrderLeases(self.wiring.engine, ports.clock)
        return saleor_gateway(app, self.apps, links, turns, self._configuration)

    def _configuration(self, installation_id: UUID) -> Configuration:
        with self.wiring.ports.store.looking_up() as installations:
            return installations.by_id(installation_id).configuration


#: The object that the entry point names.
kind = PlatformKind(tables=SaleorAppRow.metadata, settings=SaleorSettings, connect=SaleorConnection)
