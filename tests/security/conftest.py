"""A stage for each kind of database, built once."""

from collections.abc import Iterator

import pytest

from bittitan_plugin.vendor.sandbox import SandboxServer
from tests.conftest import Databases
from tests.security.stage import Stage, open_stage


@pytest.fixture(scope="module")
def stage(
    databases: Databases,
    tmp_path_factory: pytest.TempPathFactory,
    _sandbox_server: SandboxServer,
) -> Iterator[Stage]:
    """On SQLite."""
    directory = tmp_path_factory.mktemp("stage")
    url = databases.fresh("sqlite", directory)
    with open_stage(url, next(directory.glob("*.sqlite")), _sandbox_server) as stage:
        yield stage


@pytest.fixture(scope="module")
def stage_on_postgresql(
    databases: Databases,
    postgresql_server: str,  # noqa: ARG001 - by it a test is known to be about PostgreSQL
    tmp_path_factory: pytest.TempPathFactory,
    _sandbox_server: SandboxServer,
) -> Iterator[Stage]:
    """On PostgreSQL."""
    directory = tmp_path_factory.mktemp("stage")
    url = databases.fresh("postgresql", directory)
    with open_stage(url, directory / "unused", _sandbox_server) as stage:
        yield stage
    databases.drop(url)
