"""A request is decided once: by the customer, by staff, by its deadline, or by BitTitan."""

import pytest

from bittitan_plugin.domain.assets import AssetStatus
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.requests import RequestState
from bittitan_plugin.services.cancelling.cancellation import cancel
from bittitan_plugin.services.coupons.coupon_status import REDEEMED_REASON, follow_asset
from tests.integration.requests.asking import OTHER_STAFF, Desk, codes_of
from tests.world import STAFF

CUSTOMERS, STAFFS = "buyer@example.com", "staff@example.com"


def test_accepting_cancels_and_credits_once(desk: Desk) -> None:
    request = desk.ask(desk.sold())
    desk.accept(request)
    desk.shop.settle()

    tally = desk.shop.tally()
    assert (tally.usable, tally.credits, tally.refunds) == (0, 1, 1)
    assert desk.now(request).state is RequestState.ACCEPTED


def test_the_customer_is_told_of_the_acceptance_and_then_of_the_credit(desk: Desk) -> None:
    request = desk.ask(desk.sold())
    desk.accept(request)
    desk.shop.settle()

    assert desk.mail(to=CUSTOMERS) == ["cancellation_request_received", "cancellation_accepted"]
    assert desk.mail(to="customer-1@example.com") == ["cancelled"]


def test_the_customers_comment_is_the_reason_on_the_credit(desk: Desk) -> None:
    desk.accept(desk.ask(desk.sold(), "Ordered twice"))
    desk.shop.settle()

    assert [credit.reason for credit in desk.shop.host.refunds.values()] == ["Ordered twice"]


def test_rejecting_leaves_the_sale_and_tells_the_reason(desk: Desk) -> None:
    request = desk.ask(desk.sold())
    desk.reject(request, "It was used")
    desk.shop.settle()

    (told,) = [m for m in desk.shop.mail if m.template == "cancellation_refused"]
    assert (told.to, told.values["reason"]) == (CUSTOMERS, "It was used")
    assert desk.asset(request).status is AssetStatus.ACTIVE


@pytest.mark.parametrize("reason", ["", "  \n "])
def test_a_rejection_needs_a_reason(desk: Desk, reason: str) -> None:
    request = desk.ask(desk.sold())

    with pytest.raises(Refusal) as refused:
        desk.reject(request, reason)
    assert (refused.value.code, refused.value.field) == (ErrorCode.REQUIRED, "reason")


def test_a_withdrawal_is_told_to_both_sides(desk: Desk) -> None:
    desk.withdraw(desk.ask(desk.sold()))
    desk.shop.settle()

    assert desk.mail(to=CUSTOMERS)[-1] == "cancellation_withdrawn"
    assert desk.mail(to=STAFFS)[-1] == "cancellation_withdrawn"


def test_whoever_comes_second_is_told_what_happened(desk: Desk) -> None:
    request = desk.ask(desk.sold())
    desk.withdraw(request)

    with pytest.raises(Refusal, match="withdrawn by the customer on 2026-03-10 09:30") as refused:
        desk.accept(request)
    assert refused.value.code is ErrorCode.REQUEST_DECIDED


def test_a_withdrawal_racing_an_acceptance_has_one_winner(desk: Desk) -> None:
    request = desk.ask(desk.sold())

    codes = codes_of(lambda: desk.accept(request), lambda: desk.withdraw(request))
    desk.shop.settle()

    assert sorted(map(str, codes)) == ["None", "REQUEST_DECIDED"]
    accepted = desk.now(request).state is RequestState.ACCEPTED
    assert desk.shop.tally().credits == (1 if accepted else 0)


@pytest.mark.databases("sqlite", "postgresql")
def test_two_staff_accepting_at_once_cancel_once(desk: Desk) -> None:
    request = desk.ask(desk.sold())

    codes = codes_of(lambda: desk.accept(request), lambda: desk.accept(request, OTHER_STAFF))
    desk.shop.settle()

    assert sorted(map(str, codes)) == ["None", "REQUEST_DECIDED"]
    assert desk.shop.tally().credits == 1


