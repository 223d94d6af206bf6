"""As few codes as possible, exactly what was ordered: held against trying everything."""

import tracemalloc
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bittitan_plugin.domain.stock import MOST_CODES
from bittitan_plugin.domain.stock_choice import MOST_SIZES, combine, is_in_reach
from tests.steps import at_most


def fewest(available: dict[int, int], wanted: int) -> int | None:
    """The smallest number of codes, found by trying every choice."""
    sizes = sorted(available)
    counts = product(*(range(available[size] + 1) for size in sizes))
    hits = [
        sum(chosen)
        for chosen in counts
        if sum(size * count for size, count in zip(sizes, chosen, strict=True)) == wanted
    ]
    return min(hits, default=None)


def test_nothing_in_stock_serves_nothing() -> None:
    assert combine({}, 25) is None


def test_the_larger_codes_come_first() -> None:
    assert list((combine({5: 9, 20: 1}, 30) or {}).items()) == [(20, 1), (5, 2)]


def test_taking_the_largest_first_would_miss_it() -> None:
    assert combine({20: 1, 15: 2, 4: 1}, 30) == {15: 2}


def test_never_more_than_was_ordered() -> None:
    assert combine({10: 5}, 25) is None


def test_never_more_of_a_size_than_there_are() -> None:
    assert combine({10: 2, 5: 1}, 30) is None


def test_a_size_larger_than_the_order_is_left_out() -> None:
    assert combine({100: 3, 25: 1}, 25) == {25: 1}


def test_among_equals_the_one_with_the_largest_code_wins() -> None:
    assert combine({30: 1, 10: 1, 20: 2}, 40) == {30: 1, 10: 1}


def test_no_more_codes_than_a_buyer_can_enter() -> None:
    assert combine({1: 1000}, MOST_CODES) == {1: MOST_CODES}
    assert combine({1: 1000}, MOST_CODES + 1) is None


@given(st.dictionaries(st.integers(1, 12), st.integers(1, 3), max_size=5), st.integers(1, 40))
def test_it_finds_the_smallest_number_of_codes_or_says_that_there_is_none(
    available: dict[int, int], wanted: int
) -> None:
    found = combine(available, wanted)
    best = fewest(available, wanted)
    assert (None if found is None else sum(found.values())) == best
    if found is not None:
        assert sum(size * count for size, count in found.items()) == wanted
        assert all(count <= available[size] for size, count in found.items())


@given(st.dictionaries(st.integers(1, 50), st.integers(1, 9), max_size=9), st.integers(1, 300))
def test_the_same_stock_gives_the_same_answer(available: dict[int, int], wanted: int) -> None:
    shuffled = dict(reversed(available.items()))
    assert combine(available, wanted) == combine(shuffled, wanted)


@pytest.mark.parametrize("wanted", [99_999, 100_000])
def test_the_largest_order_over_very_many_sizes_takes_few_steps_and_little_memory(
    wanted: int,
) -> None:
    available = {1 + 150 * n: 100 for n in range(10 * MOST_SIZES)}
    with at_most(steps=50_000):
        combine(available, wanted)
    tracemalloc.start()
    combine(available, wanted)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # Sums beyond the order are forgotten; kept, they would be hundreds of megabytes.
    assert peak < 10_000_000


@given(st.dictionaries(st.integers(1, 12), st.integers(1, 3), max_size=5), st.integers(1, 40))
def test_what_is_in_reach_is_what_some_choice_makes(available: dict[int, int], wanted: int) -> None:
    assert is_in_reach(available, wanted) == (fewest(available, wanted) is not None)


def test_in_reach_is_also_what_takes_more_codes_than_a_buyer_can_enter() -> None:
    assert is_in_reach({1: 1000}, MOST_CODES + 1)
    assert not is_in_reach({1: MOST_CODES}, MOST_CODES + 1)
    assert not is_in_reach({2: 1000}, MOST_CODES + 1)
