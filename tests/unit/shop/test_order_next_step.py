"""What a customer reads of an order: what happens next."""

from decimal import Decimal
from typing import Any

from bittitan_plugin.domain.orders import ProvisionOn
from bittitan_plugin.platforms.shop.order_next_step import next_step
from bittitan_plugin.platforms.shop.order_records import OrderState
from bittitan_plugin.platforms.shop.tables import OrderRow
from tests.tables import every

PAID, CONFIRMED = ProvisionOn


def order(state: OrderState = OrderState.UNFULFILLED, **values: Any) -> OrderRow:
    """An order of 28.00 USD that nobody paid."""
    common = {"total": Decimal(28), "charged": Decimal(0), "refunded": Decimal(0)}
    known = {"taken_back": Decimal(0), "on_account": False, "currency": "USD", "sequence": 7}
    return OrderRow(status=state, email="it@example.com", **(common | known | values))


FULL = Decimal(28)


@every(
    "row, provision_on, words",
    [
        (order(OrderState.DRAFT), PAID, None),
        (order(OrderState.UNCONFIRMED), PAID, "Our staff confirm it first."),
        (order(), PAID, "once it is paid (28.00 USD); the coupon code then comes by e-mail to it@"),
        (order(), CONFIRMED, "being obtained, and comes by e-mail too. 28.00 USD is to be paid"),
        (order(on_account=True), PAID, "e-mail too. 28.00 USD is to be paid on account."),
        (order(charged=FULL), PAID, "The coupon code is being obtained, and comes by e-mail too."),
        (order(taken_back=Decimal(14)), PAID, "once it is paid (14.00 USD)"),
        (order(taken_back=FULL), PAID, None),
        (order(OrderState.FULFILLED, on_account=True), PAID, "28.00 USD is to be paid."),
        (order(OrderState.FULFILLED, charged=FULL), PAID, None),
        (order(OrderState.CANCELED), PAID, None),
        (order(total=Decimal(0)), PAID, "being obtained"),
    ],
)
def test_an_order_says_what_happens_next(
    row: OrderRow, provision_on: ProvisionOn, words: str | None
) -> None:
    said = next_step(row, provision_on)
    assert said is None if words is None else words in (said or "")


def test_a_placed_order_is_named_by_its_number() -> None:
    assert (next_step(order(), PAID) or "").startswith("Your order 7 is placed.")
