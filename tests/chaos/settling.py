"""Waits until nothing more happens by itself, and judges what there is then."""

from collections.abc import Sequence
from time import monotonic, sleep

from tests.chaos.instance import Instance
from tests.chaos.ledger_audit import Books, read, under_way
from tests.chaos.shop import Sale
from tests.chaos.verdict import Verdict, judge
from tests.waiting import PATIENCE_S

#: Seconds between two looks.
LOOK_S = 0.1


def settle(
    instance: Instance, sales: Sequence[Sale], *, patience: float = PATIENCE_S
) -> tuple[Books, Verdict]:
    """The books and the verdict, as soon as all is idle and well, or else when patience ends."""
    end = monotonic() + patience
    while True:
        while under_way(instance) and monotonic() < end:
            sleep(LOOK_S)
        books = read(instance)
        verdict = judge(books, sales)
        if (books.is_idle and verdict.is_clean) or monotonic() > end:
            return books, verdict
        sleep(LOOK_S)
