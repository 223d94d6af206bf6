"""Domain values with every field filled in; a test names only what it is about."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from bittitan_plugin.domain.accounts import Account
from bittitan_plugin.domain.assets import Asset, ProvisioningStatus
from bittitan_plugin.domain.catalogue import Product, ProductType
from bittitan_plugin.domain.coupons import Coupon, CouponSource, CouponStatus, Sealed
from bittitan_plugin.domain.errors import ErrorCode
from bittitan_plugin.domain.money import Money
from bittitan_plugin.domain.orders import Customer, Order, OrderLine, OrderStatus
from bittitan_plugin.domain.retries import Retry
from bittitan_plugin.domain.stock import StockCode

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


def new_asset(**values: Any) -> Asset:
    """An asset whose coupon has not been obtained yet."""
    fresh = Asset(
        id=uuid4(),
        account_id=uuid4(),
        product_id=uuid4(),
        product_type=ProductType.MAILBOX_LICENSE,
        sku="MW-MAILBOX",
        name="BitTitan Mailbox License",
        order_id="order-1",
        order_number="1",
        order_line_id=f"line-{uuid4().hex}",
        recipient_email="buyer@example.com",
        quantity=25,
        unit_price=Money.of("14.00", "USD"),
        total=Money.of("350.00", "USD"),
        purchase_date=NOON,
        expire_days=365,
        validity_days=365,
        refund_window_days=15,
        time_zone="UTC",
        coupon_source=CouponSource.API,
    )
    return replace(fresh, **values)


def sold_asset(**values: Any) -> Asset:
    """An asset with an unused coupon."""
    ready = new_asset(
        coupon_id="coupon-1",
        coupon_code=Sealed("sealed-code"),
        coupon_status=CouponStatus.AVAILABLE,
        coupon_expires_at=datetime(2027, 3, 10, tzinfo=UTC),
        provisioning_status=ProvisioningStatus.SYNCHRONIZED,
    )
    return replace(ready, **values)


def coupon(asset: Asset, **values: Any) -> Coupon:
    """What the vendor answers for that asset, unused."""
    made = Coupon(
        id="coupon-1",
        reference=asset.reference,
        partner_id="partner-1",
        sku=asset.sku,
        code="AAAA-BBBB-CCCC",
        quantity=asset.quantity,
        expire_days=asset.expire_days,
        validity_days=asset.validity_days,
        status=CouponStatus.AVAILABLE,
        expires_at=datetime(2027, 3, 10, tzinfo=UTC),
    )
    return replace(made, **values)


def account(**values: Any) -> Account:
    """A customer that BitTitan does not know yet."""
    made = Account(
        id=uuid4(),
        customer_id=f"customer-{uuid4().hex}",
        email="buyer@example.com",
        company="Contoso",
        created_at=NOON,
    )
    return replace(made, **values)


def product(**values: Any) -> Product:
    """A published mailbox licence with a price in dollars."""
    made = Product(
        id=uuid4(),
        product_type=ProductType.MAILBOX_LICENSE,
        sku="MW-MAILBOX",
        name="BitTitan Mailbox License",
        expire_days=365,
        validity_days=365,
        variant_id="variant-1",
        host_product_id="product-1",
        published=True,
        prices={"USD": Money.of("14.00", "USD")},
    )
    return replace(made, **values)


def order(*lines: OrderLine, **values: Any) -> Order:
    """A confirmed order that is not paid yet."""
    made = Order(
        id="order-1",
        number="1",
        status=OrderStatus.CONFIRMED,
        fully_paid=False,
        customer=Customer(id="customer-1", email="buyer@example.com", company="Contoso"),
        recipient_email="buyer@example.com",
        lines=lines,
        created_at=NOON,
    )
    return replace(made, **values)


def stock_code(**values: Any) -> StockCode:
    """A free code for 25 mailbox licences that can be redeemed for more than a year."""
    made = StockCode(
        id=uuid4(),
        import_id=uuid4(),
        code=Sealed("sealed-code"),
        fingerprint=uuid4().hex,
        product_type=ProductType.MAILBOX_LICENSE,
        licenses=25,
        expires_at=datetime(2027, 6, 1, tzinfo=UTC),
    )
    return replace(made, **values)


def retry(**values: Any) -> Retry:
    """A sale that BitTitan did not answer, tried once."""
    waiting = Retry(
        id=f"provision:{uuid4()}",
        workflow="provision_line",
        arguments=("order-1", "line-1", "0"),
        asset_id=None,
        order_id="order-1",
        step="obtain_coupon",
        error_code=ErrorCode.VENDOR_UNAVAILABLE,
        reason="BitTitan does not answer.",
        since=NOON,
        attempt=1,
        next_attempt_at=NOON + timedelta(minutes=1),
    )
    return replace(waiting, **values)
