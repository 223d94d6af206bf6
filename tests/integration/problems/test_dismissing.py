"""A problem that was put aside stays aside until it happens again."""

from dataclasses import replace

import pytest

from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.problems import Problem
from bittitan_plugin.services import problems
from bittitan_plugin.services.ports import Tenant
from tests.fakes.host import line
from tests.world import STAFF, Shop


@pytest.fixture
def shop(shop_by_hand: Shop) -> Shop:
    return shop_by_hand


@pytest.fixture
def problem(shop: Shop) -> Problem:
    """Someone bought what this shop does not know."""
    shop.fire("order_fully_paid", shop.host.place(line("variant-new")))
    shop.settle()
    (found,) = shop.problems()
    return found


def again(shop: Shop) -> None:
    """It happens once more."""
    (order,) = shop.host.orders.values()
    shop.fire("order_fully_paid", order)
    shop.settle()


def test_it_is_no_longer_listed_and_says_who_did_it(shop: Shop, problem: Problem) -> None:
    done = problems.dismiss(shop.tenant, problem.id, STAFF)
    assert (done.dismissed_by, done.resolved_at) == (STAFF.name, shop.world.clock.now)
    assert shop.problems() == []


def test_when_it_happens_again_it_is_raised_anew(shop: Shop, problem: Problem) -> None:
    problems.dismiss(shop.tenant, problem.id, STAFF)
    shop.world.clock.advance(days=2)
    again(shop)
    (raised,) = shop.problems()
    assert (raised.id, raised.occurrences, raised.dismissed_by, raised.first_at) == (
        problem.id,
        1,
        None,
        shop.world.clock.now,
    )


def test_dismissing_twice_keeps_who_did_it_first(shop: Shop, problem: Problem) -> None:
    problems.dismiss(shop.tenant, problem.id, STAFF)
    second = problems.dismiss(shop.tenant, problem.id, replace(STAFF, name="other"))
    assert second.dismissed_by == STAFF.name


def test_acting_on_what_was_dismissed_does_nothing(shop: Shop, problem: Problem) -> None:
    problems.dismiss(shop.tenant, problem.id, STAFF)
    assert problems.act(shop.tenant, problem.id, STAFF).dismissed_by == STAFF.name


def test_it_can_be_dismissed_while_the_plugin_is_off(shop: Shop, problem: Problem) -> None:
    shop.configure(active=False)
    assert problems.dismiss(shop.tenant, problem.id, STAFF).resolved_at is not None


def test_a_problem_of_another_shop_does_not_exist(shop: Shop, problem: Problem) -> None:
    elsewhere = shop.world.application.attach(f"{shop.key}-other", shop.host)
    for touch in (problems.act, problems.dismiss):
        with pytest.raises(Refusal) as refusal:
            touch(Tenant(shop.ports, elsewhere), problem.id, STAFF)
        assert refusal.value.code in {ErrorCode.NOT_FOUND, ErrorCode.PLUGIN_INACTIVE}
    assert [each.id for each in shop.problems()] == [problem.id]
