"""How much mail can be had from us, and when more can."""

from datetime import timedelta

import pytest

from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.mail_limits import CODE_AGAIN, WINDOW, MailLimit
from tests.fakes.values import NOON

LIMIT = MailLimit(name="test", most=2, sentence="It is sent", field="email")
MINUTE = timedelta(minutes=1)


def test_below_its_number_another_is_sent() -> None:
    LIMIT.check([NOON], NOON + MINUTE)


def test_a_refusal_names_the_field_and_when_it_is_possible_again() -> None:
    with pytest.raises(Refusal) as refused:
        LIMIT.check([NOON + MINUTE, NOON], NOON + 2 * MINUTE)

    again = NOON + WINDOW + MINUTE
    assert (refused.value.code, refused.value.field) == (ErrorCode.LIMIT_REACHED, "email")
    assert "It is sent at most 2 times within 24 hours" in refused.value.message
    assert f"from {again:%Y-%m-%d %H:%M} (UTC) on" in refused.value.message


def test_at_the_time_that_was_named_it_is_possible() -> None:
    sent = [NOON + timedelta(seconds=59), NOON + timedelta(hours=1)]
    LIMIT.check(sent, NOON + WINDOW + MINUTE)


def test_the_time_that_is_named_holds_where_more_were_sent_than_may_be_today() -> None:
    sent = [NOON, NOON + MINUTE, NOON + 2 * MINUTE]
    with pytest.raises(Refusal, match=f"{NOON + WINDOW + 2 * MINUTE:%Y-%m-%d %H:%M}"):
        LIMIT.check(sent, NOON + 3 * MINUTE)


def test_what_a_clock_that_was_stepped_back_left_in_the_future_counts_for_nothing() -> None:
    LIMIT.check([NOON + timedelta(days=400)] * 5, NOON)


def test_the_code_is_sent_again_only_a_few_times() -> None:
    assert CODE_AGAIN.most <= 5
