"""Waiting for work that goes on elsewhere, in as many pauses as somebody has."""

import anyio
import pytest

from bittitan_plugin.base.patience import Patience


class Work:
    """Is over at its third look; counts the pauses before."""

    def __init__(self) -> None:
        self.pauses = self.looks = 0

    async def pause(self) -> None:
        self.pauses += 1

    async def look(self) -> int:
        self.looks += 1
        return self.looks


@pytest.mark.parametrize(("pauses", "found"), [(0, 0), (2, 2), (3, 3), (100, 3)])
def test_one_waits_until_it_is_over_and_no_longer_than_one_has_patience(
    pauses: int, found: int
) -> None:
    work = Work()
    patience = Patience(pauses=pauses, pause=work.pause)
    assert anyio.run(patience.until, lambda seen: seen == 3, 0, work.look) == found
    assert (work.looks, work.pauses) == (found, found)


def test_what_is_over_already_is_not_looked_at_again() -> None:
    work = Work()
    assert anyio.run(Patience(pause=work.pause).until, lambda seen: seen == 3, 3, work.look) == 3
    assert work.looks == 0
