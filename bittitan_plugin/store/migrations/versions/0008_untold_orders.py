"""Orders of the embedded host note the changes that plugins have not been told of yet."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from bittitan_plugin.store.types import Instant

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Apply."""
    op.add_column("host_orders", sa.Column("untold_since", Instant(timezone=True), nullable=True))
    op.create_index("ix_host_orders_untold", "host_orders", ["untold_since"])
