"""Rows as they once were: one database serves many tests, and each begins with the same ones."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Engine, MetaData, Table, delete, insert, select

from bittitan_plugin.store.engine import writing_engine


class Slate:
    """What the tables of ``metadata`` held when this was made; for SQLite and PostgreSQL."""

    def __init__(self, engine: Engine, metadata: MetaData) -> None:
        self._engine = writing_engine(engine)
        self._tables = metadata.sorted_tables
        self._rows: dict[Table, Sequence[Mapping[str, Any]]] = {}
        with engine.connect() as connection:
            for table in self._tables:
                if rows := connection.execute(select(table)).mappings().all():
                    self._rows[table] = [dict(row) for row in rows]

    def restore(self) -> None:
        """Take away whatever there is, and put the rows back."""
        with self._engine.begin() as connection:
            for table in reversed(self._tables):
                connection.execute(delete(table))
            for table, rows in self._rows.items():
                connection.execute(insert(table), rows)
