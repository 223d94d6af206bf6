"""Databases with nothing in them, for tests of how tables come to be."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from sqlalchemy import create_engine, make_url

from tests.conftest import server_url


@contextmanager
def empty_database(kind: str, directory: Path) -> Iterator[str]:
    """The address of a new database of that kind, which is gone afterwards."""
    name = f"test_{uuid4().hex}"
    if kind == "sqlite":
        yield f"sqlite:///{directory / name}.sqlite"
        return
    server = make_url(server_url())
    admin = create_engine(server.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
    try:
        yield server.set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.exec_driver_sql(f'DROP DATABASE "{name}" WITH (FORCE)')
        admin.dispose()
