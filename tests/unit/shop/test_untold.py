"""Which hooks say by themselves how an order stands."""

from decimal import Decimal

from bittitan_plugin.platforms.shop.order_records import OrderState
from bittitan_plugin.platforms.shop.outbox import standing_hooks
from bittitan_plugin.platforms.shop.tables import OrderRow
from tests.tables import every

CONFIRMED = ["order_created", "order_confirmed"]
PAID = [*CONFIRMED, "order_paid", "order_fully_paid"]


@every(
    "state, charged, refunded, hooks",
    [
        (OrderState.UNCONFIRMED, 0, 0, ["order_created"]),
        (OrderState.UNFULFILLED, 0, 0, CONFIRMED),
        (OrderState.UNFULFILLED, 27, 0, CONFIRMED),
        (OrderState.UNFULFILLED, 28, 0, PAID),
        (OrderState.FULFILLED, 28, 0, PAID),
        (OrderState.FULFILLED, 28, 5, [*PAID, "order_refunded"]),
        (OrderState.FULFILLED, 28, 28, ["order_fully_refunded"]),
        (OrderState.CANCELED, 28, 0, ["order_cancelled"]),
        (OrderState.CANCELED, 28, 28, ["order_cancelled"]),
    ],
)
def test_an_order_that_stands_so_is_told_so(
    state: OrderState, charged: int, refunded: int, hooks: list[str]
) -> None:
    order = OrderRow(
        status=state,
        total=Decimal(28),
        charged=Decimal(charged),
        refunded=Decimal(refunded),
        taken_back=Decimal(0),
    )
    assert list(standing_hooks(order)) == hooks
