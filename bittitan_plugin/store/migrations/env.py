"""Alembic's entry: compares and upgrades the plugin's tables and those of its platforms.

Other tables in the same database (such as the workflow engine's) are not touched.
"""

from alembic import context
from sqlalchemy import Connection

from bittitan_plugin.store.tables import Base

#: The caller names the tables that platforms keep in the same database.
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
