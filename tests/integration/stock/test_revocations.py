"""Cancelling what was sold from stock: staff revoke the code, and only then comes the credit."""

from datetime import UTC, datetime, timedelta

import pytest

from bittitan_plugin.domain.assets import Asset, AssetStatus
from bittitan_plugin.domain.coupons import CouponStatus
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.domain.problems import ProblemAction, ProblemKind
from bittitan_plugin.domain.requests import RequestState
from bittitan_plugin.domain.revocations import RevocationCause
from bittitan_plugin.domain.stock import StockState
from bittitan_plugin.services.cancelling import cancellation
from bittitan_plugin.services.cancelling import requests as cancellation_requests
from bittitan_plugin.services.cancelling.stock_revocation import confirm, report_redeemed
from bittitan_plugin.services.cancelling.stock_watch import mark_redeemed
from bittitan_plugin.services.notifications import resend_welcome
from tests.fakes.host import line
from tests.fakes.rows import asset_mended, asset_unreadable
from tests.integration.stock.shelf import (
    bring_in,
    code_of,
    codes_of,
    from_stock,
    look,
    problems,
    revocation_of,
    row,
    sent,
    templates,
)
from tests.world import STAFF, Shop

CUSTOMER = Actor(ActorKind.CUSTOMER, "customer-1@example.com")


@pytest.fixture
def seller(shop: Shop) -> Shop:
    return from_stock(shop)


@pytest.fixture
def sold(seller: Shop) -> Asset:
    bring_in(seller, row(25))
    return seller.buy(line(quantity=25))


def confirmed(shop: Shop, asset: Asset) -> Asset:
    """Staff revoked the code and say so, and what follows from it is done."""
    confirm(shop.tenant, revocation_of(shop, asset).id, STAFF)
    shop.settle()
    return shop.asset(asset.id)


def test_a_cancelled_asset_awaits_its_revocation(seller: Shop, sold: Asset) -> None:
    asset = seller.cancel(sold)
    assert asset.status is AssetStatus.AWAITING_REVOCATION
    assert [code.state for code in codes_of(seller, asset)] == [StockState.AWAITING_REVOCATION]


def test_nothing_is_credited_before_staff_confirm(seller: Shop, sold: Asset) -> None:
    seller.cancel(sold)
    assert (seller.host.credits, seller.host.refunds) == ({}, {})


def test_staff_get_a_problem_that_leads_to_the_revocation(seller: Shop, sold: Asset) -> None:
    seller.cancel(sold)
    (problem,) = seller.problems()
    assert problem.kind is ProblemKind.REVOCATION_AWAITED
    assert problem.action is ProblemAction.CONFIRM_REVOCATION
    assert problem.asset_id == sold.id


def test_neither_problem_nor_mail_holds_the_code(seller: Shop, sold: Asset) -> None:
    seller.cancel(sold)
    code = code_of(seller, sold)
    (problem,) = seller.problems()
    assert code not in problem.message + problem.next_step
    assert code[-4:] in problem.message
    (asked,) = sent(seller, "revocation_staff")
    assert code not in str(asked.values)


def test_staff_are_asked_by_mail_once(seller: Shop, sold: Asset) -> None:
    seller.cancel(sold)
    (asked,) = sent(seller, "revocation_staff")
    assert asked.to == "staff@example.com"
    assert asked.values["reminder"] is False
    assert asked.values["amount"] == sold.total


def test_when_staff_confirm_the_asset_is_cancelled_and_credited(seller: Shop, sold: Asset) -> None:
    seller.cancel(sold)
    asset = confirmed(seller, sold)
    assert asset.status is AssetStatus.CANCELLED
    assert asset.coupon_status is CouponStatus.CANCELLED
    assert asset.credit_invoice is not None
    assert [code.state for code in codes_of(seller, asset)] == [StockState.REVOKED]
    assert templates(seller)[-1] == "cancelled"
    assert problems(seller) == []


def test_confirming_twice_credits_once(seller: Shop, sold: Asset) -> None:
    seller.cancel(sold)
    revocation = revocation_of(seller, sold)
    confirmed(seller, sold)
    with pytest.raises(Refusal) as refused:
        confirm(seller.tenant, revocation.id, STAFF)
    assert refused.value.code is ErrorCode.REQUEST_DECIDED
    seller.settle()
    assert (len(seller.host.credits), len(seller.host.refunds)) == (1, 1)


def test_a_revoked_code_is_not_sold_again(seller: Shop, sold: Asset) -> None:
    seller.cancel(sold)
    confirmed(seller, sold)
    assert not seller.buy(line(quantity=25)).has_coupon


