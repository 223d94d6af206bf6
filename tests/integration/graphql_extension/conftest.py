"""A platform per test: on SQLite, and on PostgreSQL too where the database decides the outcome."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import Databases, StandingClock
from tests.integration.graphql_extension.platform import Platform, open_platform


@pytest.fixture
def platform(databases: Databases, clock: StandingClock, tmp_path: Path) -> Iterator[Platform]:
    """On SQLite."""
    url = databases.fresh("sqlite", tmp_path)
    with open_platform(url, clock, key="default") as platform:
        yield platform


@pytest.fixture
def platform_on_either(database_url: str, clock: StandingClock) -> Iterator[Platform]:
    """On SQLite, then on PostgreSQL."""
    with open_platform(database_url, clock, key="default") as platform:
        yield platform


@pytest.fixture
def platform_elsewhere(platform: Platform) -> Platform:
    """Another installation in the same database."""
    with platform.ports.store.installations() as installations:
        other = installations.open("elsewhere", platform.clock())
    return replace(platform, installation_id=other.id)
