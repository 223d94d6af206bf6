"""The composition root: the one place that knows every adapter and wires them together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import Engine

from bittitan_plugin.cipher import Cipher
from bittitan_plugin.clock import Clock, system_clock
from bittitan_plugin.hosts.port import Host
from bittitan_plugin.hosts.registry import AttachedHosts
from bittitan_plugin.logs import configure_logs
from bittitan_plugin.mail.port import Mailer
from bittitan_plugin.mail.transports import mailer_from
from bittitan_plugin.services.installations import open_installation
from bittitan_plugin.services.ports import Ports
from bittitan_plugin.settings import Settings
from bittitan_plugin.store import migrations
from bittitan_plugin.store.engine import open_engine
from bittitan_plugin.store.unit_of_work import Store
from bittitan_plugin.vendor.coupon_api.vendors import CouponApiVendors
from bittitan_plugin.vendor.port import Vendors
from bittitan_plugin.workflows.queue import EngineQueue
from bittitan_plugin.workflows.queue import migrate as migrate_engine

if TYPE_CHECKING:
    from bittitan_plugin.workflows.engine import Worker
    from bittitan_plugin.workflows.timetable import Duty


@dataclass(kw_only=True)
class Application:
    """The plugin, wired. Opens connections lazily; ``close`` lets go of them."""

    settings: Settings
    engine: Engine
    ports: Ports
    hosts: AttachedHosts
    queue: EngineQueue
    worker: "Worker | None" = None

    def attach(self, key: str, host: Host) -> UUID:
        """Make ``host`` the platform of the installation with that key; returns its id."""
        installation = open_installation(self.ports, key)
        self.hosts.attach(installation.id, host)
        return installation.id

    def migrate(self) -> None:
        """Bring our tables and the workflow engine's up to date."""
        with migrations.in_turn(self.engine):
            migrations.upgrade(self.engine)
            migrate_engine(self.settings.database)

    def start_worker(self, *, pace: float = 1.0, duties: "Sequence[Duty] | None" = None) -> None:
        """Run durable work in this process. Starting it again does nothing.

        ``pace`` scales every wait between attempts; tests hurry. ``duties`` replaces what the
        timetable looks after.
        """
        from bittitan_plugin.workflows.engine import Worker
        from bittitan_plugin.workflows.timetable import DUTIES

        if self.worker is None:
            self.worker = Worker(
                self.ports,
                self.settings.database,
                self.settings.worker_concurrency,
                pace=pace,
                duties=DUTIES if duties is None else duties,
            )
            self.worker.start()

    def close(self) -> None:
        """Finish what runs here, then let go of every connection."""
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
    vendors: Callable[[Cipher], Vendors] = CouponApiVendors,
    mailer: Mailer | None = None,
) -> Application:
    """Wire the plugin from its settings; tests replace the clock, the vendor or the mailer."""
    configure_logs(settings.log_format)
    cipher = Cipher(settings.keys())
    engine = open_engine(settings.database)
    queue = EngineQueue(settings.database)
    hosts = AttachedHosts()
    ports = Ports(
        store=Store(engine, queue),
        vendors=vendors(cipher),
        hosts=hosts,
        mailer=mailer
        or mailer_from(
            settings.smtp_url, settings.mail_dir, overrides=settings.mail_templates, clock=clock
        ),
        cipher=cipher,
        clock=clock,
    )
    return Application(settings=settings, engine=engine, ports=ports, hosts=hosts, queue=queue)
