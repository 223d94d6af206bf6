"""Opens the database: SQLite in WAL by default, PostgreSQL when several machines share it."""

import select
import sqlite3
import time
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event, exc, make_url
from sqlalchemy.dialects import postgresql, sqlite

from bittitan_plugin.base.private_files import private_directory, private_file

#: How long a SQLite writer waits for another, in milliseconds.
BUSY_TIMEOUT_MS = 30_000
#: Connections kept open, and how many more a worker's threads may open for a while.
POOL_SIZE, OVERFLOW = 20, 30
#: Seconds to wait for a server that does not answer a connection.
CONNECT_TIMEOUT_S = 5
#: Seconds a PostgreSQL transaction may be idle. A process that froze in the middle of one (a
#: machine that was suspended) would keep the rows it changed locked, and others would wait.
IDLE_TRANSACTION_S = 20
#: Seconds between two attempts to connect to a database that is down.
KNOCK_S = 1.0
#: Execution option naming the statement that opens a SQLite transaction.
BEGIN_OPTION = "sqlite_begin"


def open_engine(database_url: str) -> Engine:
    """An engine with transactions that behave alike on both databases. Connects lazily."""
    engine = _create(database_url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _begin_explicitly)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def open_workflow_engine(database_url: str) -> Engine:
    """The same database for the workflow engine, where SQLite begins at the first write."""
    engine = _create(database_url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _begin_at_first_write)
    return engine


def without_haste(engine: Engine) -> Engine:
    """The same engine; while the database is down, each thread tries at most once a second."""
    failed_at = [-KNOCK_S]

    @event.listens_for(engine, "do_connect")
    def connect(dialect: Any, _record: Any, arguments: Any, parameters: Any) -> Any:
        time.sleep(max(failed_at[0] + KNOCK_S - time.monotonic(), 0.0))
        try:
            return dialect.connect(*arguments, **parameters)
        except Exception:
            failed_at[0] = time.monotonic()
            raise

    return engine


def writing_engine(engine: Engine) -> Engine:
    """The same engine with transactions that may write from their first statement on."""
    return engine.execution_options(**{BEGIN_OPTION: "BEGIN IMMEDIATE"})


class WriteWhileReading(Exception):
    """A defect: the program tried to write where it only reads."""


def reading_engine(engine: Engine) -> Engine:
    """The same engine for reading only; a write raises ``WriteWhileReading``.

    On PostgreSQL each statement sees what is committed by then, with or without a transaction, but
    beginning and ending one takes two of a single read's three exchanges. On SQLite a transaction
    keeps its view, and costs nothing.
    """
    apart = {"isolation_level": "AUTOCOMMIT"} if engine.dialect.name == "postgresql" else {}
    reading = engine.execution_options(**apart)
    event.listen(reading, "before_execute", _refuse_writes)
    return reading


def insert_into(
    bind: Engine | Connection, row: type[Any] | Table
) -> postgresql.Insert | sqlite.Insert:
    """An insert that can define what happens if such a row exists already."""
    insert = postgresql.insert if bind.dialect.name == "postgresql" else sqlite.insert
    return insert(row)


def _refuse_writes(
    _connection: Connection, statement: Any, _many: Any, _values: Any, _options: Any
) -> None:
    if getattr(statement, "is_dml", False):
        raise WriteWhileReading


def _create(database_url: str) -> Engine:
    url = make_url(database_url)
    if url.get_backend_name() == "postgresql":
        if "connect_timeout" not in url.query:
            url = url.update_query_dict({"connect_timeout": str(CONNECT_TIMEOUT_S)})
        engine = create_engine(
            url.set(drivername="postgresql+psycopg"),
            pool_size=POOL_SIZE,
            max_overflow=OVERFLOW,
        )
        event.listen(engine, "connect", _end_idle_transactions)
        event.listen(engine, "checkout", partial(_check_alive, engine))
        return engine
    if url.get_backend_name() != "sqlite":
        raise ValueError(f"{url.get_backend_name()} is not supported; use sqlite or postgresql.")
    engine = create_engine(url, pool_size=POOL_SIZE, max_overflow=OVERFLOW)
    if url.database and not url.database.startswith((":memory:", "file:")):
        file = Path(url.database)
        private_directory(file.parent)
        event.listen(engine, "do_connect", partial(_make_private, file))
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _end_idle_transactions(connection: Any, _record: object) -> None:
    connection.execute(f"SET idle_in_transaction_session_timeout = '{IDLE_TRANSACTION_S}s'")
    connection.commit()


def _check_alive(engine: Engine, connection: Any, _record: object, _proxy: object) -> None:
    """Test a connection, but only if the server has sent something while it was idle.

    An idle connection has nothing to read; after a shutdown the server's last message is there. So
    a healthy one needs no test, while testing each time would double the transactions.
    """
    if connection.closed:
        raise exc.DisconnectionError
    unread = select.poll()
    unread.register(connection.fileno(), select.POLLIN)
    if not unread.poll(0):
        return
    try:
        engine.dialect.do_ping(connection)
    except Exception as error:
        raise exc.InvalidatePoolError from error


def _make_private(file: Path, *_connecting: object) -> None:
    # SQLite would make it readable for everybody; its journals get the file's own mode.
    with suppress(OSError):  # SQLite reports it with a message that is known here
        private_file(file)


def _begin_explicitly(connection: Any, _record: object) -> None:
    # None stops sqlite3 from opening transactions by itself; `_begin_sqlite` does it.
    connection.isolation_level = None


def _begin_at_first_write(connection: Any, _record: object) -> None:
    connection.isolation_level = "IMMEDIATE"


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # First, because the next statements may already wait for another process.
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    # SQLite lowers ASCII only; names are searched and sorted in every script.
    connection.create_function("lower", 1, _lower, deterministic=True)
    if sqlite3.sqlite_version_info < (3, 42):
        # The workflow engine's tables call unixepoch('subsec'), which older libraries answer
        # with NULL, for example Debian 12's.
        connection.create_function("unixepoch", -1, _unixepoch)


def _lower(text: str | None) -> str | None:
    return None if text is None else str(text).lower()


def _unixepoch(*_modifiers: str) -> float:
    return time.time()


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes the lock at once: upgrading a reader's lock later can fail with BUSY.
    connection.exec_driver_sql(connection.get_execution_options().get(BEGIN_OPTION, "BEGIN"))
