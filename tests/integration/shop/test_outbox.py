"""What plugins could not be told, because they failed or the process died, they are told again."""

from collections.abc import Callable
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from bittitan_hooks import specs
from bittitan_plugin.platforms.shop.hook_calls import HookCaller
from bittitan_plugin.platforms.shop.ids import Kind, parse_id
from bittitan_plugin.platforms.shop.order_events import OrderChanges
from bittitan_plugin.platforms.shop.outbox import GRACE, Outbox
from bittitan_plugin.platforms.shop.outbox_relay import OutboxRelay
from bittitan_plugin.platforms.shop.tables import OrderRow
from tests.integration.shop.dying import dying
from tests.integration.shop.shop import RecordingPlugin, Shop
from tests.statements import statements_of

Result = TypeVar("Result")
PAID = ["order_created", "order_confirmed", "order_paid", "order_fully_paid"]


def key(order_id: str) -> UUID:
    return parse_id(Kind.ORDER, order_id)


def heard(shop: Shop) -> list[tuple[str, str]]:
    """What the plugin hears of one look of a new process, some seconds later."""
    database = shop.platform.database
    order_changes = OrderChanges(
        database, HookCaller(shop.plugins, shop.platform.installation), demo_payments=True
    )
    shop.plugin.events.clear()
    shop.clock.advance(seconds=GRACE.total_seconds())
    OutboxRelay(Outbox(database), order_changes).look()
    return [(name, event.order.id) for name, event in shop.plugin.events]


def untaken(work: Callable[[], Result]) -> Result:
    """Do it while no plugin can take anything, though it may be asked whether to sell."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(HookCaller, "announce", lambda *_: False)
        return work()


def test_what_a_plugin_raised_at_is_told_again(shop: Shop) -> None:
    order = shop.buy()
    shop.plugin.raises = RuntimeError("its database is away")
    shop.platform.order_changes.cancel(key(order))
    shop.plugin.raises = None

    assert heard(shop) == [("order_cancelled", order)]


def test_what_a_plugin_says_it_could_not_keep_is_told_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = specs.Outcome(status=specs.OutcomeStatus.FAILED, message="Again, please.")
    monkeypatch.setattr(RecordingPlugin, "hear", lambda *_: lost)
    order = shop.buy()
    monkeypatch.undo()

    assert heard(shop) == [(hook, order) for hook in PAID]


def test_what_was_taken_is_not_told_again(shop: Shop) -> None:
    order = shop.buy()
    shop.platform.order_changes.cancel(key(order))

    assert heard(shop) == []


def test_it_is_told_until_it_is_taken_and_then_no_more(shop: Shop) -> None:
    order = untaken(shop.buy)
    untaken(lambda: heard(shop))

    assert heard(shop) == [(hook, order) for hook in PAID]
    assert heard(shop) == []


def test_who_is_about_to_tell_is_left_alone(shop: Shop) -> None:
    untaken(shop.buy)

    assert Outbox(shop.platform.database).take() == []


def test_what_was_noted_before_the_clock_was_stepped_back_is_told_again(shop: Shop) -> None:
    order = untaken(shop.buy)
    shop.clock.advance(days=-30)

    assert heard(shop) == [(hook, order) for hook in PAID]


def test_two_processes_that_look_at_once_take_an_order_once(shop: Shop) -> None:
    untaken(shop.buy)
    shop.clock.advance(seconds=GRACE.total_seconds())
    one, other = Outbox(shop.platform.database), Outbox(shop.platform.database)

    assert (len(one.take()), len(other.take())) == (1, 0)


def test_a_change_made_while_an_earlier_one_was_told_stays_noted(shop: Shop) -> None:
    order = untaken(shop.buy)
    as_it_was = shop.platform.orders.get(key(order))
    assert as_it_was is not None
    shop.clock.advance(seconds=1)
    untaken(lambda: shop.platform.order_changes.cancel(key(order)))
    Outbox(shop.platform.database).settle(as_it_was.row)

    assert heard(shop) == [("order_cancelled", order)]


def test_however_many_wait_a_look_takes_up_so_many_and_then_the_next(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        shop.buy()
    with shop.platform.database.writing() as session:
        session.execute(update(OrderRow).values(untold_since=shop.clock()))
    shop.clock.advance(seconds=GRACE.total_seconds())
    monkeypatch.setattr("bittitan_plugin.platforms.shop.outbox.MOST_AT_ONCE", 2)
    untold = Outbox(shop.platform.database)

    assert [len(untold.take()) for _ in range(3)] == [2, 1, 0]


def test_a_look_at_many_costs_as_many_statements_as_one_at_few(shop: Shop) -> None:
    def look() -> int:
        shop.clock.advance(seconds=GRACE.total_seconds())
        with statements_of(shop.platform.database.engine) as said:
            Outbox(shop.platform.database).take()
        return sum("host_" in statement for statement in said)

    untaken(shop.buy)
    of_one = look()
    for _ in range(3):
        untaken(shop.buy)
    # All notes are written back by one statement, however many it is for.
    assert (of_one, look()) == (4, 4)


def test_a_sale_stands_when_the_database_goes_away_after_it_was_told_of(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise OperationalError("UPDATE", {}, Exception("gone"))

    with monkeypatch.context() as patch:
        patch.setattr(Outbox, "settle", away)
        order = shop.buy()

    assert heard(shop) == [(hook, order) for hook in PAID]


def test_however_long_nothing_ran_it_is_told(shop: Shop) -> None:
    order = untaken(shop.buy)
    shop.clock.advance(days=3)

    assert heard(shop) == [(hook, order) for hook in PAID]


def test_an_empty_shop_has_nothing_to_tell(shop: Shop) -> None:
    assert heard(shop) == []


# Every change is noted with itself.


@pytest.mark.parametrize(
    ("change", "hooks"),
    [
        (lambda order_changes, order: order_changes.cancel(order), ["order_cancelled"]),
        (lambda order_changes, order: order_changes.grant_refund(order), ["order_fully_refunded"]),
        (
            lambda order_changes, order: order_changes.grant_refund(order, Decimal("0.50")),
            [*PAID, "order_refunded"],
        ),
    ],
    ids=["cancelled", "refunded", "partly refunded"],
)
def test_a_change_whose_process_died_is_told_by_another(
    shop: Shop, change: Callable[[OrderChanges, UUID], object], hooks: list[str]
) -> None:
    order = shop.buy()
    dying(lambda: change(shop.platform.order_changes, key(order)))

    assert heard(shop) == [(hook, order) for hook in hooks]


def test_an_order_whose_payment_was_recorded_by_a_process_that_died_is_told_as_paid(
    shop: Shop,
) -> None:
    order = shop.buy(pay=False)
    dying(lambda: shop.platform.order_changes.mark_as_paid(key(order)))

    assert heard(shop) == [(hook, order) for hook in PAID]