def test_all_codes_of_an_asset_are_revoked_together(seller: Shop) -> None:
    bring_in(seller, row(10), row(15))
    asset = seller.buy(line(quantity=25))
    seller.cancel(asset)
    confirmed(seller, asset)
    assert {code.state for code in codes_of(seller, asset)} == {StockState.REVOKED}
    assert len(seller.host.credits) == 1


def test_cancelling_again_while_it_awaits_is_refused(seller: Shop, sold: Asset) -> None:
    seller.cancel(sold)
    with pytest.raises(Refusal) as refused:
        cancellation.cancel(seller.tenant, sold.id, STAFF, "")
    assert refused.value.code is ErrorCode.CANCELLATION_PENDING


def test_the_comment_stands_on_the_credit(seller: Shop, sold: Asset) -> None:
    seller.cancel(sold, "ordered twice")
    confirmed(seller, sold)
    (credit,) = seller.host.refunds.values()
    assert credit.reason == "ordered twice"


def test_a_code_reported_as_redeemed_lets_the_sale_stand(seller: Shop, sold: Asset) -> None:
    seller.cancel(sold)
    report_redeemed(seller.tenant, revocation_of(seller, sold).id, STAFF)
    seller.settle()
    asset = seller.asset(sold.id)
    assert (asset.status, asset.coupon_status) == (AssetStatus.ACTIVE, CouponStatus.REDEEMED)
    assert [code.state for code in codes_of(seller, asset)] == [StockState.REDEEMED]
    assert seller.host.credits == {}
    (told,) = sent(seller, "cancellation_refused")
    assert "redeemed" in told.values["reason"]


def test_the_reminder_comes_48_hours_before_the_deadline(seller: Shop, sold: Asset) -> None:
    seller.cancel(sold)
    deadline = revocation_of(seller, sold).deadline
    assert deadline is not None
    seller.world.clock.now = deadline - timedelta(hours=48, minutes=1)
    look(seller)
    assert len(sent(seller, "revocation_staff")) == 1
    seller.world.clock.now = deadline - timedelta(hours=48)
    for _ in range(2):
        look(seller)
    asked, reminder = sent(seller, "revocation_staff")
    assert (asked.values["reminder"], reminder.values["reminder"]) == (False, True)


def test_so_near_the_deadline_the_first_message_is_the_reminder(seller: Shop, sold: Asset) -> None:
    seller.world.clock.advance(days=14)
    seller.cancel(sold)
    look(seller)
    (asked,) = sent(seller, "revocation_staff")
    assert asked.values["reminder"] is True


def test_the_deadline_is_that_of_the_cancellation_window(seller: Shop, sold: Asset) -> None:
    seller.cancel(sold)
    deadline = revocation_of(seller, sold).deadline
    assert deadline is not None
    assert deadline.isoformat() == "2026-03-26T00:00:00+00:00"


def test_after_the_deadline_the_sale_stands_and_both_sides_are_told(
    seller: Shop, sold: Asset
) -> None:
    seller.cancel(sold)
    seller.world.clock.advance(days=16)
    look(seller)
    asset = seller.asset(sold.id)
    assert (asset.status, asset.coupon_status) == (AssetStatus.ACTIVE, CouponStatus.AVAILABLE)
    assert [code.state for code in codes_of(seller, asset)] == [StockState.ALLOCATED]
    told = {mail.to for mail in sent(seller, "cancellation_expired")}
    assert told == {"staff@example.com", sold.recipient_email}
    assert problems(seller) == []


def test_a_confirmation_after_the_deadline_is_refused_and_closes_it(
    seller: Shop, sold: Asset
) -> None:
    seller.cancel(sold)
    revocation = revocation_of(seller, sold)
    seller.world.clock.advance(days=16)
    with pytest.raises(Refusal) as refused:
        confirm(seller.tenant, revocation.id, STAFF)
    assert refused.value.code is ErrorCode.CANCELLATION_WINDOW_CLOSED
    seller.settle()
    assert seller.asset(sold.id).status is AssetStatus.ACTIVE
    assert seller.host.credits == {}


def test_a_confirmation_in_the_last_second_counts(seller: Shop, sold: Asset) -> None:
    seller.cancel(sold)
    deadline = revocation_of(seller, sold).deadline
    assert deadline is not None
    seller.world.clock.now = deadline - timedelta(seconds=1)
    assert confirmed(seller, sold).status is AssetStatus.CANCELLED


