"""A platform per test: on SQLite, and on PostgreSQL too where the database decides the outcome.

All of a kind are in one database, because making one costs more than most tests. Tests stay apart
by installation.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import Engine

from bittitan_plugin.services.ports import Tenant
from bittitan_plugin.store.engine import open_engine
from tests.conftest import Databases, StandingClock
from tests.integration.graphql_extension.platform import Platform, open_platform

EngineOf = Callable[[str], Engine]


@pytest.fixture(scope="session")
def engine_of(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineOf]:
    """The engine on a database of that kind, opened when it is first asked for."""
    directory = tmp_path_factory.mktemp("platforms")
    opened: dict[str, tuple[str, Engine]] = {}

    def engine_of(kind: str) -> Engine:
        if kind not in opened:
            url = databases.fresh(kind, directory)
            opened[kind] = (url, open_engine(url))
        return opened[kind][1]

    yield engine_of
    for url, engine in opened.values():
        engine.dispose()
        databases.drop(url)


@pytest.fixture
def platform(engine_of: EngineOf, clock: StandingClock) -> Platform:
    """On SQLite."""
    return open_platform(engine_of("sqlite"), clock)


@pytest.fixture
def platform_on_either(engine_of: EngineOf, database_kind: str, clock: StandingClock) -> Platform:
    """On SQLite, then on PostgreSQL."""
    return open_platform(engine_of(database_kind), clock)


@pytest.fixture
def platform_elsewhere(platform: Platform) -> Platform:
    """Another installation in the same database."""
    with platform.ports.store.installations() as installations:
        other = installations.open(f"elsewhere-{uuid4()}", platform.clock())
    return replace(platform, tenant=Tenant(platform.ports, other.id))
