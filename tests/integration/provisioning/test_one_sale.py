"""From a paid order to a coupon in the buyer's mailbox; however often it is told, once."""

import pytest

from bittitan_hooks.specs import OutcomeStatus
from bittitan_plugin.domain.orders import OrderStatus
from tests.fakes.host import line
from tests.integration.racing import at_once
from tests.statements import statements_of
from tests.world import BUNDLE, SOLD, Shop


def test_a_paid_order_line_becomes_an_asset_with_a_coupon(shop: Shop) -> None:
    asset = shop.buy(line(quantity=25))

    assert (asset.provisioning_status, asset.has_coupon) == ("SYNCHRONIZED", True)


def test_the_coupon_holds_as_many_licenses_as_were_ordered(shop: Shop) -> None:
    shop.buy(line(quantity=25))

    assert [coupon.quantity for coupon in shop.sandbox.sandbox.ledger()] == [25]


def test_the_buyer_is_sent_the_code_that_the_vendor_issued(shop: Shop) -> None:
    shop.buy(line())

    issued = shop.sandbox.sandbox.ledger()[0].code
    assert [sent.values["coupon_code"] for sent in shop.mail] == [issued]


def test_a_sale_leaves_one_of_everything(shop: Shop) -> None:
    shop.buy(line())

    assert shop.tally() == SOLD


def test_the_asset_remembers_the_invoice_of_its_order(shop: Shop) -> None:
    asset = shop.buy(line())

    assert asset.invoice == shop.host.invoices[asset.order_id]


def test_a_sale_reads_and_writes_its_asset_eighteen_times(shop: Shop) -> None:
    """What a sale costs is mostly how often it asks the database."""

    def once() -> int:
        with statements_of(shop.ports.store.engine) as said:
            shop.buy(line())
        return sum("bittitan_asset" in statement for statement in said) - 1  # the test's own look

    # The fewest of a few: beside it, what is due is looked for now and then.
    assert min(once() for _ in range(3)) == 18


def test_the_same_event_five_times_is_one_sale(shop: Shop) -> None:
    order = shop.host.place(line())

    for _ in range(5):
        shop.fire("order_fully_paid", order)
    shop.settle()

    assert shop.tally() == SOLD


@pytest.mark.databases("sqlite", "postgresql")
def test_the_same_event_five_times_at_once_is_one_sale(shop: Shop) -> None:
    order = shop.host.place(line())

    at_once(5, lambda: shop.fire("order_fully_paid", order))
    shop.settle()

    assert shop.tally() == SOLD


@pytest.mark.databases("sqlite", "postgresql")
def test_every_repetition_at_once_is_accepted(shop: Shop) -> None:
    order = shop.host.place(line())

    outcomes = at_once(5, lambda: shop.fire("order_fully_paid", order))
    shop.settle()

    assert {outcome.status for outcome in outcomes} == {OutcomeStatus.ACCEPTED}


def test_a_repetition_after_everything_is_done_changes_nothing(shop: Shop) -> None:
    asset = shop.buy(line())

    shop.fire("order_fully_paid", shop.host.orders[asset.order_id])
    shop.settle()

    assert shop.asset(asset.id) == asset


def test_events_in_any_order_are_one_sale(shop: Shop) -> None:
    order = shop.host.place(line())

    for hook in ("order_paid", "order_fully_paid", "order_fully_paid", "order_created"):
        shop.fire(hook, order)
    shop.settle()
    for hook in ("order_updated", "order_confirmed", "order_fulfilled"):
        shop.fire(hook, order)
    shop.settle()

    assert shop.tally() == SOLD


def test_an_order_that_flaps_between_states_is_one_sale(shop: Shop) -> None:
    order = shop.host.place(line())

    for status in (OrderStatus.UNCONFIRMED, OrderStatus.CONFIRMED) * 3:
        shop.fire("order_updated", shop.host.change(order, status=status))
        shop.fire("order_fully_paid", order)
    shop.settle()

    assert shop.tally() == SOLD


def test_each_line_gets_a_coupon_of_its_own(shop: Shop) -> None:
    shop.buy(line(quantity=3), line(BUNDLE, quantity=5, sku="UMB"))

    issued = {(coupon.sku, coupon.quantity) for coupon in shop.sandbox.sandbox.ledger()}
    assert issued == {("MW-MAILBOX", 3), ("UMB", 5)}


def test_the_lines_of_an_order_share_one_invoice(shop: Shop) -> None:
    shop.buy(line(), line(BUNDLE, sku="UMB"))

    assert shop.tally().invoices == 1
