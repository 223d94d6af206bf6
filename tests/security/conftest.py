"""A stage for each kind of database, built once."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from bittitan_plugin.bittitan.sandbox import SandboxServer
from bittitan_plugin.platforms.shop import passwords
from tests.conftest import Databases
from tests.security.permission_fixture import Stage, open_stage


@pytest.fixture(scope="module")
def stage(
    databases: Databases,
    tmp_path_factory: pytest.TempPathFactory,
    _sandbox_server: SandboxServer,
) -> Iterator[Stage]:
    """On SQLite."""
    directory = tmp_path_factory.mktemp("stage")
    url = databases.fresh("sqlite", directory)
    file = next(directory.glob("*.sqlite"))
    with _cheap_passwords(), open_stage(url, file, _sandbox_server) as stage:
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
    with _cheap_passwords(), open_stage(url, directory / "unused", _sandbox_server) as stage:
        yield stage
    databases.drop(url)


@contextmanager
def _cheap_passwords() -> Iterator[None]:
    """Everybody signs in, some again and again; what hashing costs is no part of who may what."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_N", 2)
        yield
