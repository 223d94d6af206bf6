"""The parts of the harness do what the proof takes for granted."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy.engine.default import DefaultDialect

from bittitan_plugin.bittitan.sandbox.faults import FaultName
from bittitan_plugin.workflows.engine.attempts import Attempt
from bittitan_plugin.workflows.engine.sweep import Sweep
from tests.chaos import bus, mailbox
from tests.chaos.faults import ALONE, SPOILT, Scenario, scenarios
from tests.chaos.fork_server import PRODUCT
from tests.chaos.memory import Memory
from tests.chaos.report import record
from tests.chaos.rows import Row, merged
from tests.chaos.shop import Sale
from tests.chaos.verdict import Verdict
from tests.waiting import until

MIB = 1024**2


def test_every_fault_of_the_sandbox_has_its_scenario() -> None:
    assert set(ALONE) == set(FaultName)


def test_every_fault_is_also_tried_at_a_vendor_that_issues_again() -> None:
    together = [{fault["name"] for fault in each.faults} for each in scenarios_of()]
    assert all({name, FaultName.IDEMPOTENCY_OFF} in together for name in FaultName)


def test_the_long_form_spoils_every_operation_by_itself() -> None:
    spoilt = {
        (fault["name"], fault.get("operation"))
        for each in scenarios_of(every_operation_apart=True)
        for fault in each.faults
    }
    assert {(name, operation) for name in FaultName for operation in SPOILT} <= spoilt


def scenarios_of(*, every_operation_apart: bool = False) -> list[Scenario]:
    return list(scenarios(every_operation_apart=every_operation_apart))


def test_an_event_is_delivered_again_until_it_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # How late events come is another's subject.
    monkeypatch.setattr(bus, "LONGEST_DELAY_S", 0)
    monkeypatch.setattr(bus, "LONGEST_ECHO_S", 0)
    answers, taken = iter([False, False, True, True]), []

    def deliver(*letter: str) -> bool:
        taken.append(letter)
        return next(answers, True)

    bus.Bus(tmp_path, deliver).post("order_paid", "OrderPaid", "{}")
    until(lambda: bus.is_empty(tmp_path))

    assert set(taken) == {("order_paid", "OrderPaid", "{}")}
    assert len(taken) >= 3


def test_an_event_survives_the_process_that_took_it(tmp_path: Path) -> None:
    (tmp_path / "event-0.000-left").write_text(json.dumps(["order_paid", "OrderPaid", "{}"]))
    taken: list[tuple[str, ...]] = []

    def deliver(*letter: str) -> bool:
        taken.append(letter)
        return True

    bus.Bus(tmp_path, deliver)
    until(lambda: bus.is_empty(tmp_path))

    assert taken == [("order_paid", "OrderPaid", "{}")]


def test_a_message_that_came_again_is_one_message(tmp_path: Path) -> None:
    file = tmp_path / "mail.jsonl"
    entries = [{"id": f"<{name}@bittitan-plugin>", "to": []} for name in ("a", "b", "a")]
    file.write_text("".join(json.dumps(entry) + "\n" for entry in entries))

    assert mailbox.messages(file) == Counter({"a": 2, "b": 1})


def test_no_mail_at_all_is_none(tmp_path: Path) -> None:
    assert mailbox.messages(tmp_path / "mail.jsonl") == Counter()


def test_memory_that_settles_after_a_while_is_flat() -> None:
    assert Memory("web", [80 * MIB] * 10 + [120 * MIB] * 30).is_flat


def test_memory_that_keeps_growing_is_not() -> None:
    assert not Memory("web", [(100 + 2 * second) * MIB for second in range(40)]).is_flat


def test_too_few_samples_say_nothing() -> None:
    assert Memory("web", [100 * MIB, 900 * MIB]).is_flat


def test_rows_about_the_same_thing_become_one() -> None:
    first = Row("fault", "SQLite", "latency", kills=1, orders=2, verdict=Verdict(lost=["a"]))
    second = Row("fault", "SQLite", "latency", orders=3, verdict=Verdict(lost=["b"]))
    other = Row("fault", "PostgreSQL", "latency", orders=1)

    both, alone = merged([first, other, second])

    assert (both.kills, both.orders, both.verdict.lost) == (1, 5, ["a", "b"])
    assert alone.orders == 1


def test_a_sale_has_no_order_before_the_shop_said_so() -> None:
    assert Sale().order_id == ""


@pytest.mark.parametrize("name", PRODUCT)
def test_what_the_nursery_imports_is_there(name: str) -> None:
    __import__(name)


def test_boundaries_are_seen_through_functions_that_are_still_there() -> None:
    # Each is wrapped by their names; a library that renames them would leave nobody to die.
    assert callable(DefaultDialect.do_commit)
    assert callable(Attempt.step)
    assert callable(Attempt.try_once)
    assert callable(Sweep.hand_in_due)


def test_a_run_is_recorded_with_every_part_and_every_process(tmp_path: Path) -> None:
    rows = [Row("Faults", "SQLite", "latency", orders=2), Row("Soak", "SQLite", "400 orders")]
    (tmp_path / "page.md").write_text("Before.\n<!-- run -->\nold\n<!-- /run -->\nAfter.\n")
    record(rows, [Memory("worker", [MIB] * 4)], "on a machine: clean.", tmp_path / "page.md")
    page = (tmp_path / "page.md").read_text()
    assert page.startswith("Before.\n")
    assert page.endswith("After.\n")
    assert "old" not in page
    assert re.findall(r"(?m)^## (.*)$", page) == ["Faults", "Soak", "Memory"]
    assert "| SQLite" in page
    assert "on a machine: clean." in page
    assert "- worker: 1, 1, 1, 1 MiB by quarter: flat" in page
