"""What webhooks lost is found by looking; what the Dashboard shows follows our own problems."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import cast

import pytest

from bittitan_hooks import specs
from bittitan_hooks.events import OrderEvent
from bittitan_plugin.domain.assets import AssetStatus
from bittitan_plugin.domain.errors import Unavailable
from bittitan_plugin.domain.problems import ProblemAction, ProblemKind
from bittitan_plugin.platforms.saleor.cursors import Cursors
from bittitan_plugin.platforms.saleor.intake import Intake
from bittitan_plugin.platforms.saleor.polling import OrderPoller
from bittitan_plugin.platforms.saleor.problems import ProblemMirror
from bittitan_plugin.platforms.saleor.unreadable import UnreadableOrders
from bittitan_plugin.services.problems import act, dismiss
from bittitan_plugin.services.selling.refused_lines import watch_refused
from tests.fakes.saleor.records import Order
from tests.integration.saleor.story.conftest import Market
from tests.wired import saleors_of
from tests.world import STAFF

MakePoller = Callable[..., OrderPoller]


@pytest.fixture
def new_poller(market: Market) -> MakePoller:
    """Makes pollers, as each worker process has one."""
    application = market.station.application

    def make(intake: Intake | None = None) -> OrderPoller:
        cursors = Cursors(application.engine)
        ports = application.ports
        unreadable = UnreadableOrders(ports.store, ports.clock)
        intake = intake or Intake(market.shop.world.plugins)
        return OrderPoller(saleors_of(application).apps, cursors, unreadable, intake, ports.clock)

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


def test_a_delivery_cancelled_while_the_app_was_away_revokes_the_coupon(
    market: Market, new_poller: MakePoller
) -> None:
    order = market.buy()
    market.saleor.cancel_delivery(order)
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


def test_webhook_and_poller_come_in_by_one_door(
    market: Market, new_poller: MakePoller, monkeypatch: pytest.MonkeyPatch
) -> None:
    came_in: list[type[specs.Event]] = []
    take = Intake.take

    def noted(intake: Intake, events: Sequence[specs.Event]) -> str:
        came_in.append(type(events[0]))
        return take(intake, events)

    monkeypatch.setattr(Intake, "take", noted)
    order = market.saleor.place((market.saleor.variant_of("MW-MAILBOX").id, 1, {}))
    market.settle()
    assert came_in == [specs.OrderCreated, specs.OrderConfirmed]
    came_in.clear()
    market.station.clock.advance(minutes=10)
    market.saleor.pay(order)
    market.station.sender.waiting.clear()
    new_poller().poll(market.station.installed)
    assert came_in == [specs.OrderUpdated]
    market.settle()
    assert len(market.assets(order)) == 1


class Broken(Intake):
    """Takes every event but those of one order, which it has not foreseen."""

    def __init__(self, order: Order, market: Market) -> None:
        super().__init__(market.shop.world.plugins)
        self.order: Order | None = order

    def take(self, events: Sequence[specs.Event]) -> str:
        event = events[0]
        assert isinstance(event, OrderEvent)
        if self.order and event.order.id == self.order.id:
            raise ZeroDivisionError
        return super().take(events)


def test_an_order_that_raises_the_unforeseen_is_set_aside_named_and_taken_later(
    market: Market, new_poller: MakePoller
) -> None:
    market.station.clock.advance(minutes=10)
    bad, good = market.buy(told=False), market.buy(told=False)
    broken = Broken(bad, market)
    poller = new_poller(broken)
    look(market, poller)
    assert [len(market.assets(order)) for order in (bad, good)] == [0, 1]
    (problem,) = market.shop.problems()
    assert (problem.order_id, f"Order {bad.number}:" in problem.message) == (bad.id, True)
    market.station.clock.advance(minutes=30)
    look(market, poller)
    assert len(market.shop.problems()) == 1
    broken.order = None
    look(market, poller)
    assert (len(market.assets(bad)), market.shop.problems()) == (1, [])


def test_one_saleor_that_raises_the_unforeseen_does_not_keep_the_others_waiting(
    market: Market, new_poller: MakePoller, monkeypatch: pytest.MonkeyPatch
) -> None:
    order, poller = market.buy(told=False), new_poller()
    here = market.station.installed
    apps = saleors_of(market.station.application).apps
    monkeypatch.setattr(apps, "all_active", lambda: [replace(here, version=cast(str, None)), here])
    poller.poll_due()
    market.settle()
    assert len(market.assets(order)) == 1


# What is wrong with a line is mended at the line, which does not change ``updatedAt``.


@pytest.fixture
def long_name(market: Market) -> Order:
    """A paid order of which the buyer's name for the second line is too long."""
    variant = market.saleor.variant_of("MW-MAILBOX").id
    lines = [(variant, 1, {}), (variant, 1, {"bittitan.friendly_name": "x" * 256})]
    order = market.saleor.pay(market.saleor.place(*lines))
    market.settle()
    return order


