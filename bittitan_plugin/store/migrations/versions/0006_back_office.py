"""What the back office keeps."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "bittitan_uploads",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("installation_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["id"], ["bittitan_runs.id"], name=op.f("fk_bittitan_uploads_id_bittitan_runs")
        ),
        sa.ForeignKeyConstraint(
            ["installation_id"],
            ["bittitan_installations.id"],
            name=op.f("fk_bittitan_uploads_installation_id_bittitan_installations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bittitan_uploads")),
    )
