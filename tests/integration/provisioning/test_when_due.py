"""An order is provisioned when the platform itself shows it as due, whatever events say."""

import pytest

from bittitan_hooks.specs import OutcomeStatus
from bittitan_plugin.domain.orders import OrderStatus
from tests.fakes.host import line
from tests.integration.provisioning.platforms import BusyHost, LateHost
from tests.world import NOTHING, SOLD, Shop


@pytest.fixture
def shop(shop_by_hand: Shop) -> Shop:
    return shop_by_hand


def test_an_unpaid_order_is_left_alone(shop: Shop) -> None:
    outcome = shop.fire("order_created", shop.host.place(line(), paid=False))

    assert outcome.status is OutcomeStatus.IGNORED


def test_a_payment_that_settles_late_is_provisioned_once(shop: Shop) -> None:
    order = shop.host.place(line(), paid=False)
    shop.fire("order_created", order)
    shop.fire("order_paid", order)
    shop.settle()

    paid = shop.host.change(order, fully_paid=True)
    shop.fire("order_updated", paid)
    shop.fire("order_fully_paid", paid)
    shop.settle()

    assert shop.tally() == SOLD


def test_a_payload_that_says_paid_is_not_believed_over_the_platform(shop: Shop) -> None:
    order = shop.host.place(line())
    shop.host.change(order, status=OrderStatus.CANCELLED)

    shop.fire("order_fully_paid", order)
    shop.settle()

    assert shop.tally() == NOTHING


def test_an_event_before_the_platform_shows_the_payment_waits_for_it(shop: Shop) -> None:
    order = shop.host.place(line(), paid=False)
    host = BusyHost(orders=shop.host.orders)
    host.meanwhile += [lambda: None, lambda: host.change(order, fully_paid=True)]
    shop.attach(host)

    shop.fire("order_fully_paid", order)
    shop.settle()

    assert shop.tally() == SOLD


def test_a_workflow_that_gave_up_waiting_does_not_swallow_the_late_payment(shop: Shop) -> None:
    order = shop.host.place(line(), paid=False)
    shop.fire("order_fully_paid", order)
    shop.settle()
    assert shop.tally() == NOTHING

    shop.fire("order_updated", shop.host.change(order, fully_paid=True))
    shop.settle()

    assert shop.tally() == SOLD


def test_a_cancelled_order_that_is_reinstated_is_provisioned(shop: Shop) -> None:
    order = shop.host.place(line())
    shop.host.change(order, status=OrderStatus.CANCELLED)
    shop.fire("order_fully_paid", order)
    shop.settle()

    shop.fire("order_updated", shop.host.change(order, status=OrderStatus.CONFIRMED))
    shop.settle()

    assert shop.tally() == SOLD


def test_a_reinstatement_in_the_moment_of_putting_off_is_not_lost(shop: Shop) -> None:
    order = shop.host.place(line())
    cancelled = shop.host.change(order, status=OrderStatus.CANCELLED)
    host = BusyHost(orders=shop.host.orders)

    def reinstate() -> None:
        host.change(cancelled, status=OrderStatus.CONFIRMED)
        shop.fire("order_fully_paid", order)  # finds the running workflow's id taken

    host.meanwhile.append(reinstate)
    shop.attach(host)
    shop.fire("order_fully_paid", order)
    shop.settle()

    assert shop.tally() == SOLD


def test_an_event_before_the_platform_has_committed_is_provisioned_later_and_once(
    shop: Shop,
) -> None:
    shop.attach(LateHost(hidden_reads=3))
    order = shop.host.place(line())

    shop.fire("order_fully_paid", order)
    shop.settle()

    assert shop.tally() == SOLD


def test_the_asset_is_made_from_what_the_platform_shows_not_from_the_payload(shop: Shop) -> None:
    order = shop.host.place(line(quantity=2))
    corrected = line(id=order.lines[0].id, quantity=3)
    shop.host.change(order, lines=(corrected,))

    shop.fire("order_fully_paid", order)
    shop.settle()

    assert [coupon.quantity for coupon in shop.sandbox.sandbox.ledger()] == [3]


def test_an_order_cancelled_before_its_asset_could_be_found_gets_no_coupon(shop: Shop) -> None:
    order = shop.host.place(line())
    host = BusyHost(orders=shop.host.orders)

    def cancel() -> None:
        cancelled = host.change(order, status=OrderStatus.CANCELLED)
        shop.fire("order_cancelled", cancelled)  # there is no asset yet to take back

    host.meanwhile.append(cancel)
    shop.attach(host)
    shop.fire("order_fully_paid", order)
    shop.settle()

    assert (shop.tally().issued, shop.asset_of(order).status) == (0, "CANCELLED")  # type: ignore[union-attr]


def test_where_confirmation_is_waited_for_payment_does_not_matter(shop: Shop) -> None:
    shop.configure(provision_on="CONFIRMED")
    order = shop.host.place(line(), paid=False)

    shop.fire("order_confirmed", order)
    shop.settle()

    assert shop.tally() == SOLD
