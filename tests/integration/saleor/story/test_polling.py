"""What webhooks lost is found by looking; what the Dashboard shows follows our own problems."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from bittitan_hooks.order import OrderHooks
from bittitan_hooks.results import OutcomeStatus
from bittitan_plugin.domain.assets import AssetStatus
from bittitan_plugin.domain.errors import Unavailable
from bittitan_plugin.domain.problems import ProblemKind
from bittitan_plugin.hosts.saleor.cursors import Cursors
from bittitan_plugin.hosts.saleor.order_events import Firing
from bittitan_plugin.hosts.saleor.polling import OrderPoller
from bittitan_plugin.hosts.saleor.problems import ProblemMirror
from bittitan_plugin.hosts.saleor.unreadable import UnreadableOrders
from tests.fakes.saleor.records import Order
from tests.integration.saleor.story.conftest import Market

MakePoller = Callable[..., OrderPoller]


@pytest.fixture
def new_poller(market: Market) -> MakePoller:
    """Makes pollers, as each worker process has one."""
    application = market.station.application
    hooks = OrderHooks(lambda: market.shop.ports)

    def fire(firing: Firing) -> bool:
        return getattr(hooks, firing.hook)(firing.event).status is not OutcomeStatus.FAILED

    def make(fire: Callable[[Firing], bool] = fire) -> OrderPoller:
        cursors = Cursors(application.engine)
        ports = application.ports
        unreadable = UnreadableOrders(ports.store, ports.clock)
        return OrderPoller(application.saleor_apps, cursors, unreadable, fire, ports.clock)

    # Saleor's clock and ours are the same, so that its changes are later than the registration.
    market.saleor.now = market.station.clock  # type: ignore[method-assign]
    return make


def look(market: Market, poller: OrderPoller) -> int:
    found = poller.poll(market.station.installed)
    market.settle()
    return found


def test_a_sale_of_which_every_webhook_was_lost_is_provisioned(
    market: Market, new_poller: MakePoller
) -> None:
    order = market.buy(told=False)
    assert market.assets(order) == []
    look(market, new_poller())
    assert (len(market.assets(order)), order.status) == (1, "FULFILLED")


def test_a_cancellation_of_which_every_webhook_was_lost_revokes_the_coupon(
    market: Market, new_poller: MakePoller
) -> None:
    order = market.buy()
    market.saleor.cancel(order)
    market.station.sender.waiting.clear()
    look(market, new_poller())
    assert market.asset(order).status is AssetStatus.CANCELLED


def test_looking_again_makes_nothing_twice(market: Market, new_poller: MakePoller) -> None:
    order = market.buy(told=False)
    poller = new_poller()
    for _ in range(3):
        look(market, poller)
    assert (len(market.assets(order)), len(market.shop.sandbox.sandbox.ledger())) == (1, 1)


def test_what_lies_further_back_than_the_overlap_is_not_read_again(
    market: Market, new_poller: MakePoller
) -> None:
    poller = new_poller()
    market.buy(told=False)
    look(market, poller)
    market.station.clock.advance(minutes=10)
    market.buy(told=False)
    look(market, poller)
    assert look(market, poller) == 1


def test_an_event_that_could_not_be_taken_is_read_again(
    market: Market, new_poller: MakePoller
) -> None:
    order = market.buy(told=False)
    look(market, new_poller(lambda _firing: False))
    market.station.clock.advance(minutes=30)
    look(market, new_poller())
    assert len(market.assets(order)) == 1


def test_an_order_that_cannot_be_read_does_not_keep_the_others_waiting(
    market: Market, new_poller: MakePoller
) -> None:
    variant = market.saleor.variant_of("MW-MAILBOX").id
    market.saleor.pay(market.saleor.place((variant, 1, {}), email=""))
    order = market.buy(told=False)
    look(market, new_poller())
    assert len(market.assets(order)) == 1


@pytest.fixture
def nameless(market: Market) -> Order:
    """A paid order that names nobody it could be delivered to; its webhooks were lost."""
    market.station.clock.advance(minutes=10)
    variant = market.saleor.variant_of("MW-MAILBOX").id
    order = market.saleor.pay(market.saleor.place((variant, 1, {}), email=""))
    market.station.sender.waiting.clear()
    return order


def test_an_order_that_cannot_be_read_is_a_problem_with_what_to_do(
    market: Market, new_poller: MakePoller, nameless: Order
) -> None:
    look(market, new_poller())
    (problem,) = market.shop.problems()
    assert (problem.kind, problem.order_id) == (ProblemKind.ORDER_REFUSED, nameless.id)
    assert f"Order {nameless.number} is not provisioned" in problem.message
    assert "Mend the order in Saleor" in problem.next_step


@pytest.mark.usefixtures("nameless")
def test_it_is_said_once_and_stays_away_once_staff_have_put_it_aside(
    market: Market, new_poller: MakePoller
) -> None:
    poller = new_poller()
    look(market, poller)
    (problem,) = market.shop.problems()
    look(market, poller)
    assert [each.occurrences for each in market.shop.problems()] == [1]
    with market.shop.ports.store.writing(market.shop.id) as work:
        work.problems.dismiss(problem.id, "staff@example.com", market.station.clock())
    look(market, new_poller())
    assert market.shop.problems() == []


def test_once_it_can_be_read_it_is_provisioned_and_the_problem_is_closed(
    market: Market, new_poller: MakePoller, nameless: Order
) -> None:
    poller = new_poller()
    look(market, poller)
    market.station.clock.advance(minutes=5)
    nameless.email = "buyer@example.com"
    market.saleor.touch(nameless)
    look(market, poller)
    assert (market.shop.problems(), len(market.assets(nameless))) == ([], 1)


def test_an_unreadable_order_without_anything_of_ours_is_nobodys_problem(
    market: Market, new_poller: MakePoller, nameless: Order
) -> None:
    nameless.lines[0].variant = "UHJvZHVjdFZhcmlhbnQ6OTk5"
    look(market, new_poller())
    assert market.shop.problems() == []


def test_a_new_process_looks_at_once_and_then_every_few_minutes(
    market: Market, new_poller: MakePoller
) -> None:
    poller, asked = new_poller(), market.saleor.asked
    poller.poll_due()
    poller.poll_due()
    assert len(asked("orders_changed")) == 1
    market.station.clock.advance(minutes=4)
    poller.poll_due()
    assert len(asked("orders_changed")) == 2
    new_poller().poll_due()
    assert len(asked("orders_changed")) == 3


def test_a_saleor_that_is_away_is_looked_at_again_from_where_it_was(
    market: Market, new_poller: MakePoller
) -> None:
    order = market.buy(told=False)
    market.saleor.faults.add("status", "orders_changed")
    poller = new_poller()
    with pytest.raises(Unavailable):
        poller.poll(market.station.installed)
    look(market, poller)
    assert len(market.assets(order)) == 1


def test_a_saleor_that_fails_does_not_end_the_look(market: Market, new_poller: MakePoller) -> None:
    market.saleor.faults.add("status", "orders_changed", status=403)
    new_poller().poll_due()


def test_a_saleor_whose_app_is_switched_off_is_left_alone(
    market: Market, new_poller: MakePoller
) -> None:
    market.station.sender.switch(on=False)
    market.settle()
    new_poller().poll_due()
    assert market.saleor.asked("orders_changed") == []


# Problems in the Dashboard


@pytest.fixture
def mirror(market: Market) -> ProblemMirror:
    application = market.station.application
    return ProblemMirror(application.saleor_apps, application.ports.store, application.engine)


def raise_problem(market: Market, key: str = "order:1") -> None:
    with market.shop.ports.store.writing(market.shop.id) as work:
        work.problems.report(
            ProblemKind.ORDER_REFUSED,
            key,
            message="It is not sold here.",
            next_step="Bind it.",
            at=datetime(2026, 3, 10, 9, 30, tzinfo=UTC),
        )


def resolve(market: Market, key: str = "order:1") -> None:
    with market.shop.ports.store.writing(market.shop.id) as work:
        work.problems.resolve(key, datetime(2026, 3, 10, 9, 40, tzinfo=UTC))


def test_a_problem_is_shown_once_with_what_to_do(market: Market, mirror: ProblemMirror) -> None:
    raise_problem(market)
    mirror.show_all()
    mirror.show_all()
    (messages,) = market.saleor.problems.values()
    assert messages == ["It is not sold here. Bind it."]


def test_a_problem_that_happens_again_while_it_is_open_is_not_shown_again(
    market: Market, mirror: ProblemMirror
) -> None:
    for _ in range(3):
        raise_problem(market)
        mirror.show_all()
    assert len(market.saleor.asked("problem_create")) == 1


def test_a_problem_that_is_over_is_taken_away(market: Market, mirror: ProblemMirror) -> None:
    raise_problem(market)
    mirror.show_all()
    resolve(market)
    mirror.show_all()
    assert market.saleor.problems == {}


def test_a_lost_answer_shows_the_problem_under_the_same_key(
    market: Market, mirror: ProblemMirror
) -> None:
    raise_problem(market)
    market.saleor.faults.add("drop", "problem_create", after_work=True)
    mirror.show_all()
    mirror.show_all()
    assert len(market.saleor.problems) == 1
