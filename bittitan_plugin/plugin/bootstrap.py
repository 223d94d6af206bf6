"""The composition root: the one place that knows every adapter and wires them together."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from types import MappingProxyType
from typing import TYPE_CHECKING
from uuid import UUID

from pluggy import PluginManager
from pydantic_settings import BaseSettings
from sqlalchemy import Engine

from bittitan_hooks.specs import plugin_manager
from bittitan_plugin.base.cipher import Cipher
from bittitan_plugin.base.clock import Clock, system_clock
from bittitan_plugin.base.logs import configure_logs
from bittitan_plugin.base.settings import Settings
from bittitan_plugin.bittitan.coupon_api.addresses import PublicTransport
from bittitan_plugin.bittitan.coupon_api.call_limits import CallLimits, Limits
from bittitan_plugin.bittitan.coupon_api.transport import LIMITS
from bittitan_plugin.bittitan.coupon_api.vendors import CouponApiVendors
from bittitan_plugin.mail.transports import mailer_from
from bittitan_plugin.platforms.registry import (
    PlatformConnection,
    UnusablePlatform,
    Wiring,
    installed,
    log_fault,
)
from bittitan_plugin.plugin.attached_platforms import AttachedPlatforms
from bittitan_plugin.ports.mail import Mailer
from bittitan_plugin.ports.platform import Platform
from bittitan_plugin.ports.vendor import Vendors
from bittitan_plugin.services.installations import open_installation
from bittitan_plugin.services.ports import Ports
from bittitan_plugin.store import migrations
from bittitan_plugin.store.circuits import Circuits
from bittitan_plugin.store.engine import open_engine
from bittitan_plugin.store.key_proof import prove_keys
from bittitan_plugin.store.unit_of_work import Store
from bittitan_plugin.workflows.engine.queue import EngineQueue
from bittitan_plugin.workflows.engine.queue import migrate as migrate_engine

if TYPE_CHECKING:
    from starlette.routing import BaseRoute
    from starlette.types import ASGIApp

    from bittitan_plugin.workflows.timetable import Duty
    from bittitan_plugin.workflows.worker import Worker


@dataclass(kw_only=True)
class Application:
    """The plugin, wired. Opens connections lazily; ``close`` closes them."""

    settings: Settings
    engine: Engine
    ports: Ports
    platforms: AttachedPlatforms
    queue: EngineQueue
    #: The kinds of platforms that are installed, by name.
    connections: Mapping[str, PlatformConnection]
    #: What is wrong with platforms, by name: those left out, and those that failed since.
    platform_faults: dict[str, Exception]
    #: Limits the calls to vendors' addresses, and knows which of them are paused.
    traffic: CallLimits
    worker: "Worker | None" = None

    def attach(self, key: str, platform: Platform) -> UUID:
        """Make ``platform`` the platform of the installation with that key; returns its id."""
        installation = open_installation(self.ports, key)
        self.platforms.attach(installation.id, platform)
        return installation.id

    def migrate(self) -> None:
        """Bring our tables, the workflow engine's and the platforms' up to date.

        Raises ``UnfitDatabase`` for one of a newer release, or sealed with another key. A platform
        that fails is logged and noted in ``platform_faults``.
        """
        with migrations.in_turn(self.engine):
            migrations.upgrade(self.engine)
            prove_keys(self.engine, self.ports.cipher)
            migrate_engine(self.settings.database)
            for name, platform in self.connections.items():
                with _going_on_without(name, self.platform_faults):
                    platform.migrate()

    def check(self) -> None:
        """Raise ``UnfitDatabase`` unless the database has this program's version and key."""
        if fault := migrations.version_fault(self.engine):
            raise migrations.UnfitDatabase(fault)
        prove_keys(self.engine, self.ports.cipher)

    def start_worker(self, *, pace: float = 1.0, duties: "Sequence[Duty] | None" = None) -> None:
        """Run durable work in this process. Starting it again does nothing.

        ``pace`` scales every wait between attempts, for tests. ``duties`` replaces all tasks of the
        timetable.
        """
        from bittitan_plugin.workflows.timetable import DUTIES
        from bittitan_plugin.workflows.worker import Worker

        if self.worker is None:
            self.worker = Worker(
                self.ports,
                self.settings.database,
                self.settings.worker_concurrency,
                pace=pace,
                duties=DUTIES if duties is None else duties,
                retention=timedelta(days=self.settings.workflow_retention_days),
                share=self.traffic.share_among,
                chores=self.chores() if duties is None else (),
            )
            self.worker.start()

    def chores(self) -> list[Callable[[], None]]:
        """What a worker does for the kinds of platforms each time it reads its timetable."""
        return [
            _named(name, chore)
            for name, platform in self.connections.items()
            for chore in platform.chores
        ]

    def routes(
        self, plugins: PluginManager, *, development: bool, graphql: "ASGIApp"
    ) -> "list[BaseRoute]":
        """The addresses of the kinds of platforms; see ``PlatformConnection.routes``."""
        routes: list[BaseRoute] = []
        for name, platform in self.connections.items():
            with _going_on_without(name, self.platform_faults):
                routes += platform.routes(plugins, development=development, graphql=graphql)
        return routes

    def is_working(self) -> bool:
        """Whether this process works as intended; without a worker, other processes do the work."""
        return self.worker is None or self.worker.is_beating

    def close(self) -> None:
        """Finish what runs here, then close every connection."""
        if self.worker is not None:
            self.worker.stop()
            self.worker = None
        self.ports.vendors.close()
        self.queue.close()
        self.engine.dispose()


