"""Translates the shop's rows to values of the hooks and the port."""

from bittitan_hooks import specs
from bittitan_plugin.domain.money import Money
from bittitan_plugin.domain.orders import Customer, Order, OrderLine
from bittitan_plugin.platforms.line_metadata import FRIENDLY_NAME, end_customer_of
from bittitan_plugin.platforms.shop.catalogue import ProductRecord, Variant
from bittitan_plugin.platforms.shop.ids import Kind, global_id
from bittitan_plugin.platforms.shop.order_records import (
    OrderRecord,
    domain_status,
    is_fully_paid,
    line_amount,
    number_of,
)
from bittitan_plugin.platforms.shop.tables import InvoiceRow, OrderLineRow, OrderRow, UserRow


def domain_order(record: OrderRecord) -> Order:
    """The order as the port returns it."""
    row, user = record.row, record.user
    return Order(
        id=global_id(Kind.ORDER, row.id),
        number=number_of(row),
        status=domain_status(row),
        fully_paid=is_fully_paid(row),
        on_account=row.on_account,
        customer=customer_of(user),
        recipient_email=row.email,
        lines=tuple(_domain_line(row, line) for line in record.lines),
        created_at=row.created_at,
    )


def customer_of(row: UserRow) -> Customer:
    """A customer as the port returns them."""
    return Customer(id=global_id(Kind.USER, row.id), email=row.email, company=row.company)


def _domain_line(order: OrderRow, row: OrderLineRow) -> OrderLine:
    amount = line_amount(order, row)
    return OrderLine(
        id=global_id(Kind.ORDER_LINE, row.id),
        variant_id=global_id(Kind.VARIANT, row.variant_id) if row.variant_id else None,
        sku=row.sku,
        product_name=row.product_name,
        product_type=row.product_type,
        quantity=row.quantity,
        unit_price=Money(row.unit_amount, order.currency),
        total=amount.gross,
        tax=amount.tax if order.tax_rate else None,
        friendly_name=row.line_metadata.get(FRIENDLY_NAME),
        end_customer=end_customer_of(row.line_metadata),
        fulfilled=row.quantity_fulfilled > 0,
    )


def invoice_sent(row: InvoiceRow, installation: str, url: str | None) -> specs.InvoiceSent:
    """The event that this invoice was sent to the customer, who reads it at ``url``."""
    return specs.InvoiceSent(
        installation=installation,
        invoice_id=global_id(Kind.INVOICE, row.id),
        order_id=global_id(Kind.ORDER, row.order_id),
        number=row.number,
        url=url,
    )


def product_fields(record: ProductRecord) -> dict[str, object]:
    """The fields of every product event."""
    return {
        "product_id": global_id(Kind.PRODUCT, record.row.id),
        "name": record.row.name,
        "product_type": record.row.product_type,
        "published": record.row.published,
        "variant_ids": tuple(global_id(Kind.VARIANT, each.row.id) for each in record.variants),
    }


def variant_fields(variant: Variant) -> dict[str, object]:
    """The fields of every variant event."""
    return {
        "variant_id": global_id(Kind.VARIANT, variant.row.id),
        "product_id": global_id(Kind.PRODUCT, variant.product.id),
        "sku": variant.row.sku,
        # What a customer reads: a variant without a name of its own has its product's.
        "name": variant.row.name or variant.product.name,
        "product_type": variant.product.product_type,
        "published": variant.product.published,
        "prices": tuple(variant.prices.values()),
    }
