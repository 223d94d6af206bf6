"""A Saleor on a real socket beside the plugin, and the plugin's routes for it.

What the plugin is told stays handed in here: nobody works it off.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx
import pluggy
import pytest
from anyio.from_thread import BlockingPortal
from starlette.applications import Starlette

from bittitan_hooks import specs
from bittitan_plugin.platforms.saleor.allowed import AllowedSaleors
from bittitan_plugin.platforms.saleor.apps import AppState, SaleorApp, SaleorApps
from bittitan_plugin.platforms.saleor.intake import Intake
from bittitan_plugin.platforms.saleor.keys import Keys
from bittitan_plugin.platforms.saleor.pages.routes import saleor_routes
from bittitan_plugin.platforms.saleor.pages.service import SaleorService
from bittitan_plugin.platforms.saleor.registration import Registrar
from bittitan_plugin.platforms.saleor.sessions import Sessions
from bittitan_plugin.platforms.saleor.tokens import SaleorTokens
from bittitan_plugin.platforms.saleor.webhooks import Webhooks
from bittitan_plugin.plugin.bootstrap import Application
from bittitan_plugin.services.installations import get_installation
from bittitan_plugin.services.ports import Tenant
from tests.conftest import Databases, StandingClock
from tests.fakes.saleor import SaleorServer
from tests.fakes.saleor.sending import Sender
from tests.in_process import InProcess, portal
from tests.wired import saleors_of
from tests.world import World, begin_anew, wired

__all__ = ["portal"]


class Listening:
    """A plugin that only writes down what it hears, beside the real one."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, specs.Event]] = []

    @property
    def hooks(self) -> list[str]:
        return [hook for hook, _ in self.heard]

    def last(self, hook: str) -> specs.Event:
        return next(event for name, event in reversed(self.heard) if name == hook)


def _listener(name: str) -> object:
    def hear(self: Listening, event: specs.Event) -> None:
        self.heard.append((name, event))

    hear.__name__ = name
    return specs.hookimpl(hear)


for _name in vars(specs.CommerceSpecs):
    if _name.startswith(("order_", "fulfillment_", "invoice_", "product_")):
        setattr(Listening, _name, _listener(_name))


@dataclass
class Station:
    """One Saleor, its staff's Dashboard, and the plugin's address as it sees it."""

    server: SaleorServer
    sender: Sender
    world: World
    service: SaleorService
    http: httpx.Client
    listening: Listening

    @property
    def clock(self) -> StandingClock:
        return self.world.clock

    @property
    def application(self) -> Application:
        return self.world.application

    @property
    def apps(self) -> SaleorApps:
        return saleors_of(self.application).apps

    @property
    def app(self) -> SaleorApp | None:
        return self.apps.of_api_url(self.server.api_url)

    @property
    def installed(self) -> SaleorApp:
        assert self.app is not None
        return self.app

    @property
    def is_switched_on(self) -> bool:
        installation_id = self.installed.installation_id
        return get_installation(Tenant(self.application.ports, installation_id)).active


class Stations:
    """Makes Saleors beside one plugin; ``allow`` decides whether the operator lists them."""

    def __init__(self, world: World, portal: BlockingPortal, stack: ExitStack) -> None:
        self._world = world
        self._stack = stack
        self.listening = Listening()
        self.plugins: pluggy.PluginManager = specs.plugin_manager(load_installed=False)
        for plugin in world.plugins.get_plugins():
            self.plugins.register(plugin)
        self.plugins.register(self.listening)
        self._allowed: list[str] = []
        self.service = self._service()
        plugin = InProcess(Starlette(routes=saleor_routes(self.service)), portal)
        self._http = httpx.Client(transport=plugin, base_url="http://plugin.example")

    def open(self, *, allow: bool = True) -> Station:
        server = self._stack.enter_context(SaleorServer())
        if allow:
            self._allowed.append(server.api_url)
        sender = Sender(server.saleor, server.api_url, self._http, self._world.clock)
        return Station(server, sender, self._world, self.service, self._http, self.listening)

    def forget(self) -> None:
        """Have no later test look for Saleors that are gone."""
        apps = saleors_of(self._world.application).apps
        for app in apps.all_active():
            apps.change_state(app, AppState.UNINSTALLED, datetime.max.replace(tzinfo=UTC))

    def _service(self) -> SaleorService:
        application = self._world.application
        ports, apps = application.ports, saleors_of(application).apps
        allowed, keys = AllowedSaleors(self._allowed), Keys(apps, ports.clock)
        return SaleorService(
            public_url="http://plugin.example",
            ports=ports,
            plugins=self.plugins,
            apps=apps,
            allowed=allowed,
            registrar=Registrar(apps, allowed),
            webhooks=Webhooks(apps, keys, Intake(self.plugins), ports.store, ports.clock),
            tokens=SaleorTokens(apps, keys, ports.clock),
            sessions=Sessions(apps, ports.cipher, ports.clock),
        )


@pytest.fixture(scope="session")
def _idle(
    database_kind: str, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """The plugin without a worker, once on each kind of database."""
    with wired(databases, database_kind, tmp_path_factory.mktemp("idle")) as world:
        yield world


@pytest.fixture
def world(_idle: World) -> World:
    """The same, wherever tests before this one have left its clock."""
    return begin_anew(_idle)


@pytest.fixture
def stations(world: World, portal: BlockingPortal) -> Iterator[Stations]:
    """Makes Saleors for this test; none is installed yet."""
    with ExitStack() as stack:
        stations = Stations(world, portal, stack)
        yield stations
        stations.forget()


@pytest.fixture
def bare(stations: Stations) -> Station:
    """A Saleor that may install the app and has not."""
    return stations.open()


@pytest.fixture
def station(bare: Station) -> Station:
    """A Saleor that has installed the app."""
    assert bare.sender.install().json() == {"success": True}
    return bare
