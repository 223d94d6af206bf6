"""What time brings: the reminder 48 hours before the deadline, and the end at the deadline."""

from collections import deque
from datetime import UTC, datetime, timedelta

import pytest

from bittitan_plugin.domain.errors import Rejected
from bittitan_plugin.domain.requests import REMINDER_BEFORE, RequestState
from tests.fakes.rows import asset_mended, asset_unreadable
from tests.integration.requests.asking import Desk

pytestmark = pytest.mark.databases("sqlite", "postgresql")

CUSTOMERS, STAFFS = "buyer@example.com", "staff@example.com"
SECOND = timedelta(seconds=1)


def test_staff_are_reminded_forty_eight_hours_before_the_deadline(desk: Desk) -> None:
    request = desk.ask(desk.sold())
    desk.shop.world.clock.now = request.deadline - REMINDER_BEFORE
    desk.look()

    (reminder,) = [m for m in desk.shop.mail if m.to == STAFFS and m.values.get("reminder")]
    assert reminder.template == "cancellation_request_staff"


def test_before_that_nobody_is_reminded(desk: Desk) -> None:
    request = desk.ask(desk.sold())
    desk.shop.world.clock.now = request.deadline - REMINDER_BEFORE - SECOND
    desk.look()

    assert desk.mail(to=STAFFS) == ["cancellation_request_staff"]


def test_the_reminder_comes_once(desk: Desk) -> None:
    request = desk.ask(desk.sold())
    desk.shop.world.clock.now = request.deadline - REMINDER_BEFORE
    for _ in range(3):
        desk.time_passes(hours=1)

    assert desk.mail(to=STAFFS) == ["cancellation_request_staff"] * 2


def test_a_request_made_late_is_announced_as_urgent_at_once_and_not_twice(desk: Desk) -> None:
    asset = desk.sold()
    desk.shop.world.clock.advance(days=14)
    desk.ask(asset)
    desk.time_passes(hours=1)

    (told,) = [m for m in desk.shop.mail if m.to == STAFFS]
    assert told.values["reminder"] is True


def test_a_decided_request_is_not_brought_to_mind(desk: Desk) -> None:
    request = desk.ask(desk.sold())
    desk.reject(request)
    desk.shop.world.clock.now = request.deadline - REMINDER_BEFORE
    desk.look()

    assert desk.mail(to=STAFFS) == ["cancellation_request_staff"]


def test_at_its_deadline_a_request_closes(desk: Desk) -> None:
    request = desk.ask(desk.sold())
    desk.shop.world.clock.now = request.deadline
    desk.look()

    assert desk.now(request).state is RequestState.EXPIRED
    assert desk.mail(to=CUSTOMERS)[-1] == desk.mail(to=STAFFS)[-1] == "cancellation_expired"


def test_a_second_before_its_deadline_it_is_still_pending(desk: Desk) -> None:
    request = desk.ask(desk.sold())
    desk.shop.world.clock.now = request.deadline - SECOND
    desk.look()

    assert desk.now(request).is_pending


def test_an_outage_over_reminder_and_deadline_ends_in_one_message_each(desk: Desk) -> None:
    desk.ask(desk.sold())
    desk.time_passes(days=30)

    assert desk.mail(to=STAFFS) == ["cancellation_request_staff", "cancellation_expired"]


def test_a_request_is_brought_to_its_end_while_the_plugin_is_off(desk: Desk) -> None:
    request = desk.ask(desk.sold())
    desk.shop.configure(active=False)
    desk.time_passes(days=30)

    assert desk.now(request).state is RequestState.EXPIRED


def test_many_that_are_due_at_once_are_all_closed(desk: Desk) -> None:
    made = [desk.ask(desk.sold()) for _ in range(5)]
    desk.time_passes(days=30)

    assert {desk.now(request).state for request in made} == {RequestState.EXPIRED}


def test_a_request_that_cannot_be_looked_after_keeps_no_other_waiting_and_is_named(
    desk: Desk,
) -> None:
    bad, good = desk.ask(desk.sold()), desk.ask(desk.sold())
    asset = desk.asset(bad)
    asset_unreadable(desk.shop.tenant, asset.id)
    desk.time_passes(days=30)

    assert desk.now(good).state is RequestState.EXPIRED
    assert desk.now(bad).state is RequestState.PENDING
    (problem,) = desk.shop.problems()
    assert (problem.kind, problem.asset_id) == ("FOLLOW_UP_FAILED", asset.id)
    assert f"the request to cancel order {asset.order_number} is set aside" in problem.message
    desk.look()
    assert desk.shop.problems() == [problem]  # said once

    asset_mended(desk.shop.tenant, asset.id)
    desk.look()

    assert (desk.now(bad).state, desk.shop.problems()) == (RequestState.EXPIRED, [])


def test_news_that_cannot_be_sent_is_a_problem_and_the_other_side_is_told(desk: Desk) -> None:
    asset = desk.sold()
    desk.shop.world.mailer.failures = deque([Rejected("550", "no such mailbox")])
    desk.ask(asset)

    assert [problem.kind for problem in desk.shop.problems()] == ["FOLLOW_UP_FAILED"]
    assert desk.mail(to=STAFFS) == ["cancellation_request_staff"]


def test_another_time_zone_neither_closes_nor_reminds_of_a_request_otherwise(desk: Desk) -> None:
    desk.shop.configure(time_zone="Europe/Athens")
    asset = desk.sold()
    desk.shop.configure(time_zone="Pacific/Honolulu")
    request = desk.ask(asset)
    # The midnight in Athens that ends the 25th, fifteen days after the sale.
    assert request.deadline == datetime(2026, 3, 25, 22, tzinfo=UTC)

    desk.shop.world.clock.now = request.deadline - REMINDER_BEFORE
    desk.look()
    reminder = desk.shop.mail[-1]
    assert reminder.values["reminder"] is True
    assert str(reminder.values["deadline"]) == "2026-03-26 00:00:00+02:00"

    desk.shop.world.clock.now = request.deadline
    desk.look()
    assert desk.now(request).state is RequestState.EXPIRED
