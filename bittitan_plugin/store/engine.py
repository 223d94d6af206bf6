"""Opens the database: SQLite in WAL by default, PostgreSQL when several machines share it."""

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url

#: How long a SQLite writer waits for another, in milliseconds.
BUSY_TIMEOUT_MS = 30_000
#: Execution option naming the statement that opens a SQLite transaction.
BEGIN_OPTION = "sqlite_begin"


def open_engine(database_url: str) -> Engine:
    """An engine whose transactions behave alike on both databases. Connects lazily."""
    url = make_url(database_url)
    if url.get_backend_name() == "postgresql":
        return create_engine(url.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
    if url.get_backend_name() != "sqlite":
        raise ValueError(f"{url.get_backend_name()} is not supported; use sqlite or postgresql.")
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # None stops sqlite3 from opening transactions by itself; `_begin_sqlite` does it.
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    connection.execute("PRAGMA foreign_keys = ON")


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes the lock at once: upgrading a reader's lock later can fail with BUSY.
    connection.exec_driver_sql(connection.get_execution_options().get(BEGIN_OPTION, "BEGIN"))