def test_a_customers_automatic_cancellation_waits_for_staff_too(seller: Shop, sold: Asset) -> None:
    from_stock(seller, automatic_cancellation="true")
    asked = cancellation_requests.create(seller.tenant, sold.id, CUSTOMER, "")
    seller.settle()
    assert asked.request is None
    assert seller.asset(sold.id).status is AssetStatus.AWAITING_REVOCATION
    assert confirmed(seller, sold).credit_invoice is not None


def test_an_accepted_request_awaits_the_revocation(seller: Shop, sold: Asset) -> None:
    asked = cancellation_requests.create(seller.tenant, sold.id, CUSTOMER, "")
    assert asked.request is not None
    cancellation_requests.accept(seller.tenant, asked.request.id, STAFF)
    seller.settle()
    assert seller.asset(sold.id).status is AssetStatus.AWAITING_REVOCATION
    assert confirmed(seller, sold).status is AssetStatus.CANCELLED


@pytest.mark.parametrize("end", ["redeemed", "expired"])
def test_an_accepted_request_that_came_to_nothing_is_refused_with_the_reason(
    seller: Shop, sold: Asset, end: str
) -> None:
    asked = cancellation_requests.create(seller.tenant, sold.id, CUSTOMER, "")
    assert asked.request is not None
    cancellation_requests.accept(seller.tenant, asked.request.id, STAFF)
    if end == "redeemed":
        report_redeemed(seller.tenant, revocation_of(seller, sold).id, STAFF)
    else:
        seller.world.clock.advance(days=16)
        look(seller)
    seller.settle()
    with seller.tenant.reading() as work:
        request = work.requests.get(asked.request.id)
    assert request.state is RequestState.REFUSED
    (told,) = sent(seller, "cancellation_refused")
    assert told.values["reason"] == request.reason
    assert [mail.to for mail in sent(seller, "cancellation_expired")] in (
        [],
        ["staff@example.com"],
    )


def taken_back(seller: Shop) -> Asset:
    """A sale from stock that the platform then cancels by itself."""
    bring_in(seller, row(25))
    order = seller.host.place(line(quantity=25))
    for event in ("order_fully_paid", "order_cancelled"):
        seller.fire(event, order)
        seller.settle()
    asset = seller.asset_of(order)
    assert asset is not None
    return asset


def test_what_the_platform_takes_back_awaits_revocation_without_a_deadline(seller: Shop) -> None:
    asset = taken_back(seller)
    assert asset.status is AssetStatus.AWAITING_REVOCATION
    revocation = revocation_of(seller, asset)
    assert (revocation.cause, revocation.deadline) == (RevocationCause.PLATFORM, None)


def test_what_the_platform_took_back_is_never_credited_by_us(seller: Shop) -> None:
    asset = confirmed(seller, taken_back(seller))
    assert asset.status is AssetStatus.CANCELLED
    assert (seller.host.credits, seller.host.refunds) == ({}, {})


def test_a_redeemed_code_the_platform_refunded_is_a_problem(seller: Shop) -> None:
    asset = taken_back(seller)
    report_redeemed(seller.tenant, revocation_of(seller, asset).id, STAFF)
    seller.settle()
    assert problems(seller) == ["REFUNDED_BUT_REDEEMED"]
    assert seller.asset(asset.id).status is AssetStatus.ACTIVE


def test_a_code_known_to_be_redeemed_is_a_problem_at_once_when_the_platform_refunds(
    seller: Shop,
) -> None:
    bring_in(seller, row(25))
    order = seller.host.place(line(quantity=25))
    seller.fire("order_fully_paid", order)
    seller.settle()
    asset = seller.asset_of(order)
    assert asset is not None
    mark_redeemed(seller.tenant, asset.id, STAFF)
    seller.fire("order_fully_refunded", order)
    seller.settle()
    assert problems(seller) == ["REFUNDED_BUT_REDEEMED"]


def test_a_platform_that_takes_back_what_awaits_takes_the_credit_from_us(
    seller: Shop,
) -> None:
    bring_in(seller, row(25))
    order = seller.host.place(line(quantity=25))
    seller.fire("order_fully_paid", order)
    seller.settle()
    asset = seller.asset_of(order)
    assert asset is not None
    seller.cancel(asset)
    seller.fire("order_cancelled", order)
    seller.settle()
    revocation = revocation_of(seller, asset)
    assert (revocation.cause, revocation.deadline) == (RevocationCause.PLATFORM, None)
    confirmed(seller, asset)
    assert seller.host.credits == {}


