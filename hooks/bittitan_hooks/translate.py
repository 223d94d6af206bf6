"""Between the events' values and the domain's."""

from datetime import UTC

from bittitan_hooks.events import (
    CustomerValue,
    EndCustomerValue,
    MoneyValue,
    OrderLineValue,
    OrderValue,
)
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
        total=to_money(value.total),
        tax=None if value.tax is None else to_money(value.tax),
        friendly_name=value.friendly_name,
        end_customer=EndCustomer(email=end.email, name=end.name) if end else None,
        fulfilled=value.fulfilled,
        asset_id=value.asset_id,
    )


def money_value(money: Money) -> MoneyValue:
    """An amount, as events carry it."""
    return MoneyValue(amount=money.amount, currency=money.currency)


def order_value(order: Order) -> OrderValue:
    """An order, as events carry it: its time in UTC."""
    customer = order.customer
    return OrderValue(
        id=order.id,
        number=order.number,
        status=order.status,
        fully_paid=order.fully_paid,
        customer=CustomerValue(id=customer.id, email=customer.email, company=customer.company),
        recipient_email=order.recipient_email,
        lines=tuple(_line_value(line) for line in order.lines),
        created_at=order.created_at.astimezone(UTC),
    )


def _line_value(line: OrderLine) -> OrderLineValue:
    buyer = line.end_customer
    return OrderLineValue(
        id=line.id,
        variant_id=line.variant_id,
        sku=line.sku,
        product_name=line.product_name,
        product_type=line.product_type,
        quantity=line.quantity,
        unit_price=money_value(line.unit_price),
        total=money_value(line.total),
        tax=None if line.tax is None else money_value(line.tax),
        friendly_name=line.friendly_name,
        end_customer=EndCustomerValue(email=buyer.email, name=buyer.name) if buyer else None,
        fulfilled=line.fulfilled,
        asset_id=line.asset_id,
    )
