"""What was committed on SQLite outlives a power failure; tests themselves go without that."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

#: As SQLite numbers ``synchronous``.
FULL = 2


def test_a_commit_on_sqlite_is_on_the_disk_before_it_is_answered(
    prepare_sqlite: Callable[[Any, object], None], tmp_path: Path
) -> None:
    with closing(sqlite3.connect(tmp_path / "shop.sqlite")) as connection:
        prepare_sqlite(connection, None)
        assert connection.execute("PRAGMA synchronous").fetchone() == (FULL,)
