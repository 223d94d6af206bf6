"""Shops of earlier releases, upgraded in place, their work in flight finished by today's code."""

import json
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, make_url, select, text

from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.domain.problems import Problem
from bittitan_plugin.hosts.embedded.ids import Kind, global_id
from bittitan_plugin.hosts.embedded.invoices import InvoiceKind
from bittitan_plugin.hosts.embedded.platform import INSTALLATION
from bittitan_plugin.hosts.embedded.tables import InvoiceRow, OrderLineRow, RefundRow
from bittitan_plugin.services.installations import configure
from bittitan_plugin.services.provisioning import synchronize
from bittitan_plugin.vendor.sandbox import Sandbox, SandboxServer
from bittitan_plugin.vendor.sandbox.ledger import SandboxCoupon
from bittitan_plugin.vendor.sandbox.partners import SandboxPartner
from tests.conftest import server_url
from tests.fixtures import make_release
from tests.fixtures.embedded_shop import THEN, EmbeddedShop
from tests.waiting import PATIENCE_S

FIXTURES = Path(make_release.__file__).parent
RELEASES = sorted(path.name for path in FIXTURES.glob("release_*") if path.is_dir())
_STAFF = Actor(ActorKind.STAFF, "staff@example.com")


@dataclass
class Upgraded:
    """The shop after the upgrade, when nothing is under way any more."""

    shop: EmbeddedShop
    vendor: Sandbox
    directory: Path
    #: Keys of the mail that was sent before the upgrade.
    mail_before: list[str]

    def asset(self, quantity: int) -> Asset:
        """The asset of the order that ``STORY`` names by that quantity."""
        query = select(OrderLineRow.id).where(OrderLineRow.quantity == quantity)
        with self.shop.platform.database.reading() as session:
            line = session.scalars(query).one()
        with self.shop.application.ports.store.reading(self.shop.id) as work:
            found = work.assets.of_order_line(global_id(Kind.ORDER_LINE, line))
        assert found is not None
        return found

    def coupons(self, asset: Asset) -> list[SandboxCoupon]:
        """All that the vendor ever issued for the asset."""
        return [coupon for coupon in self.vendor.ledger() if coupon.reference == asset.reference]

    def money_back(self, quantity: int) -> tuple[int, int]:
        """How many credit invoices the platform issued for that order, and how many refunds."""
        with self.shop.platform.database.reading() as session:
            order = session.scalars(
                select(OrderLineRow.order_id).where(OrderLineRow.quantity == quantity)
            ).one()
            credits_ = select(InvoiceRow.id).where(
                InvoiceRow.order_id == order, InvoiceRow.kind == InvoiceKind.CREDIT
            )
            refunds = select(RefundRow.id).where(RefundRow.order_id == order)
            return len(session.scalars(credits_).all()), len(session.scalars(refunds).all())

    def mail_of(self, asset: Asset) -> Counter[str]:
        """The asset's messages to its buyer, before and after, by what they are."""
        told = Counter(set(self.mail_before) | set(self.mail_after))
        words = ("welcome", "cancelled")
        return Counter(word for word in words for key in told if key == f"{word}-{asset.id}")

    @property
    def mail_after(self) -> list[str]:
        """Keys of the mail that was sent since."""
        return (self.directory / "mail.txt").read_text().splitlines()

    def problems(self) -> list[Problem]:
        """What is open."""
        with self.shop.application.ports.store.reading(self.shop.id) as work:
            return work.problems.open()

    def workflows(self) -> Counter[str]:
        """How many durable workflows are in which state."""
        schema = "dbos." if self.shop.application.engine.dialect.name == "postgresql" else ""
        with self.shop.application.engine.connect() as connection:
            rows = connection.execute(text(f"SELECT status FROM {schema}workflow_status"))  # noqa: S608
            return Counter(rows.scalars())


@pytest.fixture(scope="package", params=RELEASES)
def release(request: pytest.FixtureRequest) -> Path:
    """Where an earlier release's fixture is."""
    return FIXTURES / str(request.param)


@pytest.fixture(scope="package", params=["sqlite", "postgresql"])
def upgraded(
    request: pytest.FixtureRequest, release: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Upgraded]:
    """The release's shop, with today's code started on its database and all work done."""
    directory = tmp_path_factory.mktemp("upgraded")
    outside = json.loads((release / f"{request.param}.json").read_text())
    url = _restore(request.param, release, directory)
    (directory / "mail.txt").touch()
    with SandboxServer() as vendor:
        _remember(vendor.sandbox, outside)
        shop = EmbeddedShop(url, directory)
        shop.start()
        configure(shop.application.ports, INSTALLATION, {"api_url": vendor.url}, active=True)
        made = Upgraded(shop, vendor.sandbox, directory, outside["mail"])
        # The cause of the failure is gone, and staff say so while the old work is still waiting.
        synchronize(shop.application.ports, shop.id, made.asset(7).id, _STAFF)
        command = [sys.executable, "-m", "tests.fixtures.make_release", "--worker", url]
        subprocess.run([*command, str(directory), ""], check=True, timeout=PATIENCE_S)
        yield made
        shop.close()
    if request.param == "postgresql":
        _administer(f'DROP DATABASE "{make_url(url).database}" WITH (FORCE)')


def _restore(kind: str, release: Path, directory: Path) -> str:
    """A database as the release left it, without anything of today's."""
    dump = (release / f"{kind}.sql").read_text()
    if kind == "sqlite":
        path = directory / "shop.sqlite"
        with sqlite3.connect(path) as connection:
            connection.executescript(dump)
        connection.close()
        return f"sqlite:///{path}"
    server, name = make_url(server_url()), f"test_{uuid4().hex}"
    _administer(f'CREATE DATABASE "{name}"')
    url = server.set(database=name)
    engine = create_engine(url.set(drivername="postgresql+psycopg"))
    with engine.begin() as session:
        # Past SQLAlchemy, which would take the dump's percent signs for parameters.
        session.connection.cursor().execute(dump)
    engine.dispose()
    return url.render_as_string(hide_password=False)


def _administer(statement: str) -> None:
    url = make_url(server_url()).set(drivername="postgresql+psycopg")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


def _remember(vendor: Sandbox, outside: dict[str, list[dict[str, str]]]) -> None:
    """The vendor's books as they were. It has no call for that, being a simulator in memory."""
    vendor.clock.set(THEN)
    for partner in outside["partners"]:
        vendor._partners._partners[partner["id"]] = SandboxPartner(**partner)
    for document in outside["coupons"]:
        instants = {
            name: datetime.fromisoformat(value)
            for name, value in document.items()
            if name.endswith("_at")
        }
        coupon = SandboxCoupon(**{**document, **instants})  # type: ignore[arg-type]
        vendor._ledger._coupons[coupon.id] = coupon
        vendor._ledger._first_of.setdefault(coupon.reference, coupon.id)
