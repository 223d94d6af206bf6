"""A Saleor that keeps from the app what it needs is said at once, and closed when it is over."""

import pytest

from bittitan_plugin.cli.doctor import Finding, examine
from bittitan_plugin.domain.problems import ProblemKind
from bittitan_plugin.platforms.saleor.app_health import AppHealthWatch
from tests.fakes.saleor.records import App
from tests.integration.saleor.story.conftest import Market


@pytest.fixture
def watch(market: Market) -> AppHealthWatch:
    ports = market.shop.ports
    return AppHealthWatch(market.station.apps, ports.store, ports.clock)


@pytest.fixture
def app(market: Market) -> App:
    """Ours, as that Saleor has it."""
    assert market.station.sender.app is not None
    return market.station.sender.app


def finding(market: Market) -> Finding:
    name = f"Saleor of '{market.shop.key}'"
    (found,) = [each for each in examine(market.station.application) if each.check == name]
    return found


def test_all_is_well_after_an_installation(market: Market, watch: AppHealthWatch) -> None:
    watch.look_all()
    assert (market.shop.problems(), finding(market).ok) == ([], True)


def test_a_withdrawn_permission_is_a_problem_that_closes_when_it_is_back(
    market: Market, watch: AppHealthWatch, app: App
) -> None:
    app.permissions.remove("MANAGE_ORDERS")
    watch.look_all()
    watch.look_all()
    (problem,) = market.shop.problems()
    assert (problem.kind, problem.occurrences) == (ProblemKind.PLATFORM_RESTRICTED, 1)
    assert "lacks the permission MANAGE_ORDERS" in problem.message
    assert (finding(market).ok, "MANAGE_ORDERS" in finding(market).message) == (False, True)
    app.permissions.add("MANAGE_ORDERS")
    watch.look_all()
    assert market.shop.problems() == []


def test_an_inactive_webhook_is_a_problem_that_closes_when_it_is_back(
    market: Market, watch: AppHealthWatch, app: App
) -> None:
    name = next(iter(app.webhooks))
    app.webhooks[name] = False
    watch.look_all()
    (problem,) = market.shop.problems()
    assert f"its webhook '{name}' is inactive" in problem.message
    app.webhooks[name] = True
    watch.look_all()
    assert market.shop.problems() == []
