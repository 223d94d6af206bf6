"""Alembic's entry: compares and upgrades the plugin's tables and those of its platforms.

Tables of others in the same database (the workflow engine's, for one) are left alone.
"""

from alembic import context
from sqlalchemy import Connection

from bittitan_plugin.store.tables import Base

#: What platforms keep in the same database is named by whoever compares.
_TARGETS = list(dict.fromkeys([Base.metadata, *context.config.attributes["platforms"]]))


def _is_ours(name: str | None, kind: str, _parents: object) -> bool:
    if kind == "schema":
        return name is None
    return kind != "table" or any(name in metadata.tables for metadata in _TARGETS)


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=_TARGETS,
        include_name=_is_ours,
        render_as_batch=connection.dialect.name == "sqlite",
        version_table="bittitan_migrations",
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


_run(context.config.attributes["connection"])
