"""What all tests share: databases, a clock that stands, and the fixtures of each part."""

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import settings
from sqlalchemy import create_engine, make_url

from bittitan_plugin.store import migrations
from bittitan_plugin.store.engine import open_engine
from bittitan_plugin.workflows.queue import migrate as migrate_engine
from tests import postgres

pytest_plugins = [
    "pytester",
    "tests.captured_secrets",
    "tests.certificates",
    "tests.sandbox_fixtures",
    "tests.world",
]

# A busy machine is no defect. Hypothesis has a profile of its own for CI, which repeats itself.
settings.register_profile("unhurried", deadline=None)
if not os.environ.get("CI"):
    settings.load_profile("unhurried")

_servers: list[postgres.Server] = []


def pytest_configure(config: pytest.Config) -> None:
    """Start PostgreSQL once, in the process that hands tests out; others inherit its address."""
    if hasattr(config, "workerinput") or os.environ.get(postgres.VARIABLE):
        return
    server = postgres.start()
    if server is not None:
        _servers.append(server)
        os.environ[postgres.VARIABLE] = server.url


def pytest_unconfigure() -> None:
    """Stop what was started here."""
    while _servers:
        _servers.pop().stop()
        os.environ.pop(postgres.VARIABLE, None)


class StandingClock:
    """A clock that moves only when told to."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **amount: float) -> None:
        """Move on by a ``timedelta``'s arguments."""
        self.now += timedelta(**amount)


@pytest.fixture
def clock() -> StandingClock:
    """Stands at a fixed instant."""
    return StandingClock(datetime(2026, 3, 10, 9, 30, tzinfo=UTC))


def server_url() -> str:
    """The PostgreSQL server's address; skips, or fails where one is required, if there is none."""
    url = os.environ.get(postgres.VARIABLE)
    if url is None:
        reason = f"no PostgreSQL: neither {postgres.VARIABLE} nor Debian's server programs found"
        if os.environ.get(postgres.REQUIRED):
            pytest.fail(reason)
        pytest.skip(reason)
    return url


class Databases:
    """Makes fresh, migrated databases quickly: copies of one that was migrated for real."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._templates: dict[str, str] = {}

    def fresh(self, kind: str, directory: Path) -> str:
        """The address of a new database of that kind."""
        if kind == "sqlite":
            target = directory / f"{uuid4().hex}.sqlite"
            shutil.copy(self._sqlite_template(), target)
            return f"sqlite:///{target}"
        name = f"test_{uuid4().hex}"
        self._on_server(f'CREATE DATABASE "{name}" TEMPLATE "{self._postgresql_template()}"')
        return _on(server_url(), name)

    def drop(self, url: str) -> None:
        """Take a database away again."""
        if make_url(url).get_backend_name() == "postgresql":
            self._on_server(f'DROP DATABASE "{make_url(url).database}" WITH (FORCE)')

    def _sqlite_template(self) -> Path:
        path = self._directory / "template.sqlite"
        if not path.exists():
            _migrate(f"sqlite:///{path}")
        return path

    def _postgresql_template(self) -> str:
        if "postgresql" not in self._templates:
            name = f"template_{uuid4().hex}"
            self._on_server(f'CREATE DATABASE "{name}"')
            _migrate(_on(server_url(), name))
            self._templates["postgresql"] = name
        return self._templates["postgresql"]

    def _on_server(self, statement: str) -> None:
        url = make_url(server_url()).set(drivername="postgresql+psycopg")
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)
        engine.dispose()


def _on(url: str, database: str) -> str:
    return make_url(url).set(database=database).render_as_string(hide_password=False)


def _migrate(url: str) -> None:
    engine = open_engine(url)
    migrations.upgrade(engine)
    engine.dispose()
    migrate_engine(url)


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Databases:
    """Makes databases for this test process."""
    return Databases(tmp_path_factory.mktemp("databases"))


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(
    request: pytest.FixtureRequest, databases: Databases, tmp_path: Path
) -> Iterator[str]:
    """A fresh database of this test alone, once on each kind."""
    url = databases.fresh(request.param, tmp_path)
    yield url
    databases.drop(url)
