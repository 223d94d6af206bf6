"""Saleor instances that installed the app."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from bittitan_plugin.store.types import Instant

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "bittitan_saleor_apps",
        sa.Column("installation_id", sa.Uuid(), nullable=False),
        sa.Column("api_url", sa.String(length=255), nullable=False),
        sa.Column("domain", sa.String(length=255), nullable=False),
        sa.Column("app_id", sa.String(length=255), nullable=False),
        sa.Column("auth_token", sa.Text(), nullable=False),
        sa.Column("jwks", sa.JSON(), nullable=False),
        sa.Column("jwks_fetched_at", Instant(timezone=True), nullable=False),
        sa.Column("saleor_version", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("state_at", Instant(timezone=True), nullable=False),
        sa.Column("registered_at", Instant(timezone=True), nullable=False),
        sa.Column("changed_at", Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["installation_id"],
            ["bittitan_installations.id"],
            name=op.f("fk_bittitan_saleor_apps_installation_id_bittitan_installations"),
        ),
        sa.PrimaryKeyConstraint("installation_id", name=op.f("pk_bittitan_saleor_apps")),
        sa.UniqueConstraint("api_url", name=op.f("uq_bittitan_saleor_apps_api_url")),
    )
    op.create_table(
        "bittitan_saleor_cursors",
        sa.Column("installation_id", sa.Uuid(), nullable=False),
        sa.Column("orders_updated_at", Instant(timezone=True), nullable=False),
        sa.Column("polled_at", Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["installation_id"],
            ["bittitan_installations.id"],
            name=op.f("fk_bittitan_saleor_cursors_installation_id_bittitan_installations"),
        ),
        sa.PrimaryKeyConstraint("installation_id", name=op.f("pk_bittitan_saleor_cursors")),
    )
    op.create_table(
        "bittitan_saleor_problems",
        sa.Column("installation_id", sa.Uuid(), nullable=False),
        sa.Column("problem_id", sa.Uuid(), nullable=False),
        sa.Column("first_at", Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["installation_id"],
            ["bittitan_installations.id"],
            name=op.f("fk_bittitan_saleor_problems_installation_id_bittitan_installations"),
        ),
        sa.PrimaryKeyConstraint(
            "installation_id", "problem_id", name=op.f("pk_bittitan_saleor_problems")
        ),
    )
    op.create_table(
        "bittitan_saleor_turns",
        sa.Column("installation_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.String(length=255), nullable=False),
        sa.Column("until", Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["installation_id"],
            ["bittitan_installations.id"],
            name=op.f("fk_bittitan_saleor_turns_installation_id_bittitan_installations"),
        ),
        sa.PrimaryKeyConstraint(
            "installation_id", "order_id", name=op.f("pk_bittitan_saleor_turns")
        ),
    )
