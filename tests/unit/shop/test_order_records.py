"""What an order's money says about it."""

from decimal import Decimal

from bittitan_plugin.domain.orders import OrderStatus
from bittitan_plugin.platforms.shop.order_records import (
    ChargeStatus,
    OrderState,
    charge_status,
    domain_status,
    is_fully_paid,
)
from bittitan_plugin.platforms.shop.tables import OrderRow
from tests.tables import every


def order(total: int = 28, charged: int = 0, refunded: int = 0, taken_back: int = 0) -> OrderRow:
    return OrderRow(
        total=Decimal(total),
        charged=Decimal(charged),
        refunded=Decimal(refunded),
        taken_back=Decimal(taken_back),
    )


@every(
    "row, status",
    [
        (order(), ChargeStatus.NOT_CHARGED),
        (order(charged=10), ChargeStatus.PARTIALLY_CHARGED),
        (order(charged=28), ChargeStatus.FULLY_CHARGED),
        (order(charged=28, refunded=5), ChargeStatus.PARTIALLY_REFUNDED),
        (order(charged=28, refunded=28), ChargeStatus.FULLY_REFUNDED),
        (order(total=0), ChargeStatus.FULLY_CHARGED),
        (order(taken_back=28), ChargeStatus.NOT_CHARGED),
        (order(charged=14, taken_back=14), ChargeStatus.FULLY_CHARGED),
        (order(charged=14, refunded=14, taken_back=28), ChargeStatus.FULLY_REFUNDED),
    ],
)
def test_charge_status_follows_the_money(row: OrderRow, status: ChargeStatus) -> None:
    assert charge_status(row) is status


@every(
    "row, paid",
    [
        (order(), False),
        (order(charged=27), False),
        (order(charged=28), True),
        (order(charged=28, refunded=27), True),
        (order(charged=28, refunded=28), False),
        (order(total=0), True),
    ],
)
def test_an_order_is_fully_paid_until_all_of_it_went_back(row: OrderRow, paid: bool) -> None:
    assert is_fully_paid(row) is paid


@every(
    "state, status",
    [
        (OrderState.DRAFT, OrderStatus.UNCONFIRMED),
        (OrderState.UNCONFIRMED, OrderStatus.UNCONFIRMED),
        (OrderState.UNFULFILLED, OrderStatus.CONFIRMED),
        (OrderState.PARTIALLY_FULFILLED, OrderStatus.CONFIRMED),
        (OrderState.FULFILLED, OrderStatus.CONFIRMED),
        (OrderState.CANCELED, OrderStatus.CANCELLED),
    ],
)
def test_every_state_has_a_standing_for_the_plugin(state: OrderState, status: OrderStatus) -> None:
    assert domain_status(OrderRow(status=state)) is status
