"""Many customers for a long time, in bad weather; events come late, twice and out of order."""

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from time import monotonic, sleep

from tests.chaos import chaos_schedule as weather
from tests.chaos import memory
from tests.chaos.instance import Instance
from tests.chaos.memory import Memory
from tests.chaos.rows import Row, row_of
from tests.chaos.settling import settle
from tests.chaos.shop import Fate, Sale, Shop, shop_at

PART = "soak"
CLIENTS = 8
WEBS, WORKERS = ("web-1", "web-2"), ("worker-1", "worker-2")
#: What becomes of sales: shares in percent.
FATES = {Fate.SOLD: 70, Fate.CANCELLED: 14, Fate.REFUNDED: 8, Fate.ORDER_CANCELLED: 8}
#: Seconds after its sale, at most, that something is taken back.
SECOND_THOUGHTS_S = 10.0
#: Seconds in which everything comes to rest after the last order.
PATIENCE_S = 300.0


@dataclass(frozen=True, kw_only=True)
class Plan:
    """So many orders, spread over so many seconds."""

    orders: int
    seconds: float
    #: Crashes the database once, at half time; None where there is no server to crash.
    crash: Callable[[], None] | None


@dataclass
class _Customer:
    """Buys at its pace, and has second thoughts about some of it."""

    shop: Shop
    count: int
    pace_s: float
    sales: list[Sale] = field(default_factory=list)
    thoughts: list[tuple[float, Sale, Fate]] = field(default_factory=list)

    def live(self) -> None:
        """Until everything is bought and every second thought is acted on."""
        started = monotonic()
        while len(self.sales) < self.count or self.thoughts:
            if len(self.sales) < self.count and monotonic() >= started + self.pace_s * len(
                self.sales
            ):
                self._buy()
            self._act_on_thoughts()
            sleep(0.05)

    def _buy(self) -> None:
        sale = Sale()
        self.shop.buy(sale)
        self.sales.append(sale)
        (fate,) = random.choices(list(FATES), list(FATES.values()))
        if fate is not Fate.SOLD:
            due = monotonic() + random.uniform(0, SECOND_THOUGHTS_S)
            self.thoughts.append((due, sale, fate))

    def _act_on_thoughts(self) -> None:
        waiting = []
        for due, sale, fate in self.thoughts:
            if monotonic() < due or not self._take_back(sale, fate):
                waiting.append((due, sale, fate))
        self.thoughts = waiting

    def _take_back(self, sale: Sale, fate: Fate) -> bool:
        if fate is Fate.REFUNDED:
            self.shop.refund(sale)
        elif fate is Fate.ORDER_CANCELLED:
            self.shop.cancel_order(sale)
        elif not self.shop.is_provisioned(sale):
            return False  # there is nothing to cancel yet
        else:
            self._cancel_impatiently(sale)
        return True

    def _cancel_impatiently(self, sale: Sale) -> None:
        """Sometimes the button is clicked twice."""
        clicks = random.choice((1, 1, 2))
        with ThreadPoolExecutor(clicks) as hands:
            list(hands.map(self.shop.cancel, [sale] * clicks))


def soak(
    instance: Instance, variant_id: str, database: str, plan: Plan
) -> tuple[Row, list[Memory]]:
    """One row for all of it, and the memory of those that were not killed."""
    for web in WEBS:
        instance.start_web(web, disturbed=True)
    for worker in WORKERS:
        instance.start_worker(worker)
    pace_s = plan.seconds / plan.orders * CLIENTS
    customers = [
        _Customer(shop_at(instance, list(WEBS), variant_id), plan.orders // CLIENTS, pace_s)
        for _ in range(CLIENTS)
    ]
    watched = {name: instance.processes[name] for name in ("web-1", "worker-1")}
    with memory.sampled(watched) as memories, weather.during(instance) as outside:
        broken = _live_together(customers, plan)
    sales = [sale for customer in customers for sale in customer.sales]
    books, verdict = settle(instance, sales, patience=PATIENCE_S)
    verdict.unexplained += broken + [f"{name} ended" for name in watched if not instance.runs(name)]
    crashes = ", the database crashed once" if plan.crash else ""
    what = f"{len(sales)} orders, {CLIENTS} clients, {outside.faults} bad moments{crashes}"
    row = row_of(PART, database, what, books, sales, verdict)
    row.kills = outside.kills
    return row, memories


def _live_together(customers: list[_Customer], plan: Plan) -> list[str]:
    """Returns what no customer should have met."""
    half_time = threading.Timer(plan.seconds / 2, plan.crash or (lambda: None))
    half_time.start()
    with ThreadPoolExecutor(len(customers)) as people:
        lives = [people.submit(customer.live) for customer in customers]
    half_time.join()
    return [f"a customer broke down: {error!r}" for life in lives if (error := life.exception())]
