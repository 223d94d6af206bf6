"""Books of any size that take no memory: what platform and vendor say is computed as it is read.

Asset number n has order n and coupon n. Of every ``redeemed_each`` assets one has a coupon that the
vendor lists no longer; every ``missed_each``-th order beyond the assets was never told of.
"""

# ruff: noqa: ARG002 - arguments are the ports'

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

from sqlalchemy import insert

from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.configuration import Configuration
from bittitan_plugin.domain.coupons import Coupon, CouponStatus, Sealed
from bittitan_plugin.domain.money import Money
from bittitan_plugin.domain.orders import Order, OrderLine
from bittitan_plugin.plugin.bootstrap import Application
from bittitan_plugin.services.installations import configure
from bittitan_plugin.store.mapping import asset_values
from bittitan_plugin.store.tables import AssetRow
from tests.fakes.host import FakePlatform
from tests.fakes.values import account, order, product, sold_asset

#: Rows inserted in one transaction.
_BATCH = 1000
_BOUGHT = datetime(2026, 3, 1, tzinfo=UTC)
_NAMES = UUID(int=0x5EED)
KEY = "books"
_URL, _EMAIL = "https://vendor.example", "a@b.example"
_ACCOUNT = Configuration(
    api_url=_URL, api_email=_EMAIL, api_password=Sealed("secret")
).coupon_account


@dataclass
class Books(FakePlatform):
    """Platform (``orders_since``) and vendor (``changed_since``, ``coupon``) in one."""

    assets: int = 0
    missed: int = 0
    redeemed_each: int = 1000
    #: Orders that are read at a time.
    page: int = 100
    #: Coupons that were looked up one by one.
    looked_up: int = 0
    _owner: UUID = field(default_factory=lambda: uuid5(_NAMES, "owner"))
    _product: UUID = field(default_factory=lambda: uuid5(_NAMES, "product"))

    def of(self, configuration: Configuration) -> "Books":
        """As ``Vendors`` gives a vendor."""
        return self

    def close(self) -> None:
        """There is nothing to let go of."""

    def orders_since(self, since: datetime) -> Iterator[Sequence[Order]]:
        orders = self.assets + self.missed
        for start in range(0, orders, self.page):
            yield [self._order(n) for n in range(start, min(start + self.page, orders))]

    def changed_since(self, instant: datetime) -> Iterator[Coupon]:
        for number in range(self.assets):
            if number % self.redeemed_each:
                yield self._coupon(number)

    def coupon(self, coupon_id: str) -> Coupon | None:
        self.looked_up += 1
        return None

    def fill(self, application: Application) -> UUID:
        """Store the assets; returns their installation's id."""
        ports = application.ports
        installation_id = application.attach(KEY, self)
        values = {"api_url": _URL, "api_email": _EMAIL, "api_password": "secret"}
        # Switched on before anything was ordered.
        configure(replace(ports, clock=lambda: _BOUGHT), KEY, values, active=True)
        with ports.store.writing(installation_id) as work:
            work.accounts.add(account(id=self._owner))
            work.products.add(product(id=self._product))
        for start in range(0, self.assets, _BATCH):
            rows = [
                {"installation_id": installation_id, **asset_values(self._asset(number))}
                for number in range(start, min(start + _BATCH, self.assets))
            ]
            with ports.store.writing(installation_id) as work:
                work.session.execute(insert(AssetRow), rows)
        return installation_id

    def _asset(self, number: int) -> Asset:
        coupon = self._coupon(number)
        return replace(
            sold_asset(
                account_id=self._owner,
                product_id=self._product,
                order_id=f"order-{number}",
                order_number=str(number),
                order_line_id=f"line-{number}",
                purchase_date=_BOUGHT,
                coupon_id=coupon.id,
                coupon_expires_at=coupon.expires_at,
                coupon_account=_ACCOUNT,
            ),
            id=uuid5(_NAMES, str(number)),
        )

    def _coupon(self, number: int) -> Coupon:
        return Coupon(
            id=f"coupon-{number}",
            reference=f"asset-{uuid5(_NAMES, str(number))}",
            partner_id="partner-1",
            sku="MW-MAILBOX",
            expire_days=3650,
            validity_days=365,
            code=f"CODE-{number}",
            quantity=25,
            status=CouponStatus.AVAILABLE,
            expires_at=_BOUGHT + timedelta(days=3650),
        )

    def _order(self, number: int) -> Order:
        line = OrderLine(
            id=f"line-{number}",
            variant_id="variant-1",
            sku="MW-MAILBOX",
            product_name="BitTitan Mailbox License",
            product_type="bittitan-mailbox-license",
            quantity=25,
            unit_price=product().prices["USD"],
            total=Money.of("350.00", "USD"),
        )
        return order(
            line, id=f"order-{number}", number=str(number), fully_paid=True, created_at=_BOUGHT
        )
