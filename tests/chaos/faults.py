"""Everything the vendor's sandbox can do wrong, while customers buy and staff cancel.

Each fault is in force for a while on every operation, once at a vendor that keeps its word about
references and once at one that issues again (*idempotency off*). When it is over, everything has
to be as if it had never been; where the plugin gave up and told staff what to do, they do it.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from time import sleep
from typing import Any

from bittitan_plugin.bittitan.sandbox.faults import FaultName, Operation
from tests.chaos.instance import Instance
from tests.chaos.rows import Row, row_of
from tests.chaos.settling import settle
from tests.chaos.shop import Fate, Sale, Shop
from tests.chaos.time_scale import READ_TIMEOUT_S

PART = "fault"
#: Seconds that a fault is in force, unless it ends by itself.
IN_FORCE_S = 2.5
#: Orders placed meanwhile.
ORDERS = 3
#: A request that is held for so long is given up by the plugin, and yet arrives.
LATE_S = READ_TIMEOUT_S * 3


@dataclass(frozen=True)
class Scenario:
    """Faults in force together."""

    name: str
    faults: list[dict[str, Any]]
    #: Whether the plugin gives up and tells staff, who then do what it told them.
    staff_mend: bool = False
    workers_die: bool = field(default=False, kw_only=True)
    #: Under what it is shown in the table, if not by itself.
    shown_as: str = field(default="", kw_only=True)


def _alone(name: FaultName, detail: str = "", **values: object) -> Scenario:
    return Scenario(f"{name.value} {detail}".strip().replace("_", " "), [{"name": name, **values}])


#: Each fault by itself on every operation. A new name in the sandbox needs its entry here.
ALONE: dict[FaultName, list[Scenario]] = {
    FaultName.LATENCY: [_alone(FaultName.LATENCY, "beyond patience", seconds=LATE_S)],
    FaultName.STATUS: [
        _alone(FaultName.STATUS, "500", status=500),
        _alone(FaultName.STATUS, "503 after the work", status=503, after_work=True),
        Scenario("status 422, then staff act", [{"name": FaultName.STATUS, "status": 422}], True),
    ],
    FaultName.RATE_LIMIT: [_alone(FaultName.RATE_LIMIT, retry_after=1)],
    FaultName.DROP_CONNECTION: [_alone(FaultName.DROP_CONNECTION)],
    FaultName.TIMEOUT_AFTER_WORK: [_alone(FaultName.TIMEOUT_AFTER_WORK)],
    FaultName.DROP_AFTER_WORK: [_alone(FaultName.DROP_AFTER_WORK)],
    FaultName.BROKEN_JSON: [_alone(FaultName.BROKEN_JSON)],
    FaultName.IDEMPOTENCY_OFF: [_alone(FaultName.IDEMPOTENCY_OFF)],
}
_OFF: dict[str, Any] = {"name": FaultName.IDEMPOTENCY_OFF}
#: The operations that sales use; the list of articles is no part of one.
SPOILT = [operation for operation in Operation if operation is not Operation.PRODUCTS]


def scenarios(*, every_operation_apart: bool) -> Iterator[Scenario]:
    """Each fault alone and at a vendor that issues again; then one operation at a time."""
    singles = [scenario for each in ALONE.values() for scenario in each]
    for single in singles:
        yield single
        if _OFF not in single.faults:
            name = f"{single.name} + idempotency off"
            yield Scenario(name, [*single.faults, _OFF], single.staff_mend)
    # Asked, given up, looked for in vain, asked again; then the first request arrives after all.
    late = {"name": FaultName.LATENCY, "operation": Operation.ISSUE, "seconds": LATE_S}
    yield Scenario(
        "a request that arrives late + idempotency off", [{**late, "times": ORDERS}, _OFF]
    )
    lost = {"name": FaultName.TIMEOUT_AFTER_WORK, "operation": Operation.ISSUE}
    yield Scenario("answers lost, workers killed + idempotency off", [lost, _OFF], workers_die=True)
    if every_operation_apart:
        for operation in SPOILT:
            for single in singles:
                faults = [{**fault, "operation": operation} for fault in single.faults]
                yield Scenario(
                    f"{single.name} on {operation.value}",
                    faults,
                    single.staff_mend,
                    shown_as=f"each of them on “{operation.value.replace('_', ' ')}” alone",
                )


class Faults:
    """Scenarios at one instance with two workers."""

    def __init__(self, instance: Instance, new_shop: Callable[[], Shop], database: str) -> None:
        self._instance, self._new_shop, self._database = instance, new_shop, database

    def run(self, *, every_operation_apart: bool) -> Iterator[Row]:
        """One row per scenario."""
        for worker in WORKERS:
            self._instance.start_worker(worker)
        for scenario in scenarios(every_operation_apart=every_operation_apart):
            yield self._suffer(scenario)

    def _suffer(self, scenario: Scenario) -> Row:
        shop, standing = self._new_shop(), [Sale(), Sale(), Sale()]
        for sale in standing:
            shop.buy(sale)
        settle(self._instance, standing)
        for fault in scenario.faults:
            self._instance.sandbox("POST", "/faults", fault)
        # Two sales meet the fault when a coupon is asked for, one with a new account's first call.
        sales = [Sale() for _ in range(ORDERS)]
        buyers = [shop] * (ORDERS - 1) + [self._new_shop()]
        with ThreadPoolExecutor(ORDERS + len(standing)) as people:
            acts = [people.submit(Shop.buy, *pair) for pair in zip(buyers, sales, strict=True)]
            acts += [
                people.submit(act, shop, sale)
                for act, sale in zip((Shop.cancel, Shop.refund), standing, strict=False)
            ]
            kills = self._wait(scenario)
            self._instance.sandbox("DELETE", "/faults")
            for each in acts:
                each.result()
        if scenario.staff_mend:
            self._mend(shop, [*standing, *sales])
        everything = [*standing, *sales]
        books, verdict = settle(self._instance, everything)
        verdict.unexplained = [f"{each} (after {scenario.name})" for each in verdict.unexplained]
        what = scenario.shown_as or scenario.name
        row = row_of(PART, self._database, what, books, everything, verdict)
        row.kills = kills
        return row

    def _wait(self, scenario: Scenario) -> int:
        """Seconds in which the faults do their work. Returns how many were killed meanwhile."""
        if not scenario.workers_die:
            is_late = any(fault["name"] == FaultName.LATENCY for fault in scenario.faults)
            sleep(IN_FORCE_S + LATE_S * is_late)
            return 0
        for worker in WORKERS:
            sleep(IN_FORCE_S / len(WORKERS))
            self._instance.kill(worker)
            self._instance.start_worker(worker)
        return len(WORKERS)

    def _mend(self, shop: Shop, sales: list[Sale]) -> None:
        """Staff do what the problems tell them, once the workflows have come to rest."""
        settle(self._instance, sales, patience=IN_FORCE_S)
        for sale in sales:
            if sale.fate is Fate.SOLD:
                shop.synchronize(sale)
            else:
                shop.cancel_again(sale)


WORKERS = ("worker-1", "worker-2")
