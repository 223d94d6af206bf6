"""The plugin as it runs: a real database, the workflow engine, the sandbox; the platform faked.

One engine runs per database and test process, because there can be only one. Tests stay apart by
installation: each gets one of its own, with its own platform, products and vendor account.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID, uuid4

import pluggy
import pytest
from dbos import DBOS
from sqlalchemy import func, select

from bittitan_hooks import specs
from bittitan_plugin.base.cipher import generate_key
from bittitan_plugin.base.settings import Settings
from bittitan_plugin.bittitan.sandbox import DEFAULT_EMAIL, DEFAULT_PASSWORD, SandboxServer
from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.catalogue import Product, ProductType
from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.domain.money import Money
from bittitan_plugin.domain.orders import Order, OrderLine
from bittitan_plugin.domain.problems import Problem
from bittitan_plugin.domain.retries import Retry
from bittitan_plugin.plugin.bootstrap import Application, build
from bittitan_plugin.plugin.plugin import BitTitanPlugin
from bittitan_plugin.services.cancelling.cancellation import cancel
from bittitan_plugin.services.ports import Ports, Tenant
from bittitan_plugin.services.selling.invoicing import hand_in_due
from bittitan_plugin.services.selling.provisioning import synchronize
from bittitan_plugin.store.due_retries import DueRetries
from bittitan_plugin.store.tables import AssetRow
from bittitan_plugin.workflows.engine import runtime
from tests.conftest import Databases, StandingClock
from tests.fakes.host import FakePlatform
from tests.fakes.mail import RecordingMailer
from tests.impatience import impatient_vendors
from tests.waiting import until

#: Every wait of a workflow is this much shorter than in production.
PACE = 0.02

#: What the clock shows when a test begins.
BEGINNING = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)

STAFF = Actor(ActorKind.STAFF, "staff@example.com")
MAILBOX, BUNDLE = "variant-mailbox", "variant-bundle"


@dataclass(frozen=True, kw_only=True)
class Tally:
    """All that must never happen twice, counted over one installation and its vendor."""

    assets: int = 0
    #: Coupons the vendor ever made, and those of them that can be redeemed.
    issued: int = 0
    usable: int = 0
    invoices: int = 0
    deliveries: int = 0
    credits: int = 0
    refunds: int = 0
    #: Templates of the distinct messages that were sent, in order.
    mail: tuple[str, ...] = ()


#: What one sold line leaves behind.
SOLD = Tally(assets=1, issued=1, usable=1, invoices=1, deliveries=1, mail=("welcome",))
#: What one sold and cancelled line leaves behind.
CANCELLED = replace(SOLD, usable=0, credits=1, refunds=1, mail=("welcome", "cancelled"))
#: What an order leaves behind from which nothing came.
NOTHING = Tally()


@dataclass
class World:
    """The running plugin, shared by the tests of one process and database."""

    application: Application
    plugins: pluggy.PluginManager
    clock: StandingClock
    mailer: RecordingMailer


@dataclass
class Shop:
    """One installation with its platform: what a test works with."""

    world: World
    sandbox: SandboxServer
    key: str
    id: UUID
    host: FakePlatform
    fired: list[str] = field(default_factory=list)

    @property
    def ports(self) -> Ports:
        return self.world.application.ports

    @property
    def tenant(self) -> Tenant:
        return Tenant(self.ports, self.id)

    @property
    def mail(self) -> list[Any]:
        return self.world.mailer.sent

    def configure(
        self, *, active: bool = True, same_account: bool | None = None, **values: str | None
    ) -> None:
        """Switch the plugin on (or off) with these settings, as staff would."""
        event = (specs.PluginActivated if active else specs.PluginDeactivated)(
            installation=self.key,
            active=active,
            same_account=same_account,
            configuration=tuple(
                specs.ConfigurationItem(name=name, value=value) for name, value in values.items()
            ),
        )
        hook = self.world.plugins.hook
        (hook.plugin_activated if active else hook.plugin_deactivated)(event=event)

    def fire(self, hook: str, order: Order, **values: object) -> specs.Outcome:
        """Fire an order hook for ``order`` as the platform has it."""
        event_type = getattr(specs, "".join(part.title() for part in hook.split("_")))
        event = event_type(installation=self.key, order=order_value(order), **values)
        (outcome,) = getattr(self.world.plugins.hook, hook)(event=event)
        assert isinstance(outcome, specs.Outcome)
        return outcome

    def buy(self, *lines: OrderLine, **values: Any) -> Asset:
        """A paid order, provisioned; returns the asset of its first line."""
        order = self.host.place(*lines, **values)
        self.fire("order_fully_paid", order)
        self.settle()
        asset = self.asset_of(order)
        assert asset is not None
        return asset

    def cancel(self, asset: Asset, comment: str = "") -> Asset:
        """Staff cancel the asset, and the cancellation has been executed."""
        cancel(self.tenant, asset.id, STAFF, comment)
        self.settle()
        return self.asset(asset.id)

    def synchronize(self, asset: Asset) -> Asset:
        """Staff choose *Synchronize again*, and it has been done."""
        synchronize(self.tenant, asset.id, STAFF)
        self.settle()
        return self.asset(asset.id)

    def attach(self, host: FakePlatform) -> None:
        """From now on ``host`` is the platform."""
        self.host = host
        self.world.application.attach(self.key, host)

    def history(self, asset: Asset, field: str) -> list[str]:
        """The values that the asset's field has had, oldest first."""
        with self.tenant.reading() as work:
            entries = work.assets.history([asset.id])[asset.id]
        changes = [entry.change for entry in entries if entry.change.field == field]
        return [change.after or "" for change in changes]

    def rebind(self, sku: str, variant_id: str) -> None:
        """The distributor binds the product with that SKU to another variant."""
        with self.tenant.writing() as work:
            product = next(p for p in work.products.all() if p.sku == sku)
            work.products.save(replace(product, variant_id=variant_id))

    def tally(self) -> Tally:
        """What there is now."""
        with self.tenant.reading() as work:
            of_shop = select(func.count()).where(AssetRow.installation_id == self.id)
            assets = work.session.scalar(of_shop) or 0
        coupons = self.sandbox.sandbox.ledger()
        return Tally(
            assets=assets,
            issued=len(coupons),
            usable=sum(coupon.status == "AVAILABLE" for coupon in coupons),
            invoices=len(self.host.invoices),
            deliveries=len(self.host.deliveries),
            credits=len(self.host.credits),
            refunds=len(self.host.refunds),
            mail=tuple({sent.key: sent.template for sent in self.mail}.values()),
        )

    def asset_of(self, order: Order, line: int = 0) -> Asset | None:
        with self.tenant.reading() as work:
            return work.assets.of_order_line(order.lines[line].id)

    def asset(self, asset_id: UUID) -> Asset:
        with self.tenant.reading() as work:
            return work.assets.get(asset_id)

    def problems(self) -> list[Problem]:
        with self.tenant.reading() as work:
            return work.problems.open()

    def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds."""
        until(holds)

    def waiting(self) -> list[Retry]:
        """What is to be tried again, the next first."""
        with self.tenant.reading() as work:
            return work.retries.waiting()

    def until_waiting(self) -> list[Retry]:
        """What is to be tried again, as soon as something is."""
        until(self.waiting)
        return self.waiting()

    def settle(self) -> None:
        """Wait until no workflow is under way."""
        until(
            lambda: not under_way(self.ports), instead=lambda: f"under way: {under_way(self.ports)}"
        )
        failed = DBOS.list_workflows(status="ERROR", load_input=False)
        assert not failed, [(status.workflow_id, status.error) for status in failed]


def under_way(ports: Ports) -> list[str]:
    """Ids of the work that has not ended: what waits, and what is in the queues or at work."""
    unfinished = ["PENDING", "ENQUEUED"]
    found = DBOS.list_workflows(status=unfinished, load_input=False, load_output=False)
    # Read last: an attempt stores that it waits before it ends.
    waiting = DueRetries(ports.store.engine).overdue(datetime.max.replace(tzinfo=UTC))
    return [status.workflow_id for status in found] + [retry.id for _, retry in waiting]


def order_value(order: Order) -> dict[str, Any]:
    """The order as an event carries it."""
    return {
        "id": order.id,
        "number": order.number,
        "status": order.status,
        "fully_paid": order.fully_paid,
        "customer": vars(order.customer),
        "recipient_email": order.recipient_email,
        "created_at": order.created_at,
        "lines": [asdict(line) for line in order.lines],
    }


@contextmanager
def wired(databases: Databases, kind: str, directory: Path, **settings: Any) -> Iterator[World]:
    """The plugin without a worker, on a new database of that kind."""
    url = databases.fresh(kind, directory)
    clock, mailer = StandingClock(BEGINNING), RecordingMailer()
    application = build(
        Settings(database_url=url, var_dir=directory, secret_keys=(generate_key(),), **settings),
        clock=clock,
        mailer=mailer,
        vendors=impatient_vendors,
    )
    plugins = specs.plugin_manager(load_installed=False)
    plugins.register(BitTitanPlugin(application))
    plugins.check_pending()
    yield World(application, plugins, clock, mailer)
    application.close()
    databases.drop(url)


@pytest.fixture(scope="session")
def running(
    database_kind: str, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """The plugin with its workflow engine, once on each kind of database."""
    directory = tmp_path_factory.mktemp("world")
    with wired(databases, database_kind, directory, worker_concurrency=16) as world:
        # Nobody looks at coupons or requests unasked: a test says when time has come for them.
        world.application.start_worker(pace=PACE, duties=(hand_in_due,))
        yield world


@pytest.fixture
def world(running: World) -> World:
    """The same, wherever tests before this one have left its clock and its mail."""
    return begin_anew(running)


def begin_anew(world: World) -> World:
    """Put its clock back and forget its mail."""
    world.clock.now = BEGINNING
    world.mailer.sent.clear()
    world.mailer.failures.clear()
    return world


@pytest.fixture
def shop(world: World, sandbox: SandboxServer) -> Shop:
    """An installation that sells both products, switched on; platform and vendor are its own."""
    host, key = FakePlatform(), f"shop-{uuid4().hex[:8]}"
    installation_id = world.application.attach(key, host)
    return sells_both(Shop(world, sandbox, key, installation_id, host))


S = TypeVar("S", bound=Shop)


def sells_both(made: S) -> S:
    """The shop, switched on since yesterday and with both products."""
    made.world.clock.now = BEGINNING - timedelta(days=1)
    made.configure(
        api_url=made.sandbox.url,
        api_email=DEFAULT_EMAIL,
        api_password=DEFAULT_PASSWORD,
        staff_email="staff@example.com",
        sender_email="licenses@example.com",
    )
    made.world.clock.now = BEGINNING
    with made.tenant.writing() as work:
        work.products.add(product(ProductType.MAILBOX_LICENSE, "MW-MAILBOX", MAILBOX, "14.00"))
        work.products.add(product(ProductType.USER_MIGRATION_BUNDLE, "UMB", BUNDLE, "17.50"))
    return made


@pytest.fixture
def hurried(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits are shorter still, for tests in which much is tried again."""
    assert world.application.worker is not None
    monkeypatch.setattr(runtime.current(), "pace", PACE / 100)


def product(kind: ProductType, sku: str, variant_id: str, price: str) -> Product:
    return Product(
        id=uuid4(),
        product_type=kind,
        sku=sku,
        name=kind.label,
        expire_days=365,
        validity_days=365,
        variant_id=variant_id,
        published=True,
        prices={"USD": Money.of(price, "USD")},
    )
