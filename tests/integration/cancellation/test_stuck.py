"""A cancellation that could not finish is taken up again where it stopped, by cancelling again."""

from collections import deque
from dataclasses import replace

import pytest

from bittitan_plugin.bittitan.sandbox import DEFAULT_PASSWORD
from bittitan_plugin.domain.errors import Rejected
from bittitan_plugin.domain.problems import ProblemKind
from bittitan_plugin.domain.retries import VENDOR
from bittitan_plugin.workflows import cancel as cancel_workflow
from tests.fakes.host import line
from tests.world import CANCELLED, SOLD, Shop


@pytest.fixture
def shop(shop_by_hand: Shop) -> Shop:
    return shop_by_hand


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """BitTitan is given up after the second attempt instead of after a day."""
    monkeypatch.setattr(cancel_workflow, "VENDOR", replace(VENDOR, give_up_after=1))


@pytest.mark.usefixtures("impatient")
def test_a_vendor_that_stays_away_leaves_a_problem(shop: Shop) -> None:
    asset = shop.buy(line())
    shop.sandbox.sandbox.faults.add("status", operation="cancel", status=503)

    after = shop.cancel(asset)

    kinds = [problem.kind for problem in shop.problems()]
    assert (after.status, kinds) == ("CANCELLING", [ProblemKind.CANCELLATION_STUCK])


@pytest.mark.usefixtures("impatient")
def test_cancelling_again_goes_on_even_after_the_deadline(shop: Shop) -> None:
    asset = shop.buy(line())
    shop.sandbox.sandbox.faults.add("status", operation="cancel", status=503)
    shop.cancel(asset)
    shop.sandbox.sandbox.faults.clear()
    shop.world.clock.advance(days=20)

    shop.cancel(asset)

    assert (shop.tally(), shop.problems()) == (CANCELLED, [])


def test_a_refused_credit_is_issued_by_cancelling_again(shop: Shop) -> None:
    asset = shop.buy(line())
    shop.host.failures["credit"] = deque([Rejected("LOCKED", "the books are closed")])
    shop.cancel(asset)
    assert shop.tally().credits == 0

    shop.cancel(asset)

    assert (shop.tally().credits, shop.tally().refunds, shop.problems()) == (1, 1, [])


def test_a_refused_credit_is_a_problem(shop: Shop) -> None:
    asset = shop.buy(line())
    shop.host.failures["credit"] = deque([Rejected("LOCKED", "the books are closed")])
    shop.cancel(asset)

    assert [problem.kind for problem in shop.problems()] == [ProblemKind.FOLLOW_UP_FAILED]


def test_a_withdrawal_that_got_stuck_goes_on_without_a_credit(shop: Shop) -> None:
    asset = shop.buy(line())
    shop.configure(api_password="wrong")
    shop.fire("order_cancelled", shop.host.orders[asset.order_id])
    shop.settle()
    shop.configure(api_password=DEFAULT_PASSWORD)

    shop.cancel(asset)

    assert (shop.tally(), shop.problems()) == (replace(SOLD, usable=0), [])
