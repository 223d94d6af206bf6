"""What all tests share: databases, a clock that stands, and the fixtures of each part."""

import gc
import os
import shutil
from collections.abc import Callable, Generator, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import create_engine, make_url

from bittitan_plugin.store import engine as store_engine
from bittitan_plugin.store import migrations
from bittitan_plugin.store.engine import open_engine
from bittitan_plugin.workflows.engine.queue import migrate as migrate_engine
from tests import postgres

pytest_plugins = [
    "pytester",
    "tests.captured_secrets",
    "tests.certificates",
    "tests.sandbox_fixtures",
    "tests.world",
]

# A busy machine is no defect. Hypothesis has a profile of its own for CI, which repeats itself.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
if not os.environ.get("CI"):
    settings.load_profile("unhurried")

#: Folders whose tests are the business of ``make test-rest``.
REST = (
    "acceptance",
    "browser",
    "federation",
    "integration/demo",
    "integration/upgrade",
    "security/monsters",
)
#: What takes longest, and so begins first: no process is left alone with it at the end.
LONGEST = (
    "acceptance",
    "browser",
    "security",
    "integration/workflows/test_outages.py",
    "integration/cancellation/test_stateful.py",
    "integration/stock/test_many_processes.py",
)
_shared = pytest.StashKey[Path | None]()


def pytest_configure(config: pytest.Config) -> None:
    """PostgreSQL is shared by the processes of a run; the one that hands tests out ends it."""
    if not hasattr(config, "workerinput"):
        config.stash[_shared] = postgres.share()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what was started for this run."""
    if _shared in config.stash:
        postgres.stop_shared(config.stash[_shared])


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Thousands of tests are found and none of them is garbage: nobody looks for it there."""
    gc.disable()
    found = yield
    gc.freeze()
    gc.enable()
    return found


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A database is SQLite, unless a test is marked with the kinds it is about."""
    if "database_kind" in metafunc.fixturenames:
        marker = metafunc.definition.get_closest_marker("databases")
        kinds = marker.args if marker else ("sqlite",)
        metafunc.parametrize("database_kind", kinds, indirect=True, scope="session")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what ``make test`` leaves out, and let what takes longest begin."""
    rest, longest = (_inside(each) for each in (REST, LONGEST))
    for item in items:
        if str(item.path).startswith(rest) or _asks_for_postgresql(item):
            item.add_marker("rest")
    items.sort(key=lambda item: not str(item.path).startswith(longest))


def _inside(parts: Sequence[str]) -> tuple[str, ...]:
    """How the paths of these files, and of all files in these folders, begin."""
    tests = Path(__file__).parent
    return tuple(str(tests / each) + ("" if each.endswith(".py") else os.sep) for each in parts)


def _asks_for_postgresql(item: pytest.Item) -> bool:
    if not isinstance(item, pytest.Function):
        return False
    kind = item.callspec.params.get("database_kind") if hasattr(item, "callspec") else None
    return kind == "postgresql" or "postgresql_server" in item.fixturenames


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


@pytest.fixture(scope="session", autouse=True)
def prepare_sqlite() -> Iterator[Callable[[Any, object], None]]:
    """How the program prepares a connection; tests do so too, but do not wait for the disk.

    They end processes, never the power: what protects against that only costs time.
    """
    prepare = store_engine._prepare_sqlite

    def prepare_without_disk(connection: Any, record: object) -> None:
        prepare(connection, record)
        connection.execute("PRAGMA synchronous = OFF")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store_engine, "_prepare_sqlite", prepare_without_disk)
        yield prepare


def server_url() -> str:
    """The PostgreSQL server's address; skips, or fails where one is required, if there is none."""
    url = postgres.shared_url()
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
        self._postgresql: str | None = None

    def fresh(self, kind: str, directory: Path) -> str:
        """The address of a new database of that kind."""
        if kind == "sqlite":
            target = directory / f"{uuid4().hex}.sqlite"
            shutil.copy(self._sqlite_template(), target)
            return f"sqlite:///{target}"
        name = f"test_{uuid4().hex}"
        self._on_server(f'CREATE DATABASE "{name}" TEMPLATE "{self._postgresql_template()}"')
        return _on(server_url(), name)

    def empty(self, kind: str, directory: Path) -> str:
        """The address of a new database of that kind with nothing in it."""
        if kind == "sqlite":
            return f"sqlite:///{directory / f'{uuid4().hex}.sqlite'}"
        name = f"test_{uuid4().hex}"
        self._on_server(f'CREATE DATABASE "{name}"')
        return _on(server_url(), name)

    def drop(self, url: str) -> None:
        """Take a database away again, if it is still there."""
        if make_url(url).get_backend_name() == "postgresql":
            self._on_server(f'DROP DATABASE IF EXISTS "{make_url(url).database}" WITH (FORCE)')

    def _sqlite_template(self) -> Path:
        path = self._directory / "template.sqlite"
        if not path.exists():
            _migrate(f"sqlite:///{path}")
        return path

    def _postgresql_template(self) -> str:
        if self._postgresql is None:
            url = self.empty("postgresql", self._directory)
            _migrate(url)
            self._postgresql = str(make_url(url).database)
        return self._postgresql

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


@pytest.fixture(scope="session")
def database_kind(request: pytest.FixtureRequest) -> str:
    """``sqlite`` or ``postgresql``: which kinds a test sees is said by the mark ``databases``."""
    return str(request.param)


@pytest.fixture(scope="session")
def postgresql_server() -> str:
    """The address of a PostgreSQL server, for tests that are about PostgreSQL alone."""
    return server_url()


@pytest.fixture
def database_url(database_kind: str, databases: Databases, tmp_path: Path) -> Iterator[str]:
    """A fresh, migrated database of this test alone."""
    url = databases.fresh(database_kind, tmp_path)
    yield url
    databases.drop(url)


@pytest.fixture
def empty_database_url(database_kind: str, databases: Databases, tmp_path: Path) -> Iterator[str]:
    """A database with nothing in it."""
    url = databases.empty(database_kind, tmp_path)
    yield url
    databases.drop(url)


@pytest.fixture
def postgresql_url(
    databases: Databases,
    postgresql_server: str,  # noqa: ARG001 - by it a test is known to be about PostgreSQL
    tmp_path: Path,
) -> Iterator[str]:
    """A fresh, migrated PostgreSQL database of this test alone."""
    url = databases.fresh("postgresql", tmp_path)
    yield url
    databases.drop(url)
