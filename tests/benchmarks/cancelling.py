"""The check-only answer, and a whole cancellation, beside the vendor's own round trip."""

from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, sleep
from uuid import uuid4

from bittitan_plugin.base.cipher import generate_key
from bittitan_plugin.base.settings import LogFormat, Settings
from bittitan_plugin.bittitan.sandbox import DEFAULT_EMAIL, DEFAULT_PASSWORD, SandboxServer
from bittitan_plugin.domain.assets import Asset, AssetStatus
from bittitan_plugin.domain.catalogue import Product, ProductType
from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.plugin.bootstrap import Application, build
from bittitan_plugin.ports.platform import Platform
from bittitan_plugin.ports.vendor import CouponRequest
from bittitan_plugin.services.cancelling.cancellation import cancel, check
from bittitan_plugin.services.installations import configure
from bittitan_plugin.services.ports import Tenant
from bittitan_plugin.services.selling.ordering import accept
from tests.benchmarks.measuring import Figure, alternating
from tests.fakes.host import FakePlatform, line

ROUNDS = 50
#: Seconds between two looks at whether a cancellation is done.
LOOK = 0.002
STAFF = Actor(ActorKind.STAFF, "bench@example.com")


def cancelling(kind: str, url: str, directory: Path) -> list[Figure]:
    """With a worker in this process and the sandbox, whose answers take no time of their own."""
    with SandboxServer() as server:
        application = build(
            Settings(
                database_url=url,
                var_dir=directory,
                secret_keys=(generate_key(),),
                log_format=LogFormat.QUIET,
            )
        )
        application.migrate()
        host = FakePlatform(clock=lambda: datetime.now(UTC))
        shop = _Shop(application, host, server)
        application.start_worker()
        try:
            return [shop.checking(kind), shop.executing(kind)]
        finally:
            application.close()


class _Shop:
    """An installation with one product, on the sandbox."""

    def __init__(self, application: Application, host: FakePlatform, server: SandboxServer) -> None:
        self._ports, self._host, key = application.ports, host, f"bench-{uuid4().hex[:8]}"
        platform: Platform = host
        self._tenant = Tenant(self._ports, application.attach(key, platform))
        self._installation = configure(
            self._ports,
            key,
            {"api_url": server.url, "api_email": DEFAULT_EMAIL, "api_password": DEFAULT_PASSWORD},
            active=True,
        )
        self._vendor = self._ports.vendors.of(self._installation.configuration)
        with self._tenant.writing() as work:
            work.products.add(
                Product(
                    id=uuid4(),
                    product_type=ProductType.MAILBOX_LICENSE,
                    sku="MW-MAILBOX",
                    name="Mailbox",
                    expire_days=365,
                    validity_days=365,
                    variant_id="variant-mailbox",
                    published=True,
                )
            )

    def checking(self, kind: str) -> Figure:
        """Asks nobody outside: it should cost far less than the vendor's answer."""
        (asset,) = self._sold(1)
        coupon_id = asset.coupon_id or ""

        def ask(_number: int) -> None:
            with self._tenant.reading() as work:
                read = work.assets.get(asset.id)
            check(self._tenant, read)

        ours, theirs = alternating(ask, lambda _number: self._look(coupon_id), ROUNDS * 4)
        return Figure(
            name=f"check-only answer ({kind})",
            seconds=ours,
            floor_name="the vendor's answer about one coupon",
            floor_seconds=theirs,
        )

    def executing(self, kind: str) -> Figure:
        """From the decision to the credit, the refund and the e-mail."""
        assets, floor = self._sold(ROUNDS), self._issued(ROUNDS)

        def whole(number: int) -> None:
            asset_id = assets[number].id
            cancel(self._tenant, asset_id, STAFF, "")
            started = perf_counter()
            while not self._is_settled(assets[number]):
                if perf_counter() - started > 30:
                    raise RuntimeError("the cancellation did not end")
                sleep(LOOK)

        ours, theirs = alternating(
            whole, lambda number: _none(self._vendor.cancel(floor[number])), ROUNDS
        )
        return Figure(
            name=f"whole cancellation ({kind})",
            seconds=ours,
            floor_name="the vendor's own cancel",
            floor_seconds=theirs,
        )

    def _look(self, coupon_id: str) -> None:
        self._vendor.coupon(coupon_id)

    def _is_settled(self, asset: Asset) -> bool:
        with self._tenant.reading() as work:
            now = work.assets.get(asset.id)
        credited = now.credit_invoice is not None and f"credit-{asset.id}" in self._host.refunds
        return now.status is AssetStatus.CANCELLED and credited

    def _sold(self, count: int) -> list[Asset]:
        orders = [self._host.place(line()) for _ in range(count)]
        for order in orders:
            accept(self._ports, self._installation, order)
        found: list[Asset] = []
        for order in orders:
            while True:
                with self._tenant.reading() as work:
                    asset = work.assets.of_order_line(order.lines[0].id)
                if asset is not None and asset.welcomed_at is not None:
                    found.append(asset)
                    break
                sleep(LOOK)
        return found

    def _issued(self, count: int) -> list[str]:
        email = f"{uuid4().hex}@example.com"
        partner = self._vendor.register_partner(reference=email, email=email, company="Bench")
        return [
            self._vendor.issue(
                CouponRequest(
                    reference=f"bench-{uuid4().hex}",
                    partner_id=partner.id,
                    sku="MW-MAILBOX",
                    quantity=1,
                    expire_days=365,
                    validity_days=365,
                )
            ).id
            for _ in range(count)
        ]


def _none(_value: object) -> None:
    """Drop a result."""
