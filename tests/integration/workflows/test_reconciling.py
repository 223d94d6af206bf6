"""A reconciliation through the workflow engine: what its other tests do by hand."""

import pytest

from bittitan_plugin.domain.runs import RunState
from bittitan_plugin.services.reconciling import reconciliation
from tests.fakes.host import line
from tests.integration.racing import at_once
from tests.integration.reconciliation.comparing import found, latest, missed, reconcile
from tests.world import Shop


def test_while_bittitan_is_away_it_waits_and_then_comes_to_its_end(shop: Shop) -> None:
    asset = shop.buy(line())
    shop.sandbox.sandbox.redeem(asset.coupon_id or "")
    shop.sandbox.sandbox.faults.add("status", operation="changes", status=503, times=4)
    run = reconcile(shop)
    assert (run.state, found(run)) == (RunState.FINISHED, {"COUPON_REDEEMED": 1})


@pytest.mark.databases("sqlite", "postgresql")
def test_each_day_it_runs_by_itself_once_and_changes_nothing(shop: Shop) -> None:
    missed(shop)
    shop.world.clock.advance(days=1)
    at_once(5, lambda: reconciliation.start_daily(shop.tenant))
    shop.settle()
    run = latest(shop)
    assert run is not None
    assert (run.started_by, found(run), shop.tally().assets) == ("daily", {"MISSED_ORDER": 1}, 0)
    with shop.tenant.reading() as work:
        assert len(work.runs.latest(limit=9)) == 1
