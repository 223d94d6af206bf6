"""Edges of deciding: the last second in every zone, several at once, switched off meanwhile."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from bittitan_plugin.domain.assets import AssetStatus
from bittitan_plugin.domain.errors import ErrorCode
from bittitan_plugin.domain.requests import CancellationRequest, RequestState
from bittitan_plugin.services.cancelling.cancellation import cancel
from tests.integration.requests.asking import OTHER_STAFF, Desk, codes_of
from tests.world import Shop

CUSTOMERS, STAFFS = "buyer@example.com", "staff@example.com"
SECOND = timedelta(seconds=1)

#: Zone, when it was bought, and the first instant after day 15, both in UTC.
WINDOWS = {
    "Kiritimati": ("Pacific/Kiritimati", "2026-03-10T10:00", "2026-03-26T10:00"),
    "Sao Paulo": ("America/Sao_Paulo", "2026-03-10T02:59", "2026-03-25T03:00"),
    "Sao Paulo 2018, into summer time at the very end of day 15": (
        "America/Sao_Paulo", "2018-10-19T12:00", "2018-11-04T03:00",
    ),
    "Sao Paulo 2018, out of summer time": (
        "America/Sao_Paulo", "2018-02-10T12:00", "2018-02-26T03:00",
    ),
    "Athens, into summer time": ("Europe/Athens", "2026-03-20T10:00", "2026-04-04T21:00"),
    "Athens, and day 15 itself has 25 hours": (
        "Europe/Athens", "2026-10-10T12:00", "2026-10-25T22:00",
    ),
}  # fmt: skip
EVERY_WINDOW = pytest.mark.parametrize(("zone", "bought", "closes"), WINDOWS.values(), ids=WINDOWS)

Decision = Callable[[Desk, CancellationRequest], None]
DECISIONS: dict[str, Decision] = {
    "accept": Desk.accept,
    "reject": Desk.reject,
    "withdraw": Desk.withdraw,
}


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def asked_in(desk: Desk, zone: str, bought: str) -> CancellationRequest:
    """A request of a customer whose sale was made then, in an instance of that zone."""
    desk.shop.configure(time_zone=zone)
    desk.shop.world.clock.now = utc(bought)
    return desk.ask(desk.sold())


@EVERY_WINDOW
def test_in_the_last_second_of_day_fifteen_it_is_accepted(
    desk: Desk, zone: str, bought: str, closes: str
) -> None:
    request = asked_in(desk, zone, bought)
    desk.shop.world.clock.now = utc(closes) - SECOND
    desk.look()
    desk.accept(request)
    desk.shop.settle()

    assert request.deadline == utc(closes)
    assert desk.asset(request).status is AssetStatus.CANCELLED


@EVERY_WINDOW
def test_in_the_first_second_after_it_a_request_made_in_time_is_accepted_too_late(
    desk: Desk, zone: str, bought: str, closes: str
) -> None:
    request = asked_in(desk, zone, bought)
    desk.shop.world.clock.now = utc(closes)

    assert codes_of(lambda: desk.accept(request)) == [ErrorCode.CANCELLATION_WINDOW_CLOSED]
    desk.shop.settle()
    assert desk.now(request).state is RequestState.EXPIRED
    assert (desk.asset(request).status, desk.shop.tally().credits) == (AssetStatus.ACTIVE, 0)


@pytest.mark.databases("sqlite", "postgresql")
def test_closed_by_its_deadline_and_accepted_too_late_at_once_it_expires_once(desk: Desk) -> None:
    request = desk.ask(desk.sold())
    desk.shop.world.clock.now = request.deadline

    codes_of(lambda: desk.accept(request), desk.look)
    desk.shop.settle()

    assert desk.now(request).state is RequestState.EXPIRED
    assert desk.mail(to=CUSTOMERS).count("cancellation_expired") == 1
    assert desk.shop.tally().credits == 0


@pytest.mark.databases("sqlite", "postgresql")
def test_of_all_decisions_at_once_one_counts_and_is_told_once(desk: Desk) -> None:
    request = desk.ask(desk.sold())

    codes = codes_of(
        lambda: desk.accept(request),
        lambda: desk.accept(request, OTHER_STAFF),
        lambda: desk.reject(request),
        lambda: desk.withdraw(request),
    )
    desk.shop.settle()

    assert codes.count(None) == 1
    assert codes.count(ErrorCode.REQUEST_DECIDED) == 3
    assert len(desk.mail(to=CUSTOMERS)) == 2
    accepted = desk.now(request).state is RequestState.ACCEPTED
    assert desk.shop.tally().credits == desk.shop.tally().refunds == (1 if accepted else 0)


def test_a_direct_cancellation_racing_a_withdrawal_cancels_and_answers_the_customer(
    desk: Desk,
) -> None:
    request, shop = desk.ask(desk.sold()), desk.shop

    codes = codes_of(
        lambda: cancel(shop.tenant, request.asset_id, OTHER_STAFF, ""),
        lambda: desk.withdraw(request),
    )
    shop.settle()

    withdrawn = desk.now(request).state is RequestState.WITHDRAWN
    assert codes == [None, None if withdrawn else ErrorCode.REQUEST_DECIDED]
    assert (desk.asset(request).status, shop.tally().credits) == (AssetStatus.CANCELLED, 1)


def test_a_direct_cancellation_that_bittitan_refuses_refuses_the_pending_request(
    desk: Desk,
) -> None:
    request = desk.ask(desk.sold())
    (coupon,) = desk.shop.sandbox.sandbox.ledger()
    desk.shop.sandbox.sandbox.redeem(coupon.id)
    desk.shop.cancel(desk.asset(request))

    assert desk.now(request).state is RequestState.REFUSED
    assert desk.mail(to=CUSTOMERS)[-1] == "cancellation_refused"
    assert (desk.asset(request).status, desk.shop.tally().credits) == (AssetStatus.ACTIVE, 0)


def test_a_direct_cancellation_too_late_leaves_the_request_to_its_deadline(desk: Desk) -> None:
    request, shop = desk.ask(desk.sold()), desk.shop
    shop.world.clock.now = request.deadline

    codes = codes_of(lambda: cancel(shop.tenant, request.asset_id, OTHER_STAFF, ""))
    assert codes == [ErrorCode.CANCELLATION_WINDOW_CLOSED]
    assert desk.now(request).is_pending
    desk.look()
    assert desk.now(request).state is RequestState.EXPIRED


def test_after_staff_cancelled_directly_its_deadline_tells_nobody_anything(desk: Desk) -> None:
    request = desk.ask(desk.sold())
    desk.shop.cancel(desk.asset(request))
    told = len(desk.shop.mail)
    desk.time_passes(days=30)

    assert (desk.now(request).state, len(desk.shop.mail)) == (RequestState.ACCEPTED, told)


@pytest.mark.parametrize("decision", DECISIONS.values(), ids=DECISIONS)
def test_switched_off_nothing_is_decided_and_switched_on_again_it_is(
    desk: Desk, decision: Decision
) -> None:
    request = desk.ask(desk.sold())
    desk.shop.configure(active=False)
    assert codes_of(lambda: decision(desk, request)) == [ErrorCode.PLUGIN_INACTIVE]
    assert desk.now(request).is_pending

    desk.shop.configure()
    decision(desk, request)
    desk.shop.settle()

    assert not desk.now(request).is_pending


def test_switched_off_after_its_acceptance_the_cancellation_is_brought_to_its_end(
    shop: Shop,
) -> None:
    desk = Desk(shop)  # with the engine, which is at it when the plugin is switched off
    request = desk.ask(desk.sold())
    desk.shop.sandbox.sandbox.faults.add("status", operation="cancel", status=503)
    desk.accept(request)
    desk.shop.configure(active=False)
    desk.shop.sandbox.sandbox.faults.clear()
    desk.shop.settle()

    assert desk.asset(request).status is AssetStatus.CANCELLED
    assert desk.mail(to=CUSTOMERS)[-1] == "cancellation_accepted"
    assert desk.shop.tally().credits == 1


def test_a_window_shortened_meanwhile_neither_closes_nor_reminds_of_an_open_request(
    desk: Desk,
) -> None:
    request = desk.ask(desk.sold())
    desk.shop.configure(refund_window_days="1")
    desk.time_passes(days=5)

    assert desk.now(request) == request
    assert desk.mail(to=STAFFS) == ["cancellation_request_staff"]


def test_a_request_about_a_sale_of_nothing_is_accepted_without_a_credit(desk: Desk) -> None:
    request = desk.ask(desk.sold(price="0"))
    desk.accept(request)
    desk.shop.settle()

    tally = desk.shop.tally()
    assert desk.asset(request).status is AssetStatus.CANCELLED
    assert (tally.usable, tally.credits, tally.refunds) == (0, 0, 0)


def test_a_request_about_a_failed_asset_is_accepted_and_credited(desk: Desk) -> None:
    desk.shop.sandbox.sandbox.products.clear()
    request = desk.ask(desk.sold())
    desk.accept(request)
    desk.shop.settle()

    assert (desk.asset(request).status, desk.shop.tally().credits) == (AssetStatus.CANCELLED, 1)