def build(
    settings: Settings,
    *,
    clock: Clock = system_clock,
    vendors: Callable[[Cipher], Vendors] | None = None,
    mailer: Mailer | None = None,
    platform_settings: Mapping[str, BaseSettings] = MappingProxyType({}),
) -> Application:
    """Wire the plugin from its settings; tests replace the clock, the vendor or the mailer.

    ``platform_settings`` by the platform's name replace what it reads from the environment.
    """
    configure_logs(settings.log_format)
    cipher = Cipher(settings.keys())
    engine = open_engine(settings.database)
    queue = EngineQueue(settings.database)
    platforms = AttachedPlatforms()
    traffic = CallLimits(
        Circuits(engine),
        Limits(
            in_flight=settings.vendor_calls_in_flight, per_second=settings.vendor_calls_per_second
        ),
    )
    ports = Ports(
        store=Store(engine, queue),
        vendors=vendors(cipher) if vendors else _vendors(settings, cipher, traffic),
        platforms=platforms,
        mailer=mailer
        or mailer_from(
            settings.smtp_url, settings.mail_dir, overrides=settings.mail_templates, clock=clock
        ),
        cipher=cipher,
        clock=clock,
        back_office=_back_office(settings),
    )
    connections, faults = _connected(ports, engine, settings, platform_settings)
    platforms.find_among(connections)
    return Application(
        settings=settings,
        engine=engine,
        ports=ports,
        platforms=platforms,
        queue=queue,
        connections=connections,
        platform_faults=faults,
        traffic=traffic,
    )


def _connected(
    ports: Ports,
    engine: Engine,
    settings: Settings,
    platform_settings: Mapping[str, BaseSettings],
) -> tuple[dict[str, PlatformConnection], dict[str, Exception]]:
    from bittitan_plugin.plugin.billing_hooks import BillingHooks
    from bittitan_plugin.plugin.order_hooks import OrderHooks
    from bittitan_plugin.plugin.product_hooks import ProductHooks

    plugins = plugin_manager(load_installed=False)
    for hooks in (OrderHooks, BillingHooks, ProductHooks):
        plugins.register(hooks(lambda: ports))
    wiring = Wiring(settings=settings, engine=engine, ports=ports, plugins=plugins)
    connected: dict[str, PlatformConnection] = {}
    found = installed()
    faults = dict(found.faults)
    for name, fault in faults.items():
        log_fault(name, fault)
    for name, kind in found.kinds.items():
        with _going_on_without(name, faults):
            connection = kind.connect(wiring, platform_settings.get(name) or kind.settings())
            if not isinstance(connection, PlatformConnection):
                raise UnusablePlatform("connect gave no PlatformConnection")
            connected[name] = connection
    return connected, faults


@contextmanager
def _going_on_without(platform: str, faults: dict[str, Exception]) -> Iterator[None]:
    """Log a platform's failure and note it under its name, without stopping the others."""
    try:
        yield
    except Exception as error:
        log_fault(platform, error)
        faults[platform] = error


def _named(platform: str, chore: Callable[[], None]) -> Callable[[], None]:
    """The chore, with a name that shows its platform when it fails."""

    @wraps(chore)
    def named() -> None:
        chore()

    named.__name__ = f"{platform}.{getattr(chore, '__name__', 'chore')}"
    return named


def _vendors(settings: Settings, cipher: Cipher, traffic: CallLimits) -> Vendors:
    anywhere = settings.calls_private_addresses
    return CouponApiVendors(
        cipher,
        traffic=traffic,
        transport_factory=None if anywhere else lambda _url: PublicTransport(LIMITS),
    )


def _back_office(settings: Settings) -> str | None:
    # The default address leads nowhere from a reader's mailbox.
    if "public_url" not in settings.model_fields_set:
        return None
    return f"{settings.public_url.rstrip('/')}/admin"
