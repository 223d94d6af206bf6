"""The address of the list: what is read from it is what was written into it."""

from datetime import UTC, datetime
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import FormData, QueryParams

from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.store.queries.keyset import Position
from bittitan_plugin.web.portal.filters import STATUSES, Wanted, after_position, cursor
from bittitan_plugin.web.portal.forms import instant_of, key_of, status_of, text_of
from tests.tables import every

INSTANTS = st.datetimes(timezones=st.just(UTC))
#: Of what can be seen: the rest is left out of a search, or refused.
WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp"]), max_size=200).map(
    str.strip
)


@given(
    search=WORDS,
    for_whom=st.one_of(st.just(""), st.just("us"), st.uuids().map(str)),
    status=st.sampled_from(["", *STATUSES]),
)
def test_an_address_says_what_was_wanted(search: str, for_whom: str, status: str) -> None:
    wanted = Wanted(search=search, for_whom=for_whom, status=status)
    assert Wanted.read(QueryParams(urlsplit(wanted.address()).query)) == wanted


@given(instant=INSTANTS, key=st.uuids())
def test_a_place_in_the_list_is_found_again(instant: datetime, key: UUID) -> None:
    position = Position(instant, key)
    assert after_position(cursor(position)) == position


@every("text", ["~", "now~", f"now~{UUID(int=1)}", "2026-03-10T09:30:00Z~1", "\0"])
def test_what_is_no_place_is_refused_by_its_name(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        after_position(text)
    assert (refused.value.code, refused.value.field) == (ErrorCode.INVALID, "after")


def test_a_place_needs_its_time_zone() -> None:
    with pytest.raises(Refusal):
        after_position(f"2026-03-10T09:30:00~{UUID(int=1)}")


def test_wanting_nothing_in_particular_has_the_plain_address() -> None:
    assert (Wanted().address(), Wanted().any) == ("/portal/", False)


def test_ourselves_are_whoever_has_no_end_customer() -> None:
    assert Wanted(for_whom="us").assets.end_customer_ids == [None]


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01"])
def test_a_form_that_does_not_say_when_means_long_ago(text: str) -> None:
    assert instant_of(FormData([("seen", text)]), "seen").year == 1


def test_an_instant_without_a_zone_is_taken_as_utc() -> None:
    found = instant_of(FormData([("seen", "2026-03-10T09:30:00")]), "seen")
    assert found == datetime(2026, 3, 10, 9, 30, tzinfo=UTC)


def test_a_field_that_was_not_sent_is_empty() -> None:
    assert text_of(FormData(), "name") == ""


def test_a_key_that_is_none_names_nothing() -> None:
    with pytest.raises(Refusal) as refused:
        key_of(FormData([("request", "x")]), "request", "There is no such request.")
    assert (refused.value.code, refused.value.field) == (ErrorCode.NOT_FOUND, "request")


@pytest.mark.parametrize(
    ("code", "status"),
    [(ErrorCode.NOT_FOUND, 404), (ErrorCode.INVALID, 422), (ErrorCode.PLUGIN_INACTIVE, 409)],
)
def test_a_refusal_has_its_status(code: ErrorCode, status: int) -> None:
    assert status_of(Refusal(code, "No.")) == status


def test_what_is_no_refusal_is_a_failure_of_ours() -> None:
    assert status_of(RuntimeError()) == 503