def test_staff_who_cancel_directly_accept_the_pending_request(desk: Desk) -> None:
    request = desk.ask(desk.sold())
    desk.shop.cancel(desk.asset(request))

    assert (desk.now(request).state, desk.now(request).decided_by) == (
        RequestState.ACCEPTED,
        STAFF.name,
    )


def test_a_direct_cancellation_racing_an_acceptance_cancels_once(desk: Desk) -> None:
    request = desk.ask(desk.sold())
    shop = desk.shop

    codes = codes_of(
        lambda: desk.accept(request),
        lambda: cancel(shop.tenant, request.asset_id, OTHER_STAFF, ""),
    )
    shop.settle()

    assert codes.count(None) == 1
    assert shop.tally().credits == 1


def test_accepted_too_late_it_closes_as_expired(desk: Desk) -> None:
    request = desk.ask(desk.sold())
    desk.shop.world.clock.now = request.deadline

    with pytest.raises(Refusal) as refused:
        desk.accept(request)
    assert refused.value.code is ErrorCode.CANCELLATION_WINDOW_CLOSED
    assert desk.now(request).state is RequestState.EXPIRED


def test_of_an_acceptance_too_late_both_sides_are_told(desk: Desk) -> None:
    request = desk.ask(desk.sold())
    desk.shop.world.clock.now = request.deadline
    with pytest.raises(Refusal):
        desk.accept(request)
    desk.shop.settle()

    assert desk.mail(to=CUSTOMERS)[-1] == desk.mail(to=STAFFS)[-1] == "cancellation_expired"


def test_a_window_shortened_meanwhile_does_not_concern_a_sale_made_before(desk: Desk) -> None:
    request = desk.ask(desk.sold())
    desk.shop.configure(refund_window_days="1")
    desk.shop.world.clock.advance(days=14)
    desk.look()

    desk.accept(request)
    desk.shop.settle()

    assert desk.asset(request).status is AssetStatus.CANCELLED


def test_bittitan_overrules_an_acceptance(desk: Desk) -> None:
    request = desk.ask(desk.sold())
    (coupon,) = desk.shop.sandbox.sandbox.ledger()
    desk.shop.sandbox.sandbox.redeem(coupon.id)
    desk.accept(request)
    desk.shop.settle()

    assert (desk.now(request).state, desk.now(request).decided_by) == (
        RequestState.REFUSED,
        "BitTitan",
    )
    assert desk.mail(to=CUSTOMERS)[-1] == "cancellation_refused"


def test_a_redeemed_coupon_noticed_meanwhile_refuses_the_request_by_itself(desk: Desk) -> None:
    request = desk.ask(desk.sold())
    (coupon,) = desk.shop.sandbox.sandbox.ledger()
    desk.shop.sandbox.sandbox.redeem(coupon.id)
    follow_asset(desk.shop.tenant, request.asset_id)

    with pytest.raises(Refusal) as refused:
        desk.accept(request)
    assert refused.value.code is ErrorCode.REQUEST_DECIDED
    assert (desk.now(request).state, desk.now(request).reason) == ("REFUSED", REDEEMED_REASON)


def test_what_the_platform_takes_back_itself_needs_no_decision_any_more(desk: Desk) -> None:
    request = desk.ask(desk.sold())
    desk.shop.fire("order_fully_refunded", desk.shop.host.orders[desk.asset(request).order_id])
    desk.shop.settle()

    assert not desk.now(request).is_pending
    assert desk.shop.tally().credits == 0


def test_without_an_address_of_staff_only_the_customer_is_told(desk: Desk) -> None:
    desk.shop.configure(staff_email="")
    desk.ask(desk.sold())

    assert [m.template for m in desk.shop.mail] == ["welcome", "cancellation_request_received"]


def test_a_customer_learns_that_a_sale_the_platform_took_back_could_not_be_revoked(
    desk: Desk,
) -> None:
    request = desk.ask(desk.sold())
    (coupon,) = desk.shop.sandbox.sandbox.ledger()
    desk.shop.sandbox.sandbox.redeem(coupon.id)
    (order,) = desk.shop.host.orders.values()

    desk.shop.fire("order_cancelled", order)
    desk.shop.settle()

    assert desk.now(request).state is RequestState.REFUSED
    assert desk.mail(to=CUSTOMERS)[-1] == "cancellation_refused"
