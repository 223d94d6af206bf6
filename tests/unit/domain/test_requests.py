"""What can become of a cancellation request."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest

from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.requests import (
    REMINDER_BEFORE,
    CancellationRequest,
    RequestState,
    already_decided,
    check_text,
)
from tests.fakes.values import NOON
from tests.tables import every

Decision = Callable[[CancellationRequest], CancellationRequest]
DECISIONS: dict[RequestState, Decision] = {
    RequestState.WITHDRAWN: lambda r: r.withdrawn(NOON, "buyer@example.com"),
    RequestState.ACCEPTED: lambda r: r.accepted(NOON, "staff@example.com"),
    RequestState.REFUSED: lambda r: r.refused(NOON, "staff@example.com", "Used"),
    RequestState.EXPIRED: lambda r: r.expired(NOON),
}


def pending() -> CancellationRequest:
    return CancellationRequest(
        id=uuid4(),
        asset_id=uuid4(),
        requested_by="buyer@example.com",
        comment="",
        created_at=NOON,
        deadline=NOON + timedelta(days=15),
    )


def test_every_end_of_a_request_has_its_decision() -> None:
    assert {*DECISIONS, RequestState.PENDING} == {*RequestState}


@every("state", DECISIONS)
def test_a_pending_request_can_be_decided(state: RequestState) -> None:
    decided = DECISIONS[state](pending())
    assert (decided.state, decided.decided_at) == (state, NOON)


@every("first", DECISIONS)
@every("second", DECISIONS)
def test_a_decided_request_cannot_be_decided_again(
    first: RequestState, second: RequestState
) -> None:
    decided = DECISIONS[first](pending())
    with pytest.raises(Refusal) as refused:
        DECISIONS[second](decided)
    assert refused.value.code is ErrorCode.REQUEST_DECIDED


@every("state", DECISIONS)
def test_the_loser_is_told_what_happened_and_no_persons_name(state: RequestState) -> None:
    message = already_decided(DECISIONS[state](pending())).message
    assert "2026-03-10 12:00" in message
    assert "@" not in message


def test_bittitan_overrules_an_acceptance() -> None:
    overruled = DECISIONS[RequestState.ACCEPTED](pending()).overruled(NOON, "Redeemed")
    assert (overruled.state, overruled.reason) == (RequestState.REFUSED, "Redeemed")


@every("state", [s for s in DECISIONS if s is not RequestState.ACCEPTED])
def test_bittitan_overrules_nothing_else(state: RequestState) -> None:
    decided = DECISIONS[state](pending())
    assert decided.overruled(NOON, "Redeemed") == decided


@pytest.mark.parametrize(
    ("before", "due"),
    [
        (REMINDER_BEFORE + timedelta(seconds=1), False),
        (REMINDER_BEFORE, True),
        (timedelta(seconds=1), True),
        (timedelta(), False),
    ],
)
def test_the_reminder_is_due_in_the_last_forty_eight_hours(before: timedelta, due: bool) -> None:
    request = pending()
    assert request.reminder_due(request.deadline - before) is due


def test_a_reminder_that_was_sent_is_not_due() -> None:
    request = pending()
    assert not request.reminded(NOON).reminder_due(request.deadline - REMINDER_BEFORE)


@pytest.mark.parametrize("text", ["x" * 1001, "a\0b"])
def test_a_text_that_is_too_long_or_none_is_refused_on_its_field(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_text(text, field="comment")
    assert (refused.value.code, refused.value.field) == (ErrorCode.INVALID, "comment")
