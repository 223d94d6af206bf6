"""The chain through an asset's history: whatever is done to it afterwards shows."""

from dataclasses import replace
from datetime import timedelta, timezone
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bittitan_plugin.domain.audit import Chain, digest, fault, linked
from bittitan_plugin.domain.history import Actor, ActorKind, Change, HistoryEntry
from tests.fakes.values import NOON
from tests.tables import every

ASSET = uuid4()
STAFF = Actor(ActorKind.STAFF, "staff@example.com")


def entry(number: int) -> HistoryEntry:
    change = Change(field="friendlyName", before=str(number - 1), after=str(number))
    return HistoryEntry(at=NOON + timedelta(minutes=number), actor=STAFF, change=change)


def chain(length: int) -> Chain:
    links = tuple(linked(None, ASSET, [entry(number) for number in range(length)]))
    return Chain(asset_id=ASSET, head=links[-1][1] if links else None, links=links)


@pytest.mark.parametrize("length", [0, 1, 5])
def test_a_chain_that_nobody_touched_holds(length: int) -> None:
    assert fault(chain(length)) is None


def test_a_chain_can_be_continued_where_it_ended() -> None:
    begun = linked(None, ASSET, [entry(0), entry(1)])
    continued = linked(begun[-1][1], ASSET, [entry(2)])
    assert [*begun, *continued] == linked(None, ASSET, [entry(0), entry(1), entry(2)])


@given(st.integers(1, 8), st.data())
def test_taking_an_entry_out_shows(length: int, data: st.DataObject) -> None:
    whole = chain(length)
    gone = data.draw(st.integers(0, length - 1))
    left = tuple(link for number, link in enumerate(whole.links) if number != gone)
    assert fault(replace(whole, links=left)) is not None


@given(st.integers(2, 8), st.data())
def test_exchanging_two_entries_shows(length: int, data: st.DataObject) -> None:
    links = list(chain(length).links)
    first = data.draw(st.integers(0, length - 2))
    links[first], links[first + 1] = links[first + 1], links[first]
    assert fault(replace(chain(length), links=tuple(links))) is not None


@every(
    "altered",
    [
        replace(entry(1), at=NOON),
        replace(entry(1), actor=Actor(ActorKind.CUSTOMER, STAFF.name)),
        replace(entry(1), actor=Actor(ActorKind.STAFF, "other@example.com")),
        replace(entry(1), change=replace(entry(1).change, field="status")),
        replace(entry(1), change=replace(entry(1).change, before=None)),
        replace(entry(1), change=replace(entry(1).change, after="2")),
    ],
)
def test_altering_any_part_of_an_entry_shows_and_says_where(altered: HistoryEntry) -> None:
    whole = chain(3)
    links = (whole.links[0], (altered, whole.links[1][1]), whole.links[2])
    said = fault(replace(whole, links=links))
    assert said is not None
    assert "entry 2" in said


def test_an_entry_put_in_with_a_digest_of_its_own_breaks_the_ones_after_it() -> None:
    whole = chain(3)
    forged = entry(7)
    made_up = (forged, digest(whole.links[0][1], ASSET, forged))
    links = (whole.links[0], made_up, *whole.links[1:])
    assert "entry 3" in (fault(replace(whole, links=links)) or "")


def test_entries_cut_off_at_the_end_are_missed() -> None:
    whole = chain(3)
    assert "lost entries" in (fault(replace(whole, links=whole.links[:2])) or "")


def test_a_history_does_not_hold_for_another_asset() -> None:
    assert fault(replace(chain(2), asset_id=uuid4())) is not None


def test_one_moment_written_in_two_time_zones_is_one_moment() -> None:
    here = entry(1)
    there = replace(here, at=here.at.astimezone(timezone(timedelta(hours=2))))
    assert digest(None, ASSET, here) == digest(None, ASSET, there)


def test_a_missing_value_differs_from_an_empty_one() -> None:
    missing, empty = entry(1), entry(1)
    empty = replace(empty, change=replace(empty.change, before=""))
    missing = replace(missing, change=replace(missing.change, before=None))
    assert digest(None, ASSET, missing) != digest(None, ASSET, empty)
