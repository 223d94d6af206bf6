"""Shops of earlier releases, upgraded in place, their work in flight finished by today's code.

Besides the kept ones there is a fixture of today's own code, made here: while no release is kept it
is all there is, and it shows that one could be.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, select, text

from bittitan_plugin.bittitan.sandbox import Sandbox, SandboxServer
from bittitan_plugin.bittitan.sandbox.ledger import SandboxCoupon
from bittitan_plugin.bittitan.sandbox.partners import SandboxPartner
from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.coupons import CouponStatus
from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.domain.problems import Problem
from bittitan_plugin.domain.retries import Retry
from bittitan_plugin.platforms.shop.ids import INSTALLATION, Kind, global_id
from bittitan_plugin.platforms.shop.invoices import InvoiceKind
from bittitan_plugin.platforms.shop.tables import InvoiceRow, OrderLineRow, RefundRow
from bittitan_plugin.services.installations import configure
from bittitan_plugin.services.ports import Tenant
from bittitan_plugin.services.selling.provisioning import synchronize
from tests.empty_database import empty_database
from tests.fixtures import make_release
from tests.fixtures.embedded_shop import THEN, EmbeddedShop

FIXTURES = Path(make_release.__file__).parent
RELEASES = sorted(path.name for path in FIXTURES.glob("release_*") if path.is_dir())
TODAY = "today"
_STAFF = Actor(ActorKind.STAFF, "staff@example.com")


@dataclass
class Upgraded:
    """The shop after the upgrade, when nothing is under way any more."""

    shop: EmbeddedShop
    vendor: Sandbox
    directory: Path
    #: Keys of the mail that was sent before the upgrade.
    mail_before: list[str]

    def asset(self, quantity: int) -> Asset | None:
        """The asset of the order that ``STORY`` names by that quantity."""
        query = select(OrderLineRow.id).where(OrderLineRow.quantity == quantity)
        with self.shop.platform.database.reading() as session:
            line = session.scalars(query).one()
        with self.shop.application.ports.store.reading(self.shop.id) as work:
            return work.assets.of_order_line(global_id(Kind.ORDER_LINE, line))

    def coupons(self, asset: Asset) -> list[SandboxCoupon]:
        """All that the vendor ever issued for the asset."""
        return [coupon for coupon in self.vendor.ledger() if coupon.reference == asset.reference]

    def fates(self, asset: Asset) -> list[CouponStatus]:
        """What became of these."""
        return [coupon.status for coupon in self.coupons(asset)]

    def money_back(self, asset: Asset) -> tuple[int, int]:
        """How many credit invoices the platform issued for its order, and how many refunds."""
        with self.shop.platform.database.reading() as session:
            order = session.scalars(
                select(OrderLineRow.order_id).where(OrderLineRow.quantity == asset.quantity)
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

    def waiting(self) -> list[Retry]:
        """The work that is to be tried again."""
        with self.shop.application.ports.store.reading(self.shop.id) as work:
            return work.retries.waiting()

    def workflows(self) -> Counter[str]:
        """How many durable workflows are in which state."""
        schema = "dbos." if self.shop.application.engine.dialect.name == "postgresql" else ""
        with self.shop.application.engine.connect() as connection:
            rows = connection.execute(text(f"SELECT status FROM {schema}workflow_status"))  # noqa: S608
            return Counter(rows.scalars())


@pytest.fixture(scope="package", params=[*RELEASES, TODAY])
def release(request: pytest.FixtureRequest) -> str:
    """Of which release the shop is."""
    return str(request.param)


@pytest.fixture(scope="package", params=["sqlite", "postgresql"])
def upgraded(
    request: pytest.FixtureRequest, release: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Upgraded]:
    """The release's shop, with today's code started on its database and all work done."""
    kind, directory, kept = request.param, tmp_path_factory.mktemp("upgraded"), FIXTURES / release
    if release == TODAY:
        kept = directory / release
        with empty_database(kind, directory) as url:
            make_release.make(url, kept)
    outside = json.loads((kept / f"{kind}.json").read_text())
    (directory / "mail.txt").touch()
    with empty_database(kind, directory) as url, SandboxServer() as vendor:
        _restore((kept / f"{kind}.sql").read_text(), url)
        _remember(vendor.sandbox, outside)
        shop = EmbeddedShop(url, directory)
        shop.start()
        moved = {"api_url": vendor.url}
        configure(shop.application.ports, INSTALLATION, moved, active=True, same_account=True)
        made = Upgraded(shop, vendor.sandbox, directory, outside["mail"])
        # The cause of the failure is gone, and staff say so while the old work is still waiting.
        failed = made.asset(7)
        assert failed is not None
        synchronize(Tenant(shop.application.ports, shop.id), failed.id, _STAFF)
        make_release.work(url, directory)
        yield made
        shop.close()


def _restore(dump: str, url: str) -> None:
    """Bring in what the release left, and nothing of today's."""
    made = make_url(url)
    if made.get_backend_name() == "sqlite":
        with closing(sqlite3.connect(str(made.database))) as connection:
            connection.executescript(dump)
        return
    engine = create_engine(made.set(drivername="postgresql+psycopg"))
    with engine.begin() as session:
        # Past SQLAlchemy, which would take the dump's percent signs for parameters.
        session.connection.cursor().execute(dump)
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
