"""Work for a platform that no process serves: never given up, said once, closed by itself."""

from datetime import timedelta

import pytest

from bittitan_plugin.base.clock import system_clock
from bittitan_plugin.domain.problems import ProblemKind
from bittitan_plugin.domain.retries import ORDER_NOT_DUE
from bittitan_plugin.services.platforms import report_unserved, watch_platform
from bittitan_plugin.services.selling.ordering import accept
from bittitan_plugin.workflows.engine import attempts, runtime
from tests.fakes.host import line
from tests.world import PACE, SOLD, Shop

pytestmark = pytest.mark.databases("sqlite", "postgresql")


def kinds(shop: Shop) -> list[ProblemKind]:
    return [problem.kind for problem in shop.problems()]


def unattached(shop: Shop) -> None:
    """The platform is served by no process any more."""
    del shop.world.application.platforms._announced[shop.id]


def pay(shop: Shop) -> None:
    """An order is paid; whoever took it has told the plugin."""
    order = shop.host.place(line())
    with shop.ports.store.looking_up() as installations:
        installation = installations.by_id(shop.id)
    accept(shop.ports, installation, order)


def test_a_sale_waits_for_a_process_that_serves_its_platform(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "PATIENCE_FOR_PLATFORM", 0.0)
    unattached(shop)
    pay(shop)
    shop.until(lambda: kinds(shop) == [ProblemKind.PLATFORM_UNSERVED])
    shop.attach(shop.host)
    shop.settle()
    watch_platform(shop.tenant)
    assert (shop.tally(), kinds(shop)) == (SOLD, [])


def test_it_is_not_given_up_however_long_it_takes(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    ahead = [0.0]
    monkeypatch.setattr(
        runtime.current(), "now", lambda: system_clock() + timedelta(seconds=ahead[0])
    )
    monkeypatch.setattr(attempts, "LONGEST_HOP", 0.5)
    # What is said so late is said after an order that is not due yet would have been given up.
    monkeypatch.setattr(attempts, "PATIENCE_FOR_PLATFORM", 2 * ORDER_NOT_DUE.give_up_after)
    unattached(shop)
    pay(shop)

    def is_said_in_the_end() -> bool:
        ahead[0] += ORDER_NOT_DUE.give_up_after * PACE
        return kinds(shop) == [ProblemKind.PLATFORM_UNSERVED]

    shop.until(is_said_in_the_end)
    shop.attach(shop.host)
    shop.settle()
    assert shop.tally() == SOLD


def test_it_is_said_once(shop: Shop) -> None:
    for _ in range(3):
        report_unserved(shop.tenant)
    (problem,) = shop.problems()
    assert problem.occurrences == 1


def test_a_process_that_does_not_serve_it_leaves_the_problem_open(shop: Shop) -> None:
    report_unserved(shop.tenant)
    unattached(shop)
    watch_platform(shop.tenant)
    assert kinds(shop) == [ProblemKind.PLATFORM_UNSERVED]


def test_an_installation_nobody_asked_for_has_no_problem(shop: Shop) -> None:
    watch_platform(shop.tenant)
    assert kinds(shop) == []
