"""How a reconciliation runs: one at a time, up to its limit, by itself every day, for one asset."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from bittitan_plugin.domain.assets import ProvisioningStatus
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.problems import ProblemAction, ProblemKind
from bittitan_plugin.domain.reconciliation import Report
from bittitan_plugin.domain.runs import Run, RunKind, RunState
from bittitan_plugin.services import runs
from bittitan_plugin.services.reconciling import reconciliation
from tests.fakes.host import line
from tests.integration.racing import at_once
from tests.integration.reconciliation.comparing import (
    changed,
    issued_unseen,
    missed,
    reconcile,
)
from tests.world import Shop


def cut_short(shop: Shop, *, after: int, **values: Any) -> Run:
    """A run whose process dies when it has been told that often how far it is."""
    run = runs.begin(shop.tenant, RunKind.RECONCILIATION, "staff@example.com")
    left = [after]

    def die(_report: Report) -> None:
        left[0] -= 1
        if not left[0]:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        reconciliation.run_now(shop.tenant, run.id, tell=die, **values)
    return run


def go_on(shop: Shop, run: Run, **values: Any) -> Run:
    return reconciliation.run_now(shop.tenant, run.id, **values)


def test_it_stops_at_its_limit_and_says_so(shop: Shop) -> None:
    for _ in range(5):
        missed(shop)
    run = reconcile(shop, apply=True, max_changes=3)
    assert (changed(run), run.report["stopped_at_limit"]) == ({"MISSED_ORDER": 3}, True)
    assert shop.tally().issued == 3


def test_a_limit_of_nothing_changes_nothing(shop: Shop) -> None:
    missed(shop)
    run = reconcile(shop, apply=True, max_changes=0)
    assert (changed(run), run.report["stopped_at_limit"]) == ({}, True)


def test_a_limit_below_nothing_is_refused_on_its_field(shop: Shop) -> None:
    with pytest.raises(Refusal) as refusal:
        reconciliation.start(shop.tenant, "staff", max_changes=-1)
    assert (refusal.value.code, refusal.value.field) == (ErrorCode.INVALID, "max_changes")


def test_while_the_plugin_is_off_none_is_begun(shop: Shop) -> None:
    shop.configure(active=False)
    with pytest.raises(Refusal) as refusal:
        reconciliation.start(shop.tenant, "staff")
    assert refusal.value.code is ErrorCode.PLUGIN_INACTIVE


def test_one_is_at_work_at_a_time(shop: Shop) -> None:
    runs.begin(shop.tenant, RunKind.RECONCILIATION, "staff@example.com")
    with pytest.raises(Refusal) as refusal:
        reconciliation.start(shop.tenant, "other@example.com")
    assert refusal.value.code is ErrorCode.UNIQUE
    assert "staff@example.com" in refusal.value.message


def test_cut_short_and_run_again_it_never_makes_more_changes_than_its_limit(shop: Shop) -> None:
    for _ in range(6):
        missed(shop)
    shop.world.clock.advance(hours=1)
    run = cut_short(shop, after=4, apply=True, max_changes=4)
    done = go_on(shop, run, apply=True, max_changes=4)
    shop.settle()
    assert done.report["changes"] == 4
    assert 2 <= shop.tally().issued <= 4


def test_what_a_dead_process_had_compared_is_known(shop: Shop) -> None:
    missed(shop)
    run = cut_short(shop, after=2, apply=True, max_changes=9)
    known = runs.get(shop.tenant, run.id)
    assert (known.state, known.report["changes"]) == (RunState.RUNNING, 1)


def test_a_run_that_was_ended_meanwhile_does_nothing(shop: Shop) -> None:
    missed(shop)
    run = runs.begin(shop.tenant, RunKind.RECONCILIATION, "staff@example.com")
    runs.stop(shop.tenant, run.id, "Not wanted.")
    shop.world.clock.advance(hours=1)
    assert go_on(shop, run, apply=True, max_changes=9).state is RunState.STOPPED
    assert shop.tally().assets == 0


@pytest.mark.parametrize(
    ("hours", "begun"), [(1, False), (16, False), (18, True), (26, True)], ids=str
)
def test_the_day_begins_at_three_in_the_night(shop: Shop, hours: float, begun: bool) -> None:
    shop.world.clock.advance(hours=hours)
    assert (reconciliation.start_daily(shop.tenant) is not None) is begun


def test_the_next_day_it_runs_again(shop: Shop) -> None:
    for _ in range(2):
        shop.world.clock.advance(days=1)
        assert reconciliation.start_daily(shop.tenant) is not None
        shop.settle()


def test_while_the_plugin_is_off_no_day_is_reconciled(shop: Shop) -> None:
    shop.configure(active=False)
    shop.world.clock.advance(days=1)
    assert reconciliation.start_daily(shop.tenant) is None


def test_a_daily_run_waits_for_one_that_is_at_work(shop: Shop) -> None:
    shop.world.clock.advance(days=1)
    run = runs.begin(shop.tenant, RunKind.RECONCILIATION, "staff@example.com")
    assert reconciliation.start_daily(shop.tenant) is None
    runs.stop(shop.tenant, run.id, "Done.")
    assert reconciliation.start_daily(shop.tenant) is not None


def test_differences_are_one_problem_with_a_button(shop: Shop) -> None:
    missed(shop)
    reconcile(shop)
    reconcile(shop)
    (problem,) = shop.problems()
    assert (problem.kind, problem.action, problem.occurrences) == (
        ProblemKind.DIFFERENCES_FOUND,
        ProblemAction.RECONCILE,
        2,
    )
    assert "1 × MISSED_ORDER" in problem.message


def test_the_problem_closes_when_everything_agrees(shop: Shop) -> None:
    missed(shop)
    reconcile(shop)
    reconcile(shop, apply=True)
    assert shop.problems() == []


def test_the_problem_stays_while_the_limit_left_some(shop: Shop) -> None:
    missed(shop)
    missed(shop)
    reconcile(shop, apply=True, max_changes=1)
    assert [problem.kind for problem in shop.problems()] == [ProblemKind.DIFFERENCES_FOUND]


def test_right_after_a_failure_a_coupon_that_was_issued_is_adopted(shop: Shop) -> None:
    shop.buy(line())
    shop.sandbox.sandbox.faults.add("status", operation="issue", status=422)
    failed = shop.buy(line())
    shop.sandbox.sandbox.faults.clear()
    coupon = issued_unseen(shop, failed)
    assert reconciliation.reconcile_asset(shop.tenant, failed.id)
    shop.settle()
    asset = shop.asset(failed.id)
    assert (asset.provisioning_status, asset.coupon_id) == (
        ProvisioningStatus.SYNCHRONIZED,
        coupon.id,
    )


def test_right_after_a_failure_nothing_is_issued_anew(shop: Shop) -> None:
    shop.sandbox.sandbox.faults.add("status", operation="issue", status=422)
    failed = shop.buy(line())
    assert not reconciliation.reconcile_asset(shop.tenant, failed.id)
    assert shop.asset(failed.id).provisioning_status is ProvisioningStatus.FAILED


def test_a_silent_run_is_ended_and_does_not_stand_in_the_way(shop: Shop) -> None:
    dead = runs.begin(shop.tenant, RunKind.RECONCILIATION, "staff@example.com")
    shop.world.clock.advance(minutes=15)
    assert runs.end_silent(shop.tenant) == 1
    ended = runs.get(shop.tenant, dead.id)
    assert (ended.state, ended.error) == (
        RunState.STOPPED,
        "Its process ended without a word; begin it again.",
    )


def test_beginning_anew_ends_a_silent_run(shop: Shop) -> None:
    dead = runs.begin(shop.tenant, RunKind.RECONCILIATION, "staff@example.com")
    shop.world.clock.advance(minutes=15)
    runs.begin(shop.tenant, RunKind.RECONCILIATION, "staff@example.com")
    assert runs.get(shop.tenant, dead.id).state is RunState.STOPPED


def test_a_run_that_is_heard_of_is_not_ended(shop: Shop) -> None:
    run = runs.begin(shop.tenant, RunKind.STOCK_IMPORT, "staff@example.com")
    shop.world.clock.advance(minutes=14)
    runs.Progress(shop.tenant, run.id).tell(3, 10)
    shop.world.clock.advance(minutes=14)
    assert runs.end_silent(shop.tenant) == 0


def test_runs_of_other_kinds_are_at_work_beside_it(shop: Shop) -> None:
    for kind in RunKind:
        runs.begin(shop.tenant, kind, "staff@example.com")
    with shop.tenant.reading() as work:
        assert {run.kind for run in work.runs.all_at_work()} == set(RunKind)


@pytest.mark.databases("sqlite", "postgresql")
def test_of_many_that_begin_at_once_one_does(shop: Shop) -> None:
    def begin() -> UUID | None:
        try:
            return runs.begin(shop.tenant, RunKind.STOCK_IMPORT, "staff@example.com").id
        except Refusal:
            return None

    begun = at_once(8, begin)
    assert len([one for one in begun if one]) == 1


def test_progress_is_written_now_and_then(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "INTERVAL_S", timedelta(hours=1).total_seconds())
    run = runs.begin(shop.tenant, RunKind.STOCK_IMPORT, "staff@example.com")
    progress = runs.Progress(shop.tenant, run.id)
    for done in range(1, 50):
        progress.tell(done, 50)
    first = runs.get(shop.tenant, run.id)
    progress.tell(50, 50, at_once=True)
    last = runs.get(shop.tenant, run.id)
    assert (first.done, last.done, last.total) == (1, 50, 50)
