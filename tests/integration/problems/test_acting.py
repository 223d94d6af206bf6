"""The button beside each kind of problem does what it says, and the problem closes by itself."""

from collections import deque
from collections.abc import Iterator
from dataclasses import replace

import pytest

from bittitan_plugin.domain.assets import AssetStatus, ProvisioningStatus
from bittitan_plugin.domain.errors import ErrorCode, Refusal, Rejected
from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.domain.orders import OrderStatus
from bittitan_plugin.domain.problems import Problem, ProblemAction, ProblemKind
from bittitan_plugin.services import problems
from bittitan_plugin.services.cancelling import cancellation
from bittitan_plugin.services.cancelling import requests as cancellation_requests
from bittitan_plugin.services.coupons import expiry_reminders as watching
from bittitan_plugin.services.coupons.coupon_status import follow_asset
from bittitan_plugin.services.selling.invoicing import hand_in_due
from tests.fakes.host import line
from tests.world import CANCELLED, MAILBOX, SOLD, STAFF, Shop


@pytest.fixture
def shop(shop_by_hand: Shop) -> Shop:
    return shop_by_hand


CUSTOMER = Actor(ActorKind.CUSTOMER, "buyer@example.com")


def the_problem(shop: Shop) -> Problem:
    (problem,) = shop.problems()
    return problem


def press(shop: Shop, problem: Problem | None = None) -> Problem:
    """Press the button of the problem (the only one, unless said), and let the work be done."""
    problem = problem or the_problem(shop)
    problems.act(shop.tenant, problem.id, STAFF)
    shop.settle()
    with shop.tenant.reading() as work:
        return work.problems.get(problem.id)


@pytest.fixture
def deaf_mail(shop: Shop) -> Iterator[None]:
    """The mail server refuses whatever comes, for good."""
    shop.world.mailer.failures.extend(Rejected("550", "no such mailbox") for _ in range(2))
    yield
    shop.world.mailer.failures.clear()


def test_a_failed_provisioning_is_tried_again(shop: Shop) -> None:
    shop.sandbox.sandbox.faults.add("status", operation="issue", status=422)
    failed = shop.buy(line())
    shop.sandbox.sandbox.faults.clear()
    problem = the_problem(shop)
    assert problem.action is ProblemAction.SYNCHRONIZE_ASSET
    assert press(shop).resolved_at is not None
    assert shop.asset(failed.id).provisioning_status is ProvisioningStatus.SYNCHRONIZED


def test_where_it_fails_again_the_problem_stays(shop: Shop) -> None:
    shop.sandbox.sandbox.faults.add("status", operation="issue", status=422)
    shop.buy(line())
    after = press(shop)
    assert (after.resolved_at, after.occurrences) == (None, 2)


def test_a_paid_order_that_waits_for_its_account_is_a_problem(shop: Shop) -> None:
    shop.configure(synchronize_automatically="false")
    asset = shop.buy(line())
    problem = the_problem(shop)
    assert (problem.kind, problem.action, problem.asset_id) == (
        ProblemKind.ACCOUNT_WAITING,
        ProblemAction.SYNCHRONIZE_ACCOUNT,
        asset.id,
    )


def test_its_button_synchronizes_the_account_and_every_order_goes_on(shop: Shop) -> None:
    shop.configure(synchronize_automatically="false")
    first, second = shop.buy(line()), shop.buy(line())
    assert press(shop).resolved_at is not None
    statuses = {shop.asset(asset.id).provisioning_status for asset in (first, second)}
    assert statuses == {ProvisioningStatus.SYNCHRONIZED}


def test_many_orders_that_wait_for_one_account_are_one_problem(shop: Shop) -> None:
    shop.configure(synchronize_automatically="false")
    for _ in range(3):
        shop.buy(line())
    assert the_problem(shop).occurrences == 3


def test_a_refused_order_is_provisioned_once_its_article_is_known(shop: Shop) -> None:
    order = shop.host.place(line("variant-new"))
    shop.fire("order_fully_paid", order)
    shop.settle()
    problem = the_problem(shop)
    assert (problem.action, problem.order_id) == (ProblemAction.PROVISION_ORDER, order.id)
    shop.rebind("MW-MAILBOX", "variant-new")
    assert press(shop).resolved_at is not None
    assert shop.tally() == SOLD
    shop.rebind("MW-MAILBOX", MAILBOX)


