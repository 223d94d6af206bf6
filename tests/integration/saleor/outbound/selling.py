"""A licence on sale at the fake Saleor, and orders for it."""

from collections.abc import Mapping
from uuid import UUID, uuid4

from bittitan_plugin.domain.billing import Credit
from bittitan_plugin.domain.catalogue import PRODUCT_GROUP, Listed, ProductType
from bittitan_plugin.domain.money import Money
from bittitan_plugin.platforms.saleor.gateway import SaleorGateway
from bittitan_plugin.ports.platform import FulfilledLine, Offer, Presentation, TypeDefinition
from bittitan_plugin.ports.platform import TypeProperty as Property
from tests.fakes.saleor import SaleorServer
from tests.fakes.saleor.records import Order

MAILBOX, BUNDLE = ProductType.MAILBOX_LICENSE, ProductType.USER_MIGRATION_BUNDLE
SKU = "MW-MAILBOX"
PROPERTIES = (
    Property(slug="expire", name="Expire (days)", default=365),
    Property(slug="validity", name="Validity (days)", default=365),
)
DEFINITIONS = [
    TypeDefinition(slug=k.slug, name=k.label, properties=PROPERTIES) for k in ProductType
]


def usd(amount: str) -> Money:
    return Money.of(amount, "USD")


def presentation(sku: str = SKU, price: str = "14.00", **values: object) -> Presentation:
    """An article of the vendor's list, new to the platform unless told otherwise."""
    given: dict[str, object] = {
        "product_type": MAILBOX,
        "listed": Listed(name="Mailbox licence", price=usd(price)),
        "is_new": True,
    }
    return Presentation(sku=sku, **{**given, **values})  # type: ignore[arg-type]


def define(host: SaleorGateway) -> None:
    """Types, properties and group are there."""
    host.ensure_product_types(DEFINITIONS)
    host.ensure_group(PRODUCT_GROUP)


def put_on_sale(host: SaleorGateway, sku: str = SKU, price: str = "14.00") -> str:
    """The id of a variant that customers can buy."""
    define(host)
    variant_id = host.present([presentation(sku, price)], PRODUCT_GROUP)[sku].variant_id
    offer = Offer(sku=sku, product_type=MAILBOX, variant_id=variant_id, published=True)
    return host.offer(offer, PRODUCT_GROUP).variant_id


def bought(server: SaleorServer, variant_id: str, quantity: int = 3, **metadata: str) -> Order:
    """A paid order of one line."""
    named: Mapping[str, str] = {f"bittitan.{key}": value for key, value in metadata.items()}
    return server.saleor.pay(server.saleor.place((variant_id, quantity, named)))


def line_of(order: Order, asset_id: UUID | None = None, line: int = 0) -> FulfilledLine:
    """The line as the plugin tells of it."""
    return FulfilledLine(
        order_id=order.id,
        order_line_id=order.lines[line].id,
        asset_id=asset_id or uuid4(),
        quantity=order.lines[line].quantity,
    )


def credit_for(order: Order, amount: str = "42.00", key: str = "credit-1", line: int = 0) -> Credit:
    """The whole line's credit, for three licences at 14.00."""
    return Credit(
        key=key,
        order_id=order.id,
        order_line_id=order.lines[line].id,
        amount=usd(amount),
        reason="Ordered by mistake",
    )
