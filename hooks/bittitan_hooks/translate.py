"""From the events' values to the domain's."""

from bittitan_hooks.events import MoneyValue, OrderLineValue, OrderValue
from bittitan_plugin.domain.money import Money
from bittitan_plugin.domain.orders import Customer, EndCustomer, Order, OrderLine


def to_money(value: MoneyValue) -> Money:
    """An amount, as the domain has it."""
    return Money(value.amount, value.currency)


def to_order(value: OrderValue) -> Order:
    """An order, as the domain has it."""
    customer = value.customer
    return Order(
        id=value.id,
        number=value.number,
        status=value.status,
        fully_paid=value.fully_paid,
        customer=Customer(id=customer.id, email=customer.email, company=customer.company),
        recipient_email=value.recipient_email or customer.email,
        lines=tuple(_to_line(line) for line in value.lines),
        created_at=value.created_at,
    )


def _to_line(value: OrderLineValue) -> OrderLine:
    end = value.end_customer
    return OrderLine(
        id=value.id,
        variant_id=value.variant_id,
        sku=value.sku,
        product_name=value.product_name,
        product_type=value.product_type,
        quantity=value.quantity,
        unit_price=to_money(value.unit_price),
        friendly_name=value.friendly_name,
        end_customer=EndCustomer(email=end.email, name=end.name) if end else None,
    )