def test_a_name_that_is_too_long_holds_its_line_alone(market: Market, long_name: Order) -> None:
    (asset,) = market.assets(long_name)
    assert asset.order_line_id == long_name.lines[0].id


def test_a_name_that_is_too_long_is_one_problem_with_order_line_field_and_way_out(
    market: Market, long_name: Order
) -> None:
    (problem,) = market.shop.problems()
    product = long_name.lines[1].product_name
    assert problem.message == (
        f"Order {long_name.number}, line 2 ({product}), friendly_name: "
        "'friendly_name' must be one line of at most 255 characters."
    )
    assert (problem.order_id, problem.action) == (long_name.id, ProblemAction.PROVISION_ORDER)
    assert "at the line, under Metadata" in problem.next_step
    assert "bittitan.friendly_name" in problem.next_step


@pytest.mark.parametrize("put_aside", [False, True], ids=["seen", "put aside by staff"])
def test_it_is_read_again_by_itself_after_the_line_was_mended(
    market: Market, long_name: Order, put_aside: bool
) -> None:
    if put_aside:
        dismiss(market.shop.tenant, market.shop.problems()[0].id, STAFF)
    market.station.clock.advance(minutes=30)
    watch_refused(market.shop.tenant)
    market.settle()
    assert len(market.shop.problems()) == (0 if put_aside else 1)
    long_name.lines[1].metadata["bittitan.friendly_name"] = "Fabrikam"
    watch_refused(market.shop.tenant)
    market.settle()
    assert (len(market.assets(long_name)), market.shop.problems()) == (2, [])
    asked = len(market.saleor.asked("order"))
    watch_refused(market.shop.tenant)
    assert len(market.saleor.asked("order")) == asked  # nothing is looked for any more


def test_its_button_reads_it_at_once(market: Market, long_name: Order) -> None:
    (problem,) = market.shop.problems()
    long_name.lines[1].metadata["bittitan.friendly_name"] = "Fabrikam"
    act(market.shop.tenant, problem.id, STAFF)
    market.settle()
    assert len(market.assets(long_name)) == 2


@pytest.fixture
def nobody(market: Market) -> Order:
    """A paid order for an end customer whose address is none."""
    variant = market.saleor.variant_of("MW-MAILBOX").id
    metadata = {"bittitan.end_customer_email": "fabrikam.example"}
    order = market.saleor.pay(market.saleor.place((variant, 1, {}), (variant, 1, metadata)))
    market.settle()
    return order


def test_a_malformed_end_customer_holds_its_line_alone_and_is_named(
    market: Market, nobody: Order
) -> None:
    assert len(market.assets(nobody)) == 1
    (problem,) = market.shop.problems()
    product = nobody.lines[1].product_name
    assert problem.message == (
        f"Order {nobody.number}, line 2 ({product}), end_customer.email: "
        "'fabrikam.example' is not an e-mail address that can be written to."
    )
    assert (problem.order_id, problem.action) == (nobody.id, ProblemAction.PROVISION_ORDER)


