"""The database's revisions, one per file, and the functions that bring it up to date."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from filelock import FileLock
from sqlalchemy import Connection, Engine, MetaData

from bittitan_plugin.base.private_files import private_directory
from bittitan_plugin.store.engine import writing_engine

#: The table in which alembic stores a database's revision.
_VERSION_TABLE = "bittitan_migrations"
#: Serialises upgrades on PostgreSQL; any constant works.
_LOCK_KEY = 7_221_940
#: Seconds a process waits while another brings the database up to date.
_PATIENCE_S = 300


class UnfitDatabase(Exception):
    """This program must not use the database; the message is a sentence with what to do."""


@contextmanager
def in_turn(engine: Engine) -> Iterator[None]:
    """One process at a time brings the database up to date: our tables and the engine's.

    On PostgreSQL both take a lock on the server. On SQLite the workflow engine would wait only
    five seconds for another migration, so processes queue at a file beside the database. Raises
    ``filelock.Timeout`` after five minutes.
    """
    file = engine.url.database if engine.dialect.name == "sqlite" else None
    if not file or file == ":memory:":
        yield
        return
    private_directory(Path(file).parent)
    with FileLock(f"{file}.migrating", timeout=_PATIENCE_S):
        yield


def upgrade(engine: Engine) -> None:
    """Bring the database to the newest revision. Safe to run from several processes at once.

    Raises ``UnfitDatabase`` when it is at a revision that only a newer program knows.
    """
    with writing_engine(engine).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK_KEY})")
        current = _current(connection)
        if _is_newer(current):
            raise UnfitDatabase(_fault(current))
        if current != newest():
            command.upgrade(_config(connection), "head")


def check(engine: Engine, platforms: Sequence[MetaData]) -> None:
    """Raise alembic's error when the tables in code and database differ.

    ``platforms`` are the tables that platforms keep beside ours.
    """
    with engine.connect() as connection:
        command.check(_config(connection, platforms))


def version_fault(engine: Engine) -> str:
    """Why the tables are not those of this program, in a sentence; empty when they are."""
    with engine.connect() as connection:
        return _fault(_current(connection))


def newest() -> str | None:
    """The newest revision this code knows."""
    return ScriptDirectory(str(Path(__file__).parent)).get_current_head()


def revise(engine: Engine, message: str, platforms: Sequence[MetaData]) -> None:
    """Write a new revision from the difference between the tables in code and in the database."""
    with engine.connect() as connection:
        command.revision(_config(connection, platforms), message=message, autogenerate=True)


def _fault(current: str | None) -> str:
    if current == newest():
        return ""
    if current is None:
        return "The database has no tables yet; run 'bittitan-plugin migrate'."
    if _is_newer(current):
        return (
            f"The database is at version {current} of a newer release than this program, which "
            f"knows {newest()} at most; install that release, or restore the backup made before it."
        )
    return (
        f"The database is at version {current} and this program works on {newest()}; "
        "run 'bittitan-plugin migrate'."
    )


def _is_newer(current: str | None) -> bool:
    # Revisions are numbered in the order in which they were made.
    return (current or "") > (newest() or "")


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(
        connection, opts={"version_table": _VERSION_TABLE}
    ).get_current_revision()


def _config(connection: Connection, platforms: Sequence[MetaData] = ()) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    config.attributes["platforms"] = platforms
    return config
