"""*Synchronize again*: adopts, issues, asks what became of it, or takes up what got stuck."""

from collections import deque
from dataclasses import replace

import pytest

from bittitan_plugin.bittitan.sandbox import DEFAULT_PASSWORD
from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.errors import ErrorCode, Refusal, Rejected
from bittitan_plugin.domain.retries import VENDOR
from bittitan_plugin.domain.synchronization import SynchronizationOutcome as Outcome
from bittitan_plugin.domain.synchronization import outcome
from bittitan_plugin.services.selling.synchronization import synchronize
from bittitan_plugin.workflows import cancel as cancel_workflow
from bittitan_plugin.workflows import provision as provision_workflow
from tests.fakes.host import line
from tests.world import CANCELLED, SOLD, STAFF, Shop


@pytest.fixture
def shop(shop_by_hand: Shop) -> Shop:
    return shop_by_hand


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """BitTitan is given up after the second attempt instead of after a day."""
    for workflow in (cancel_workflow, provision_workflow):
        monkeypatch.setattr(workflow, "VENDOR", replace(VENDOR, give_up_after=1))


def done(shop: Shop, asset: Asset) -> Outcome | None:
    """Staff choose *Synchronize*; what it did."""
    before = shop.asset(asset.id)
    synchronize(shop.tenant, asset.id, STAFF)
    shop.settle()
    return outcome(before, shop.asset(asset.id))


@pytest.mark.usefixtures("impatient")
def test_a_coupon_issued_before_is_adopted(shop: Shop) -> None:
    faults = shop.sandbox.sandbox.faults
    faults.add("status", operation="issue", status=500, after_work=True)
    faults.add("status", operation="find", status=503)
    asset = shop.buy(line())
    faults.clear()

    assert done(shop, asset) is Outcome.ADOPTED
    assert shop.tally().issued == 1


def test_where_there_is_none_one_is_issued(shop: Shop) -> None:
    known = shop.sandbox.sandbox.products
    shop.sandbox.sandbox.products = []
    asset = shop.buy(line())
    shop.sandbox.sandbox.products = known

    assert done(shop, asset) is Outcome.ISSUED


def test_what_bittitan_still_refuses_is_refused(shop: Shop) -> None:
    shop.sandbox.sandbox.products = []

    assert done(shop, shop.buy(line())) is Outcome.REFUSED


def test_an_unused_coupon_is_unchanged(shop: Shop) -> None:
    assert done(shop, shop.buy(line())) is Outcome.UNCHANGED


def test_a_redeemed_coupon_is_found_out(shop: Shop) -> None:
    asset = shop.buy(line())
    shop.sandbox.sandbox.redeem(asset.coupon_id or "")

    assert done(shop, asset) is Outcome.UPDATED
    assert shop.asset(asset.id).coupon_status == "REDEEMED"


def test_a_cancelled_asset_is_refused(shop: Shop) -> None:
    asset = shop.cancel(shop.buy(line()))

    with pytest.raises(Refusal) as refused:
        done(shop, asset)
    assert refused.value.code is ErrorCode.ALREADY_CANCELLED


@pytest.mark.usefixtures("impatient")
def test_an_asset_left_cancelling_goes_on_with_the_same_cancellation(shop: Shop) -> None:
    asset = shop.buy(line())
    shop.sandbox.sandbox.faults.add("status", operation="cancel", status=503)
    shop.cancel(asset)
    shop.sandbox.sandbox.faults.clear()

    assert done(shop, asset) is Outcome.UPDATED
    assert (shop.tally(), shop.problems()) == (CANCELLED, [])


def test_a_credit_that_got_stuck_is_issued(shop: Shop) -> None:
    asset = shop.buy(line())
    shop.host.failures["credit"] = deque([Rejected("LOCKED", "the books are closed")])
    shop.cancel(asset)
    done(shop, asset)

    assert (shop.tally().credits, shop.problems()) == (1, [])


def test_a_withdrawal_that_got_stuck_goes_on_without_a_credit(shop: Shop) -> None:
    asset = shop.buy(line())
    shop.configure(api_password="wrong")
    shop.fire("order_cancelled", shop.host.orders[asset.order_id])
    shop.settle()
    shop.configure(api_password=DEFAULT_PASSWORD)
    done(shop, asset)

    assert (shop.tally(), shop.problems()) == (replace(SOLD, usable=0), [])