def test_an_order_that_is_still_refused_says_why(shop: Shop) -> None:
    shop.fire("order_fully_paid", shop.host.place(line("variant-new")))
    shop.settle()
    with pytest.raises(Refusal) as refusal:
        press(shop)
    assert refusal.value.code is ErrorCode.NOT_FOUND


def test_a_refused_cancellation_is_cancelled_again(shop: Shop) -> None:
    asset = shop.buy(line())
    shop.sandbox.sandbox.faults.add("status", operation="cancel", status=422)
    shop.cancel(asset)
    shop.sandbox.sandbox.faults.clear()
    assert the_problem(shop).action is ProblemAction.CANCEL_ASSET
    assert press(shop).resolved_at is not None
    assert shop.tally() == CANCELLED


def test_a_credit_that_got_stuck_is_resumed(shop: Shop) -> None:
    asset = shop.buy(line())
    shop.host.failures["credit"] = deque([Rejected("LOCKED", "the books are closed")])
    shop.cancel(asset)
    assert the_problem(shop).action is ProblemAction.RESUME
    assert press(shop).resolved_at is not None
    assert (shop.tally().credits, shop.tally().refunds) == (1, 1)


def test_a_welcome_that_could_not_be_sent_is_resumed(shop: Shop) -> None:
    shop.world.mailer.failures.append(Rejected("550", "no such mailbox"))
    asset = shop.buy(line())
    assert the_problem(shop).action is ProblemAction.RESUME
    press(shop)
    assert shop.asset(asset.id).welcomed_at is not None
    assert (shop.tally(), shop.problems()) == (SOLD, [])


@pytest.mark.usefixtures("deaf_mail")
def test_news_of_a_request_that_could_not_be_sent_is_sent_by_the_button(shop: Shop) -> None:
    failures = list(shop.world.mailer.failures)
    shop.world.mailer.failures.clear()
    asset = shop.buy(line())
    shop.world.mailer.failures.extend(failures)
    cancellation_requests.create(shop.tenant, asset.id, CUSTOMER, "Twice")
    shop.settle()
    stuck = shop.problems()
    assert {problem.action for problem in stuck} == {ProblemAction.RESUME}
    for problem in stuck:
        press(shop, problem)
    told = [mail.template for mail in shop.mail if mail.template.startswith("cancellation")]
    assert sorted(told) == ["cancellation_request_received", "cancellation_request_staff"]
    assert shop.problems() == []


def test_only_the_side_that_was_not_told_is_told_again(shop: Shop) -> None:
    asset = shop.buy(line())
    shop.world.mailer.failures.append(Rejected("550", "no such mailbox"))
    cancellation_requests.create(shop.tenant, asset.id, CUSTOMER, "Twice")
    shop.settle()
    shop.mail.clear()
    press(shop)
    assert [mail.template for mail in shop.mail] == ["cancellation_request_received"]


def test_a_reminder_that_could_not_be_sent_is_sent_by_the_button(shop: Shop) -> None:
    asset = shop.buy(line())
    assert asset.coupon_expires_at is not None
    shop.world.clock.now = asset.coupon_expires_at
    shop.world.clock.advance(days=-20)
    shop.world.mailer.failures.append(Rejected("550", "no such mailbox"))
    watching.watch_expiries(shop.tenant)
    shop.settle()
    press(shop)
    assert [mail.template for mail in shop.mail].count("coupon_expiring") == 1
    assert shop.problems() == []


def test_a_reminder_that_is_no_longer_due_is_only_closed(shop: Shop) -> None:
    asset = shop.buy(line())
    assert asset.coupon_expires_at is not None
    shop.world.clock.now = asset.coupon_expires_at
    shop.world.clock.advance(days=-20)
    shop.world.mailer.failures.append(Rejected("550", "no such mailbox"))
    watching.watch_expiries(shop.tenant)
    shop.settle()
    shop.world.clock.advance(days=30)
    assert press(shop).resolved_at is not None
    assert "coupon_expiring" not in [mail.template for mail in shop.mail]


