"""Kills the worker at every boundary of every story, and lets the next worker finish it.

Which boundaries there are is learnt from a run in which nobody dies.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from time import monotonic, sleep
from typing import Any

from bittitan_plugin.bittitan.sandbox.faults import FaultName, Operation
from tests.chaos.instance import Instance
from tests.chaos.ledger_audit import BY_THE_CLOCK
from tests.chaos.rows import Row, row_of
from tests.chaos.settling import settle
from tests.chaos.shop import Sale, Shop

PART = "crash point"
WORKER = "worker"
#: Seconds in which a worker passes every boundary of a story.
STORY_S = 20.0
#: How often a boundary is tried that was not passed: a new worker may sign in at the vendor for a
#: duty of its timetable before it does for the sale.
TRIES = 5
#: The timetable begins these for a sale only if it happens to look between the order and its
#: invoice, which the shop makes itself a moment later: nobody can be killed there at will.
BY_CHANCE = ("invoice:",)


@dataclass(frozen=True)
class Story:
    """Something that happens to a sale. ``on_a_sale`` begins with one that was provisioned."""

    name: str
    act: Callable[[Shop, Sale], None]
    on_a_sale: bool = True
    #: What goes wrong at the vendor, once, when it begins.
    fault: dict[str, Any] | None = None


STORIES = (
    Story("provisioning", Shop.buy, on_a_sale=False),
    Story("cancelling", Shop.cancel),
    Story("the platform refunds", Shop.refund),
    Story("the platform cancels", Shop.cancel_order),
)
#: What fails at first is stored, handed in again when it is due, and done by a later attempt.
RETRIED = Story(
    "provisioning after a failure",
    Shop.buy,
    on_a_sale=False,
    fault={"name": FaultName.STATUS, "status": 503, "operation": Operation.ISSUE, "times": 1},
)


class CrashPoints:
    """The stories at one instance, whose worker they kill."""

    def __init__(self, instance: Instance, new_shop: Callable[[], Shop], database: str) -> None:
        self._instance, self._new_shop, self._database = instance, new_shop, database
        self._armed = instance.boundaries.with_name(instance.boundaries.name + ".armed")

    def run(self, stories: tuple[Story, ...]) -> Iterator[Row]:
        """One row per boundary of each story."""
        for story in stories:
            for boundary in self.boundaries(story):
                yield self._die_at(story, boundary)

    def boundaries(self, story: Story) -> list[str]:
        """What a new worker passes when nobody dies, in order."""
        self._new_worker()
        shop, sale = self._begin(story)
        self._instance.boundaries.unlink(missing_ok=True)
        story.act(shop, sale)
        _, verdict = settle(self._instance, [sale])
        if not verdict.is_clean:
            raise AssertionError(f"{story.name} fails with nobody killed: {verdict.sentences()}")
        passed = self._instance.boundaries.read_text().splitlines()
        left_out = BY_THE_CLOCK + BY_CHANCE
        return list(dict.fromkeys(name for name in passed if not name.startswith(left_out)))

    def _die_at(self, story: Story, boundary: str) -> Row:
        for attempt in range(TRIES):
            shop, sale = self._begin(story)
            if attempt:
                # One that has worked before remembers what a new one asks for.
                self._new_worker()
            self._armed.write_text(boundary)
            with ThreadPoolExecutor(1) as people:
                acting = people.submit(story.act, shop, sale)
                died = self._wait_for_death(acting, sale)
                self._new_worker()
                acting.result()
            books, verdict = settle(self._instance, [sale])
            if died or not verdict.is_clean:
                break
        else:
            verdict.unexplained.append(f"nobody could be killed at {boundary}")
        what = f"{story.name}: {boundary.split(': ')[1]}"
        row = row_of(PART, self._database, what, books, [sale], verdict)
        row.kills = int(died)
        verdict.unexplained = [f"{each} (at {boundary})" for each in verdict.unexplained]
        return row

    def _begin(self, story: Story) -> tuple[Shop, Sale]:
        """A new customer, and what the story begins with."""
        shop, sale = self._new_shop(), Sale()
        if story.on_a_sale:
            shop.buy(sale)
            settle(self._instance, [sale])
        if story.fault is not None:
            self._instance.sandbox("DELETE", "/faults")
            self._instance.sandbox("POST", "/faults", story.fault)
        return shop, sale

    def _wait_for_death(self, acting: Future[None], sale: Sale) -> bool:
        """False when everything was done and nobody died of it."""
        end = monotonic() + STORY_S
        while self._instance.runs(WORKER):
            if monotonic() > end:
                return False
            sleep(0.01)
            if acting.done() and settle(self._instance, [sale], patience=0)[1].is_clean:
                return not self._instance.runs(WORKER)
        return True

    def _new_worker(self) -> None:
        self._armed.unlink(missing_ok=True)
        if WORKER in self._instance.processes:
            self._instance.kill(WORKER)
        self._instance.start_worker(WORKER, observed=True)
