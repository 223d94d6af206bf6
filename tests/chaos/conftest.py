"""A shop whose work is done by processes that die."""

import signal
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from bittitan_hooks.plugin import BitTitanPlugin
from bittitan_hooks.specs import OrderFullyPaid
from bittitan_plugin.bootstrap import Application
from bittitan_plugin.cipher import generate_key
from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.catalogue import ProductType
from bittitan_plugin.domain.orders import Order
from bittitan_plugin.services import accounts, cancellation, delivery, opening, provisioning
from bittitan_plugin.services.installations import configure
from bittitan_plugin.store.tables import AssetRow
from bittitan_plugin.vendor.sandbox import DEFAULT_EMAIL, DEFAULT_PASSWORD, SandboxServer
from tests.chaos.files import FileHost, Ledger
from tests.chaos.nursery import Nursery
from tests.chaos.worker import Task, application
from tests.fakes.host import FakeHost, line
from tests.world import MAILBOX, STAFF, Tally, order_value, product


@dataclass
class MortalShop:
    """An installation without a worker of its own: tests start them."""

    task: Task
    sandbox: SandboxServer
    plugin: Application
    id: UUID
    order: Order
    nursery: Nursery

    def pay(self) -> None:
        """The platform says that the order is paid. Nobody works on it yet."""
        hooks = BitTitanPlugin(self.plugin)
        value = order_value(self.order)
        hooks.order_fully_paid(OrderFullyPaid(installation=self.task.installation, order=value))

    def sell(self) -> None:
        """What a worker does with a paid order, done here without one: it takes a tenth."""
        line_id = self.order.lines[0].id
        ports, id_ = self.plugin.ports, self.id
        asset = opening.open_asset(ports, id_, self.order.id, line_id)
        accounts.synchronize_account(ports, id_, asset.account_id)
        provisioning.obtain_coupon(ports, id_, asset.id)
        for follow_up in (delivery.tell_host, delivery.link_invoice, delivery.send_welcome):
            follow_up(ports, id_, asset.id)

    def cancel(self) -> None:
        """Staff decide to cancel. Nobody works on it yet."""
        cancellation.cancel(self.plugin.ports, self.id, self.asset().id, STAFF, "")

    def work(self) -> None:
        """A worker does all that waits."""
        assert self.end(self.start()) == 0

    def die(self, killed_after: str) -> None:
        """A worker begins, and is killed when that function has returned."""
        assert self.end(self.start(killed_after=killed_after)) == -signal.SIGKILL

    def start(self, *, killed_after: str = "", waits_for: str = "") -> int:
        """A worker in the background; returns its process id."""
        return self.nursery.start(
            replace(self.task, killed_after=killed_after, waits_for=waits_for)
        )

    def end(self, worker: int) -> int:
        """How the worker ended."""
        return self.nursery.wait(worker)

    def asset(self) -> Asset:
        with self.plugin.ports.store.reading(self.id) as work:
            asset = work.assets.of_order_line(self.order.lines[0].id)
        assert asset is not None
        return asset

    def tally(self) -> Tally:
        """What there is now, by the books of everyone concerned."""
        ledger, coupons = Ledger(Path(self.task.directory)), self.sandbox.sandbox.ledger()
        with self.plugin.ports.store.reading(self.id) as work:
            assets = work.session.scalar(select(func.count(AssetRow.id))) or 0
        return Tally(
            assets=assets,
            issued=len(coupons),
            usable=sum(coupon.status == "AVAILABLE" for coupon in coupons),
            invoices=ledger.count("invoice"),
            deliveries=ledger.count("delivery"),
            credits=ledger.count("credit"),
            refunds=ledger.count("refund"),
            mail=("welcome",) * ledger.count("mail.welcome")
            + ("cancelled",) * ledger.count("mail.cancelled"),
        )


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Where workers come from."""
    made = Nursery()
    yield made
    made.close()


@pytest.fixture
def mortal(
    database_url: str, sandbox: SandboxServer, nursery: Nursery, tmp_path: Path
) -> Iterator[MortalShop]:
    """A shop with one order that is not yet paid."""
    task = Task(
        database_url=database_url,
        secret_key=generate_key(),
        directory=str(tmp_path),
        installation=f"shop-{uuid4().hex[:8]}",
    )
    order = FakeHost().place(line())
    FileHost(tmp_path).show(order)
    plugin = application(task)
    values = {
        "api_url": sandbox.url,
        "api_email": DEFAULT_EMAIL,
        "api_password": DEFAULT_PASSWORD,
    }
    installation = configure(plugin.ports, task.installation, values, active=True)
    with plugin.ports.store.writing(installation.id) as work:
        work.products.add(product(ProductType.MAILBOX_LICENSE, "MW-MAILBOX", MAILBOX, "14.00"))
    yield MortalShop(task, sandbox, plugin, installation.id, order, nursery)
    plugin.close()
