"""What waits for its next attempt: no attempt overwrites what a later one has stored."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from uuid import UUID

import pytest

from bittitan_plugin.domain.retries import Retry
from bittitan_plugin.store.due_retries import DueRetries
from bittitan_plugin.store.unit_of_work import Store, UnitOfWork
from tests.fakes.values import NOON, retry
from tests.integration.racing import at_once

pytestmark = pytest.mark.databases("sqlite", "postgresql")

LATE = NOON + timedelta(minutes=5)


@pytest.fixture
def first() -> Retry:
    """What the first attempt leaves to be done."""
    return retry()


@pytest.fixture
def second(first: Retry) -> Retry:
    return replace(first, attempt=2, next_attempt_at=NOON + timedelta(minutes=2))


@pytest.fixture
def work(store: Store, installation: UUID) -> Iterator[UnitOfWork]:
    with store.writing(installation) as made:
        yield made


def put(store: Store, installation: UUID, retry: Retry) -> bool:
    with store.writing(installation) as work:
        return work.retries.put(retry)


def test_what_an_attempt_leaves_to_be_done_is_found(work: UnitOfWork, first: Retry) -> None:
    assert work.retries.put(first)
    assert (work.retries.find(first.id), work.retries.waiting()) == (first, [first])


def test_a_later_attempt_takes_the_place_of_the_one_before(
    work: UnitOfWork, first: Retry, second: Retry
) -> None:
    assert (work.retries.put(first), work.retries.put(second)) == (True, True)
    assert work.retries.waiting() == [second]


@pytest.mark.parametrize("late", [1, 2])
def test_an_attempt_that_is_late_never_overwrites_a_later_one(
    work: UnitOfWork, first: Retry, second: Retry, late: int
) -> None:
    third = replace(second, attempt=3, reason="away")
    assert [work.retries.put(each) for each in (first, second, third)] == [True] * 3
    assert not work.retries.put(replace(third, attempt=late, reason="late"))
    assert work.retries.waiting() == [third]


def test_an_attempt_at_work_that_has_been_done_stores_nothing(
    work: UnitOfWork, first: Retry, second: Retry
) -> None:
    work.retries.put(first)
    work.retries.remove(first)
    assert not work.retries.put(second)
    assert work.retries.waiting() == []


def test_what_a_later_attempt_has_stored_is_not_removed_by_an_earlier_one(
    work: UnitOfWork, first: Retry, second: Retry
) -> None:
    work.retries.put(first)
    work.retries.put(second)
    work.retries.remove(first)
    assert work.retries.waiting() == [second]


def test_what_was_handed_in_is_not_woken(work: UnitOfWork, first: Retry) -> None:
    work.retries.put(first)
    assert work.retries.take_due([first.id], LATE) == [replace(first, is_handed_in=True)]
    assert work.retries.wake(NOON) == 0


def test_what_was_lost_is_begun_anew_unless_it_has_stored_something(
    work: UnitOfWork, first: Retry
) -> None:
    work.retries.put(first)
    (lost,) = work.retries.take_due([first.id], LATE)
    assert work.retries.begin_anew(lost, LATE)
    assert not work.retries.begin_anew(lost, LATE)
    assert work.retries.waiting() == [replace(first, attempt=2, next_attempt_at=LATE)]


def test_of_many_that_leave_the_same_first_attempt_one_has_stored_it(
    store: Store, installation: UUID, first: Retry
) -> None:
    for number in range(10):
        each = replace(first, id=f"{first.id}:{number}")
        stored = at_once(4, lambda each=each: put(store, installation, each))  # type: ignore[misc]
        assert sorted(stored) == [False, False, False, True]


def test_what_is_due_is_taken_once_by_many_who_found_it_together(
    store: Store, installation: UUID, first: Retry
) -> None:
    put(store, installation, first)
    due, ready = DueRetries(store.engine), Barrier(4)

    def take() -> int:
        ids = due.due(LATE)[installation]
        ready.wait()
        with store.writing(installation) as work:
            return len(work.retries.take_due(ids, LATE))

    assert sorted(at_once(4, take)) == [0, 0, 0, 1]
    assert installation not in due.due(LATE)
