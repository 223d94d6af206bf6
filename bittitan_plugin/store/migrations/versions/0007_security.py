"""Chained history that the database itself keeps append-only, sign-in attempts, codes' marks.

The digests of what is there already are computed here, by the rule of this revision's day: it is
written out, because a revision must mean the same for ever.
"""

import json
from collections.abc import Sequence
from datetime import UTC
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from alembic import op

from bittitan_plugin.store.types import Instant

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

#: Assets whose histories are chained at a time.
_BATCH = 500

_history = sa.table(
    "bittitan_asset_history",
    sa.column("id", sa.Integer),
    sa.column("asset_id", sa.Uuid()),
    sa.column("at", Instant()),
    sa.column("actor_kind", sa.String),
    sa.column("actor_name", sa.String),
    sa.column("field", sa.String),
    sa.column("before", sa.Text),
    sa.column("after", sa.Text),
    sa.column("digest", sa.String),
)
_assets = sa.table(
    "bittitan_assets", sa.column("id", sa.Uuid()), sa.column("history_head", sa.String)
)


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("bittitan_assets") as assets:
        assets.add_column(sa.Column("history_head", sa.String(length=64), nullable=True))
        assets.add_column(sa.Column("code_fingerprint", sa.String(length=64), nullable=True))
    op.create_index(
        "ix_bittitan_assets_code", "bittitan_assets", ["installation_id", "code_fingerprint"]
    )
    with op.batch_alter_table("bittitan_asset_history") as history:
        history.add_column(
            sa.Column("digest", sa.String(length=64), nullable=False, server_default="")
        )
    _chain_what_is_there(op.get_bind())
    with op.batch_alter_table("bittitan_asset_history") as history:
        history.alter_column(
            "digest",
            existing_type=sa.String(length=64),
            existing_nullable=False,
            server_default=None,
        )
    _forbid_changes(op.get_bind().dialect.name)
    op.add_column("host_users", sa.Column("session_key", sa.String(length=255), nullable=True))
    op.create_table(
        "host_sign_in_failures",
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_host_sign_in_failures")),
    )
    op.create_index(op.f("ix_host_sign_in_failures_last_at"), "host_sign_in_failures", ["last_at"])


def _chain_what_is_there(connection: sa.Connection) -> None:
    last = None
    while True:
        query = sa.select(_assets.c.id).order_by(_assets.c.id).limit(_BATCH)
        ids = list(connection.scalars(query if last is None else query.where(_assets.c.id > last)))
        if not ids:
            return
        last = ids[-1]
        _chain(connection, ids)


def _chain(connection: sa.Connection, ids: Sequence[Any]) -> None:
    heads: dict[Any, str] = {}
    digests = []
    rows = connection.execute(
        sa.select(_history).where(_history.c.asset_id.in_(ids)).order_by(_history.c.id)
    )
    for row in rows:
        heads[row.asset_id] = _digest(heads.get(row.asset_id), row)
        digests.append({"key": row.id, "value": heads[row.asset_id]})
    if digests:
        connection.execute(
            sa.update(_history)
            .where(_history.c.id == sa.bindparam("key"))
            .values(digest=sa.bindparam("value")),
            digests,
        )
        connection.execute(
            sa.update(_assets)
            .where(_assets.c.id == sa.bindparam("key"))
            .values(history_head=sa.bindparam("value")),
            [{"key": key, "value": value} for key, value in heads.items()],
        )


def _digest(previous: str | None, row: Any) -> str:
    at = row.at.astimezone(UTC).isoformat(timespec="microseconds")
    content = [previous, str(row.asset_id), at, row.actor_kind, row.actor_name]
    content += [row.field, row.before, row.after]
    return sha256(json.dumps(content, ensure_ascii=True).encode()).hexdigest()


def _forbid_changes(dialect: str) -> None:
    if dialect == "postgresql":
        op.execute(
            "CREATE FUNCTION bittitan_history_stays() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'the history of assets is only ever added to'; END $$"
        )
        op.execute(
            "CREATE TRIGGER bittitan_history_stays BEFORE UPDATE OR DELETE "
            "ON bittitan_asset_history FOR EACH ROW EXECUTE FUNCTION bittitan_history_stays()"
        )
        return
    for what in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER bittitan_history_stays_{what.lower()} BEFORE {what} "
            "ON bittitan_asset_history BEGIN "
            "SELECT RAISE(ABORT, 'the history of assets is only ever added to'); END"
        )
