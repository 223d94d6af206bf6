"""Where instances keep their data: files, and databases on a PostgreSQL of the harness's own."""

from pathlib import Path
from uuid import uuid4

from sqlalchemy import create_engine, make_url

from tests import postgres

SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"


class Databases:
    """Makes empty databases; ``close`` stops the server."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        # Commits are as safe as in production: the server itself is crashed, too.
        self._server = postgres.start(durable=True)

    @property
    def kinds(self) -> list[str]:
        """Those there are on this machine."""
        return [SQLITE, POSTGRESQL] if self._server else [SQLITE]

    def empty(self, kind: str) -> str:
        """The address of a new database of that kind."""
        name = f"chaos_{uuid4().hex}"
        if kind == SQLITE or self._server is None:
            return f"sqlite:///{self._directory / name}.sqlite"
        url = make_url(self._server.url)
        admin = url.set(drivername="postgresql+psycopg")
        engine = create_engine(admin, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
        engine.dispose()
        return url.set(database=name).render_as_string(hide_password=False)

    def crash(self) -> None:
        """The server dies as if the power had gone, and starts again."""
        if self._server is not None:
            self._server.crash()

    def close(self) -> None:
        """Stop the server."""
        if self._server is not None:
            self._server.stop()