def test_an_invoice_that_could_not_be_issued_is_issued_by_the_button(shop: Shop) -> None:
    shop.host.invoicing = False
    asset = shop.buy(line())
    shop.host.invoicing = True
    shop.host.deferred[asset.order_id] = shop.world.clock.now
    shop.host.failures["invoice"] = deque([Rejected("LOCKED", "the books are closed")])
    hand_in_due(shop.tenant)
    shop.settle()
    problem = the_problem(shop)
    assert (problem.action, problem.order_id) == (ProblemAction.RESUME, asset.order_id)
    assert press(shop).resolved_at is not None
    assert shop.tally().invoices == 1


def test_a_coupon_cancelled_at_bittitan_is_a_problem_as_soon_as_it_is_noticed(shop: Shop) -> None:
    asset = shop.buy(line())
    shop.sandbox.sandbox.cancel(asset.coupon_id or "")
    follow_asset(shop.tenant, asset.id)
    problem = the_problem(shop)
    assert (problem.kind, problem.action) == (
        ProblemKind.COUPON_CANCELLED_OUTSIDE,
        ProblemAction.CANCEL_ASSET,
    )


def test_its_button_cancels_the_asset_and_credits_it_once(shop: Shop) -> None:
    asset = shop.buy(line())
    shop.sandbox.sandbox.cancel(asset.coupon_id or "")
    follow_asset(shop.tenant, asset.id)
    assert press(shop).resolved_at is not None
    assert (shop.asset(asset.id).status, shop.tally()) == (AssetStatus.CANCELLED, CANCELLED)


def test_our_own_cancellation_is_no_such_problem(shop: Shop) -> None:
    asset = shop.cancel(shop.buy(line()))
    follow_asset(shop.tenant, asset.id)
    assert shop.problems() == []


def test_pressing_a_button_twice_does_it_once(shop: Shop) -> None:
    asset = shop.buy(line())
    shop.host.failures["credit"] = deque([Rejected("LOCKED", "the books are closed")])
    shop.cancel(asset)
    problem = the_problem(shop)
    press(shop, problem)
    press(shop, problem)
    assert (shop.tally().credits, shop.tally().refunds) == (1, 1)


def test_where_there_is_no_button_the_next_step_is_said(shop: Shop) -> None:
    asset = shop.buy(line())
    shop.sandbox.sandbox.redeem(asset.coupon_id or "")
    order = shop.host.orders[asset.order_id]
    shop.fire("order_cancelled", replace(order, status=OrderStatus.CANCELLED))
    shop.settle()
    with pytest.raises(Refusal) as refusal:
        press(shop)
    assert refusal.value.code is ErrorCode.INVALID
    assert "Settle it with the customer" in refusal.value.message


def test_while_the_plugin_is_off_no_button_works(shop: Shop) -> None:
    shop.sandbox.sandbox.faults.add("status", operation="issue", status=422)
    shop.buy(line())
    shop.configure(active=False)
    with pytest.raises(Refusal) as refusal:
        press(shop)
    assert refusal.value.code is ErrorCode.PLUGIN_INACTIVE


def test_every_action_has_something_that_does_it() -> None:
    assert set(problems._ACTS) == set(ProblemAction)


def test_a_customer_is_told_when_bittitan_refuses_what_it_cancelled_itself(shop: Shop) -> None:
    shop.configure(automatic_cancellation="true")
    asset = shop.buy(line())
    shop.sandbox.sandbox.redeem(asset.coupon_id or "")
    cancellation.cancel(shop.tenant, asset.id, CUSTOMER, "")
    shop.settle()
    (told,) = [mail for mail in shop.mail if mail.template == "cancellation_refused"]
    assert (told.to, "redeemed" in str(told.values["reason"])) == (CUSTOMER.name, True)


def test_staff_who_cancelled_see_it_themselves_and_nobody_is_written_to(shop: Shop) -> None:
    asset = shop.buy(line())
    shop.sandbox.sandbox.redeem(asset.coupon_id or "")
    shop.cancel(asset)
    assert [mail.template for mail in shop.mail] == ["welcome"]