def test_its_line_is_provisioned_by_itself_after_it_was_mended(
    market: Market, nobody: Order
) -> None:
    before = market.shop.problems()
    watch_refused(market.shop.tenant)
    market.settle()
    assert market.shop.problems() == before  # looking again says nothing again
    nobody.lines[1].metadata["bittitan.end_customer_email"] = "it@fabrikam.example"
    watch_refused(market.shop.tenant)
    market.settle()
    assert (len(market.assets(nobody)), market.shop.problems()) == (2, [])


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
    assert problem.message == f"Order {nameless.number} cannot be read: it has no e-mail address."
    assert "Mend it in Saleor" in problem.next_step
    assert problem.action is ProblemAction.PROVISION_ORDER


@pytest.mark.usefixtures("nameless")
def test_it_is_said_once_and_stays_away_once_staff_have_put_it_aside(
    market: Market, new_poller: MakePoller
) -> None:
    poller = new_poller()
    look(market, poller)
    (problem,) = market.shop.problems()
    look(market, poller)
    assert [each.occurrences for each in market.shop.problems()] == [1]
    with market.shop.tenant.writing() as work:
        work.problems.dismiss(problem.id, "staff@example.com", market.station.clock())
    look(market, new_poller())
    assert market.shop.problems() == []


def test_what_staff_have_put_aside_is_looked_at_again_by_itself_until_it_can_be_read(
    market: Market, new_poller: MakePoller, nameless: Order
) -> None:
    poller = new_poller()
    look(market, poller)
    dismiss(market.shop.tenant, market.shop.problems()[0].id, STAFF)
    market.station.clock.advance(minutes=30)
    look(market, poller)
    assert market.shop.problems() == []
    # Mended in a way that does not touch ``updatedAt``.
    nameless.email = "buyer@example.com"
    look(market, poller)
    assert len(market.assets(nameless)) == 1
    asked = len(market.saleor.asked("order_again"))
    look(market, poller)
    assert len(market.saleor.asked("order_again")) == asked


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


def test_a_clock_that_was_stepped_back_keeps_no_saleor_from_being_looked_at(
    market: Market, new_poller: MakePoller
) -> None:
    poller, asked = new_poller(), market.saleor.asked
    poller.poll_due()
    market.station.clock.advance(days=-30)
    poller.poll_due()
    assert len(asked("orders_changed")) == 2
    # From there it is every few minutes again.
    poller.poll_due()
    assert len(asked("orders_changed")) == 2


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
    return ProblemMirror(saleors_of(application).apps, application.ports.store, application.engine)


def raise_problem(market: Market, key: str = "order:1") -> None:
    with market.shop.tenant.writing() as work:
        work.problems.report(
            ProblemKind.ORDER_REFUSED,
            key,
            message="It is not sold here.",
            next_step="Bind it.",
            at=datetime(2026, 3, 10, 9, 30, tzinfo=UTC),
        )


def resolve(market: Market, key: str = "order:1") -> None:
    with market.shop.tenant.writing() as work:
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


def test_a_problem_that_saleor_refuses_does_not_keep_the_others_from_being_shown(
    market: Market, mirror: ProblemMirror
) -> None:
    raise_problem(market, "order:1")
    raise_problem(market, "order:2")
    market.saleor.faults.add("errors", "problem_create", code="GraphQLError")
    mirror.show_all()
    assert len(market.saleor.problems) == 1
    mirror.show_all()
    assert len(market.saleor.problems) == 2


def test_after_the_app_was_removed_and_installed_again_the_open_problems_are_shown_there(
    market: Market, mirror: ProblemMirror
) -> None:
    raise_problem(market)
    mirror.show_all()
    market.station.sender.uninstall()
    market.settle()
    market.saleor.problems.clear()
    market.station.clock.advance(minutes=5)
    assert market.station.sender.install().json() == {"success": True}
    mirror.show_all()
    assert len(market.saleor.problems) == 1


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
