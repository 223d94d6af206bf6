"""What a customer reads of an order that is placed: what happens next, in words."""

from bittitan_plugin.domain.money import Money
from bittitan_plugin.domain.orders import ProvisionOn
from bittitan_plugin.platforms.shop.order_records import (
    OrderState,
    balance_of,
    is_fully_paid,
    number_of,
)
from bittitan_plugin.platforms.shop.tables import OrderRow


def awaits_payment(order: OrderRow, provision_on: ProvisionOn, *, on_account: bool) -> bool:
    """Whether its licences are obtained only once it is paid, and it is not."""
    delivered_unpaid = on_account or provision_on is ProvisionOn.CONFIRMED
    return not delivered_unpaid and not is_fully_paid(order)


def next_step(order: OrderRow, provision_on: ProvisionOn) -> str | None:
    """What happens next; None for a draft, a cancelled order, and one that is done with."""
    state, balance = OrderState(order.status), balance_of(order)
    placed, owed = f"Your order {number_of(order)} is placed.", Money(balance.owed, order.currency)
    if state is OrderState.UNCONFIRMED:
        return f"{placed} Our staff confirm it first."
    if state in {OrderState.DRAFT, OrderState.CANCELED} or balance.due == 0 < order.total:
        return None
    if awaits_payment(order, provision_on, on_account=order.on_account):
        return (
            f"{placed} The licences are obtained once it is paid ({owed}); "
            f"the coupon code then comes by e-mail to {order.email}."
        )
    if state is OrderState.FULFILLED:
        return f"{owed} is to be paid." if balance.owed else None
    later = f" {owed} is to be paid on account." if balance.owed else ""
    return f"{placed} The coupon code is being obtained, and comes by e-mail too.{later}"
