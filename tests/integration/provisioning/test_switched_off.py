"""Switched off, the plugin takes nothing in and finishes what runs; on again, it works at once."""

import pytest

from bittitan_hooks.specs import OutcomeStatus
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from tests.fakes.host import line
from tests.world import NOTHING, SOLD, Shop


def test_events_are_ignored_while_switched_off(shop: Shop) -> None:
    shop.configure(active=False)

    outcome = shop.fire("order_fully_paid", shop.host.place(line()))
    shop.settle()

    assert (outcome.status, shop.tally()) == (OutcomeStatus.IGNORED, NOTHING)


def test_what_runs_is_finished_while_switched_off(shop: Shop) -> None:
    shop.sandbox.sandbox.faults.add("status", status=503)
    shop.fire("order_fully_paid", shop.host.place(line()))
    shop.configure(active=False)
    shop.sandbox.sandbox.faults.clear()
    shop.settle()

    assert shop.tally() == SOLD


def test_it_works_at_once_when_switched_on_again(shop: Shop) -> None:
    shop.configure(active=False)
    shop.configure()

    shop.buy(line())

    assert shop.tally() == SOLD


def test_switching_on_again_keeps_the_password(shop: Shop) -> None:
    shop.configure(active=False)
    shop.configure()

    assert shop.buy(line()).has_coupon


def test_nothing_is_synchronized_while_switched_off(shop: Shop) -> None:
    asset = shop.buy(line())
    shop.configure(active=False)

    with pytest.raises(Refusal) as refusal:
        shop.synchronize(asset)
    assert refusal.value.code is ErrorCode.PLUGIN_INACTIVE
