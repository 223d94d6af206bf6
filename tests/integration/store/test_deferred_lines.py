"""Lines that were put off are counted, so that their next event starts afresh."""

from uuid import UUID

import pytest

from bittitan_plugin.store.unit_of_work import Store

pytestmark = pytest.mark.databases("sqlite", "postgresql")


def times(store: Store, installation: UUID) -> dict[str, int]:
    with store.reading(installation) as work:
        return work.deferred_lines.times(["line-1", "line-2"])


def test_a_line_that_was_never_put_off_is_not_counted(store: Store, installation: UUID) -> None:
    assert times(store, installation) == {}


@pytest.mark.parametrize(("counts", "kept"), [([1], 1), ([1, 2], 2), ([2, 2], 2), ([2, 1], 2)])
def test_the_highest_count_is_kept_in_whatever_order_and_however_often_it_is_told(
    store: Store, installation: UUID, counts: list[int], kept: int
) -> None:
    for count in counts:
        with store.writing(installation) as work:
            work.deferred_lines.put_off("line-1", count)
    assert times(store, installation) == {"line-1": kept}
