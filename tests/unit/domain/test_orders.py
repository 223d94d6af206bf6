"""When an order is due, and what its lines must keep to."""

import pytest

from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.orders import OrderLine, OrderStatus, ProvisionOn, check_lines, is_due
from tests.fakes.host import line
from tests.fakes.values import order
from tests.tables import every

UNCONFIRMED, CONFIRMED, CANCELLED = OrderStatus


@every(
    "provision_on, status, paid, due",
    [
        (ProvisionOn.FULLY_PAID, UNCONFIRMED, False, False),
        (ProvisionOn.FULLY_PAID, CONFIRMED, False, False),
        (ProvisionOn.FULLY_PAID, UNCONFIRMED, True, False),
        (ProvisionOn.FULLY_PAID, CONFIRMED, True, True),
        (ProvisionOn.CONFIRMED, UNCONFIRMED, False, False),
        (ProvisionOn.CONFIRMED, UNCONFIRMED, True, False),
        (ProvisionOn.CONFIRMED, CONFIRMED, False, True),
        (ProvisionOn.CONFIRMED, CONFIRMED, True, True),
        (ProvisionOn.FULLY_PAID, CANCELLED, True, False),
        (ProvisionOn.CONFIRMED, CANCELLED, True, False),
    ],
)
def test_an_order_is_due_once_it_reached_what_the_distributor_waits_for(
    provision_on: ProvisionOn, status: OrderStatus, paid: bool, due: bool
) -> None:
    assert is_due(order(status=status, fully_paid=paid), provision_on) is due


@every("provision_on", list(ProvisionOn))
@every("status, due", [(UNCONFIRMED, False), (CONFIRMED, True), (CANCELLED, False)])
def test_an_order_on_account_is_due_once_it_is_confirmed(
    provision_on: ProvisionOn, status: OrderStatus, due: bool
) -> None:
    assert is_due(order(status=status, fully_paid=False, on_account=True), provision_on) is due


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        (line(quantity=0), "lines[1].quantity"),
        (line(quantity=100_001), "lines[1].quantity"),
        (line(price="-0.01"), "lines[1].unit_price.amount"),
        (line(currency="EUR"), "lines[1].unit_price.currency"),
    ],
)
def test_a_line_that_breaks_a_rule_is_named_with_its_field(bad: OrderLine, field: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_lines((line(), bad))
    assert (refused.value.code, refused.value.field) == (ErrorCode.INVALID, field)


def test_lines_of_one_currency_with_whole_quantities_pass() -> None:
    check_lines((line(quantity=1), line(quantity=100_000, price="0")))


def test_an_order_without_lines_passes() -> None:
    check_lines(())


def test_a_line_is_found_by_its_id() -> None:
    wanted = line()

    assert order(line(), wanted).line(wanted.id) is wanted


def test_a_line_that_is_not_there_is_none() -> None:
    assert order(line()).line("line-of-another-order") is None
