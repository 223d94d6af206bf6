"""The database's history: from empty to today's tables, on both databases."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import inspect

from bittitan_plugin.platforms.registry import platform_tables
from bittitan_plugin.store import migrations
from bittitan_plugin.store.engine import open_engine
from bittitan_plugin.store.tables import Base
from tests.waiting import PATIENCE_S

pytestmark = pytest.mark.databases("sqlite", "postgresql")

#: What a process does when it starts: our tables, then the workflow engine's.
START = """
import sys
from bittitan_plugin.plugin.bootstrap import build
from bittitan_plugin.base.settings import Settings
application = build(Settings(database_url=sys.argv[1], var_dir=sys.argv[2]))
application.migrate()
application.close()
"""


def test_upgrading_an_empty_database_gives_the_tables_the_code_describes(database_url: str) -> None:
    engine = open_engine(database_url)
    migrations.check(engine, platform_tables())
    engine.dispose()


def test_upgrading_twice_changes_nothing(database_url: str) -> None:
    engine = open_engine(database_url)
    before = inspect(engine).get_table_names()
    migrations.upgrade(engine)
    assert inspect(engine).get_table_names() == before
    assert migrations.version_fault(engine) == ""
    engine.dispose()


def test_an_empty_database_is_not_current(empty_database_url: str) -> None:
    engine = open_engine(empty_database_url)
    assert "has no tables" in migrations.version_fault(engine)
    engine.dispose()


def test_threads_that_upgrade_an_empty_database_at_once_upgrade_it_once(
    empty_database_url: str,
) -> None:
    engine, together = open_engine(empty_database_url), Barrier(2)

    def upgrade(_: int) -> None:
        together.wait()
        migrations.upgrade(engine)

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(upgrade, range(2)))
    assert migrations.version_fault(engine) == ""
    assert set(Base.metadata.tables) <= set(inspect(engine).get_table_names())
    engine.dispose()


@pytest.mark.rest
def test_processes_that_start_at_once_on_an_empty_database_all_start(
    empty_database_url: str, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", START, empty_database_url, str(tmp_path / "var")]
    starting = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [process.communicate(timeout=PATIENCE_S)[1] for process in starting]
    assert [process.returncode for process in starting] == [0, 0], said
