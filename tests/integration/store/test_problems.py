"""A problem is raised once, added to while it is open, and raised anew when it comes back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import UUID

import pytest

from bittitan_plugin.domain.problems import Problem, ProblemKind
from bittitan_plugin.store.unit_of_work import Store
from tests.fakes.values import NOON

pytestmark = pytest.mark.databases("sqlite", "postgresql")

HOUR = timedelta(hours=1)


def report(store: Store, installation: UUID, *, hours: int = 0, message: str = "why") -> bool:
    with store.writing(installation) as work:
        return work.problems.report(
            ProblemKind.ORDER_REFUSED,
            "order:1",
            message=message,
            next_step="mend it",
            at=NOON + hours * HOUR,
        )


def resolve(store: Store, installation: UUID) -> None:
    with store.writing(installation) as work:
        work.problems.resolve("order:1", NOON + HOUR)


def listed(store: Store, installation: UUID) -> list[Problem]:
    with store.reading(installation) as work:
        return work.problems.open()


def test_the_first_occurrence_is_new(store: Store, installation: UUID) -> None:
    assert report(store, installation) is True


def test_a_repetition_is_not_new(store: Store, installation: UUID) -> None:
    report(store, installation)
    assert report(store, installation, hours=1) is False


def test_repetitions_are_counted_in_one_entry_with_the_latest_words(
    store: Store, installation: UUID
) -> None:
    report(store, installation)
    report(store, installation, hours=2, message="still")
    (problem,) = listed(store, installation)
    assert (problem.occurrences, problem.message) == (2, "still")
    assert (problem.first_at, problem.last_at) == (NOON, NOON + 2 * HOUR)


def test_what_is_resolved_is_listed_no_more(store: Store, installation: UUID) -> None:
    report(store, installation)
    resolve(store, installation)
    assert listed(store, installation) == []


def test_what_comes_back_after_it_was_resolved_is_new_and_counted_anew(
    store: Store, installation: UUID
) -> None:
    report(store, installation)
    resolve(store, installation)
    assert report(store, installation, hours=3) is True
    (problem,) = listed(store, installation)
    assert (problem.occurrences, problem.first_at) == (1, NOON + 3 * HOUR)


def test_resolving_what_is_no_problem_does_nothing(store: Store, installation: UUID) -> None:
    resolve(store, installation)
    assert listed(store, installation) == []


def test_the_oldest_is_listed_first_and_no_more_than_asked_for(
    store: Store, installation: UUID
) -> None:
    with store.writing(installation) as work:
        for hours in (2, 0, 1):
            work.problems.report(
                ProblemKind.FOLLOW_UP_FAILED,
                f"mail:{hours}",
                message="m",
                next_step="n",
                at=NOON + hours * HOUR,
            )
        assert [problem.key for problem in work.problems.open(limit=2)] == ["mail:0", "mail:1"]


@pytest.mark.parametrize("times", [4])
def test_reported_from_several_workers_at_once_it_is_one_problem_and_new_to_one_of_them(
    store: Store, installation: UUID, times: int
) -> None:
    together = Barrier(times)

    def race(_: int) -> bool:
        together.wait()
        return report(store, installation)

    with ThreadPoolExecutor(times) as threads:
        assert sorted(threads.map(race, range(times))) == [False, False, False, True]
    assert [problem.occurrences for problem in listed(store, installation)] == [times]
