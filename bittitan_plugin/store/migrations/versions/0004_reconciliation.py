"""Reconciliation and other long runs, and their progress; what to do about a problem."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from bittitan_plugin.store.types import Instant

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_AT_WORK = sa.text("state = 'RUNNING'")
#: What the problems of the release before are to be done about, by their key.
_ACTIONS = {
    "provisioning:%": "SYNCHRONIZE_ASSET",
    "cancellation:%": "CANCEL_ASSET",
    "order:%": "PROVISION_ORDER",
    "invoice:%": "RESUME",
    **{
        f"{step}:%": "RESUME"
        for step in (
            "tell_host",
            "link_invoice",
            "send_welcome",
            "revoke",
            "issue_credit",
            "ask_refund",
            "announce",
            "withdraw",
            "tell_customer",
            "tell_staff",
            "remind",
        )
    },
}


def upgrade() -> None:
    """Apply."""
    _runs()
    with op.batch_alter_table("bittitan_problems") as problems:
        problems.add_column(sa.Column("order_id", sa.String(length=255), nullable=True))
        problems.add_column(
            sa.Column("action", sa.String(length=40), nullable=False, server_default="NONE")
        )
        problems.add_column(sa.Column("dismissed_by", sa.String(length=255), nullable=True))
    _fill_in()
    with op.batch_alter_table("bittitan_problems") as problems:
        problems.alter_column(
            "action",
            existing_type=sa.String(length=40),
            existing_nullable=False,
            server_default=None,
        )
    _circuits()
    _indexes()


def _runs() -> None:
    op.create_table(
        "bittitan_runs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("installation_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("started_by", sa.String(length=255), nullable=False),
        sa.Column("started_at", Instant(timezone=True), nullable=False),
        sa.Column("updated_at", Instant(timezone=True), nullable=False),
        sa.Column("ended_at", Instant(timezone=True), nullable=True),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["installation_id"],
            ["bittitan_installations.id"],
            name=op.f("fk_bittitan_runs_installation_id_bittitan_installations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bittitan_runs")),
    )
    op.create_index(
        "uq_bittitan_runs_at_work",
        "bittitan_runs",
        ["installation_id", "kind"],
        unique=True,
        sqlite_where=_AT_WORK,
        postgresql_where=_AT_WORK,
    )
    op.create_index(
        "ix_bittitan_runs_started", "bittitan_runs", ["installation_id", "started_at", "id"]
    )


def _fill_in() -> None:
    """Say of each problem of the release before what can be done, and of which order it is."""
    problems = sa.table(
        "bittitan_problems",
        sa.column("id", sa.Uuid()),
        sa.column("key", sa.String),
        sa.column("action", sa.String),
        sa.column("order_id", sa.String),
    )
    connection = op.get_bind()
    for pattern, action in _ACTIONS.items():
        connection.execute(
            sa.update(problems).where(problems.c.key.like(pattern)).values(action=action)
        )
    keys = sa.select(problems.c.id, problems.c.key)
    of_orders = sa.or_(
        *(problems.c.key.like(f"{name}:%") for name in ("order", "invoice", "partial-refund"))
    )
    for row in connection.execute(keys.where(of_orders)).all():
        order_id = row.key.split(":")[1]
        connection.execute(
            sa.update(problems).where(problems.c.id == row.id).values(order_id=order_id)
        )


def _circuits() -> None:
    op.create_table(
        "bittitan_circuits",
        sa.Column("address", sa.String(length=500), nullable=False),
        sa.Column("closure", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=255), nullable=False),
        sa.Column("since", Instant(timezone=True), nullable=False),
        sa.Column("retry_at", Instant(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_bittitan_circuits")),
    )


def _indexes() -> None:
    """Lists in the order they are shown in, so that a page is read and not sorted."""
    op.create_index(
        "ix_bittitan_accounts_email", "bittitan_accounts", ["installation_id", "email", "id"]
    )
    op.drop_index("ix_bittitan_assets_account", table_name="bittitan_assets")
    op.create_index(
        "ix_bittitan_assets_account",
        "bittitan_assets",
        ["installation_id", "account_id", "purchase_date", "id"],
    )
