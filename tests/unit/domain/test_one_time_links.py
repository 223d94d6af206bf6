"""Which one-time link works, and when the next one can be asked for."""

from datetime import timedelta

import pytest

from bittitan_plugin.domain.errors import Refusal
from bittitan_plugin.domain.one_time_links import (
    LIFETIMES,
    PAUSE,
    LinkPurpose,
    OneTimeLink,
    digest,
    new_token,
)
from tests.fakes.values import NOON
from tests.tables import every

EMAIL = "ada@example.com"
MOMENT = timedelta(microseconds=1)


def link(purpose: LinkPurpose = LinkPurpose.PASSWORD) -> OneTimeLink:
    return OneTimeLink.new(purpose, EMAIL, NOON)


@every(
    "purpose, days",
    [
        (LinkPurpose.FIRST_RUN, 1),
        (LinkPurpose.INVITATION, 7),
        (LinkPurpose.PASSWORD, 1 / 24),
    ],
)
def test_a_link_works_until_its_time_is_over(purpose: LinkPurpose, days: float) -> None:
    assert LIFETIMES[purpose] == timedelta(days=days)
    link(purpose).check(EMAIL, NOON + timedelta(days=days) - MOMENT)
    with pytest.raises(Refusal, match="too old"):
        link(purpose).check(EMAIL, NOON + timedelta(days=days))


def test_a_link_works_once() -> None:
    used = link().used(EMAIL, NOON)
    with pytest.raises(Refusal, match="used already"):
        used.used(EMAIL, NOON + MOMENT)


def test_a_link_to_an_earlier_address_proves_nothing() -> None:
    with pytest.raises(Refusal, match="another address"):
        link().used("new@example.com", NOON)


def test_the_next_link_can_be_asked_for_after_a_pause() -> None:
    assert link().is_recent(NOON + PAUSE - MOMENT)
    assert not link().is_recent(NOON + PAUSE)
    assert not link().used(EMAIL, NOON).is_recent(NOON)


def test_a_clock_stepped_back_makes_no_link_live_longer() -> None:
    with pytest.raises(Refusal, match="too old"):
        link().check(EMAIL, NOON - timedelta(days=1))


def test_what_is_stored_is_not_what_the_link_holds() -> None:
    token = new_token()
    assert (len(digest(token)), token in digest(token)) == (64, False)
    assert digest(token) != digest(new_token())
