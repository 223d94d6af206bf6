"""Baskets as their owner sees them."""

from datetime import datetime

import strawberry

from bittitan_plugin.domain.money import Money as DomainMoney
from bittitan_plugin.platforms.shop.checkouts import CheckoutLine as LineRecord
from bittitan_plugin.platforms.shop.checkouts import CheckoutRecord
from bittitan_plugin.platforms.shop.ids import Kind, global_id
from bittitan_plugin.platforms.shop.schema.context import ShopInfo
from bittitan_plugin.platforms.shop.schema.scalars import TaxedMoney, taxed
from bittitan_plugin.platforms.shop.schema.types.metadata import MetadataItem, items_of
from bittitan_plugin.platforms.shop.schema.types.products import ProductVariant, variant_of


@strawberry.type
class CheckoutLine:
    """So many pieces of one variant, at today's price."""

    id: strawberry.ID
    quantity: int
    unit_price: TaxedMoney
    total_price: TaxedMoney
    metadata: list[MetadataItem]
    #: None when it is no longer on offer.
    variant: ProductVariant | None


@strawberry.type
class Checkout:
    """A basket. It may be completed once."""

    id: strawberry.ID
    email: str | None
    created: datetime
    quantity: int
    total_price: TaxedMoney
    lines: list[CheckoutLine]


def checkout_of(info: ShopInfo, record: CheckoutRecord) -> Checkout:
    """A basket for the wire."""
    return Checkout(
        id=strawberry.ID(global_id(Kind.CHECKOUT, record.row.id)),
        email=record.row.email,
        created=record.row.created_at,
        quantity=sum(line.row.quantity for line in record.lines),
        total_price=taxed(record.total),
        lines=[_line_of(info, line, record) for line in record.lines],
    )


def _line_of(info: ShopInfo, line: LineRecord, record: CheckoutRecord) -> CheckoutLine:
    currency = record.row.currency
    price = line.price(currency) or DomainMoney.of(0, currency)
    return CheckoutLine(
        id=strawberry.ID(global_id(Kind.CHECKOUT_LINE, line.row.id)),
        quantity=line.row.quantity,
        unit_price=taxed(record.taxation.of(price)),
        total_price=taxed(record.amount(line)),
        metadata=items_of(line.row.line_metadata),
        variant=variant_of(info, line.variant) if line.variant else None,
    )