def test_a_switched_off_plugin_confirms_nothing(seller: Shop, sold: Asset) -> None:
    seller.cancel(sold)
    seller.configure(active=False)
    with pytest.raises(Refusal) as refused:
        confirm(seller.tenant, revocation_of(seller, sold).id, STAFF)
    assert refused.value.code is ErrorCode.PLUGIN_INACTIVE


def test_a_code_being_taken_back_is_not_sent_again(seller: Shop, sold: Asset) -> None:
    seller.cancel(sold)
    with pytest.raises(Refusal) as refused:
        resend_welcome(seller.tenant, sold.id, CUSTOMER)
    assert refused.value.code is ErrorCode.CANCELLATION_PENDING


def test_staff_mark_a_sold_code_as_redeemed(seller: Shop, sold: Asset) -> None:
    asset = mark_redeemed(seller.tenant, sold.id, STAFF)
    assert asset.coupon_status is CouponStatus.REDEEMED
    assert [code.state for code in codes_of(seller, asset)] == [StockState.REDEEMED]
    with pytest.raises(Refusal) as refused:
        cancellation.cancel(seller.tenant, sold.id, STAFF, "")
    assert refused.value.code is ErrorCode.COUPON_REDEEMED


def test_a_sold_code_expires_by_its_date_without_asking_anybody(seller: Shop, sold: Asset) -> None:
    assert sold.coupon_expires_at is not None
    seller.world.clock.now = sold.coupon_expires_at
    look(seller)
    asset = seller.asset(sold.id)
    assert asset.coupon_status is CouponStatus.EXPIRED
    assert [code.state for code in codes_of(seller, asset)] == [StockState.EXPIRED]


@pytest.mark.parametrize("what", ["waiting", "cancelling", "cancelled", "expired"])
def test_only_a_usable_code_can_be_marked_as_redeemed(seller: Shop, sold: Asset, what: str) -> None:
    asset = sold
    if what == "waiting":
        asset = seller.buy(line(quantity=7))
    elif what == "expired":
        assert sold.coupon_expires_at is not None
        seller.world.clock.now = sold.coupon_expires_at
        look(seller)
    else:
        seller.cancel(sold)
        if what == "cancelled":
            confirmed(seller, sold)
    with pytest.raises(Refusal):
        mark_redeemed(seller.tenant, asset.id, STAFF)


def test_another_time_zone_does_not_move_the_day_by_which_codes_must_be_revoked(
    seller: Shop,
) -> None:
    seller.configure(time_zone="Europe/Athens")
    bring_in(seller, row(25))
    asset = seller.buy(line(quantity=25))
    seller.configure(time_zone="Pacific/Honolulu")

    seller.cancel(asset)

    assert revocation_of(seller, asset).deadline == datetime(2026, 3, 25, 22, tzinfo=UTC)
    (asked,) = sent(seller, "revocation_staff")
    assert str(asked.values["deadline"]) == "2026-03-26 00:00:00+02:00"


def test_a_code_that_cannot_be_looked_after_keeps_no_other_waiting_and_is_named(
    seller: Shop,
) -> None:
    bring_in(seller, row(25), row(25))
    assets = [seller.buy(line(quantity=25)) for _ in range(2)]
    for each in assets:
        seller.cancel(each)
    bad, good = sorted(assets, key=lambda asset: revocation_of(seller, asset).id)
    asset_unreadable(seller.tenant, bad.id)
    seller.world.clock.advance(days=30)
    look(seller)

    assert seller.asset(good.id).status is AssetStatus.ACTIVE
    (named,) = [each for each in seller.problems() if "set aside" in each.message]
    assert (named.kind, named.asset_id) == (ProblemKind.FOLLOW_UP_FAILED, bad.id)
    assert f"order {bad.order_number}" in named.message

    asset_mended(seller.tenant, bad.id)
    look(seller)

    assert (seller.asset(bad.id).status, seller.problems()) == (AssetStatus.ACTIVE, [])


def test_a_sold_code_that_cannot_be_expired_keeps_no_other_waiting(seller: Shop) -> None:
    bring_in(seller, row(25), row(25))
    bad, good = sorted(
        [seller.buy(line(quantity=25)) for _ in range(2)], key=lambda asset: asset.id
    )
    asset_unreadable(seller.tenant, bad.id)
    seller.world.clock.advance(days=800)
    look(seller)

    assert seller.asset(good.id).coupon_status is CouponStatus.EXPIRED
    assert [each.asset_id for each in seller.problems()] == [bad.id]
