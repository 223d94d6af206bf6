"""The plugin's own tables."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from bittitan_plugin.store.types import Amount, Instant

revision: str = "0001"
down_revision: str | None = None
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "bittitan_installations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("configuration", sa.JSON(), nullable=False),
        sa.Column("created_at", Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bittitan_installations")),
        sa.UniqueConstraint("key", name=op.f("uq_bittitan_installations_key")),
    )
    op.create_table(
        "bittitan_workers",
        sa.Column("executor_id", sa.String(length=255), nullable=False),
        sa.Column("machine", sa.String(length=255), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("seen_at", Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("executor_id", name=op.f("pk_bittitan_workers")),
    )
    op.create_table(
        "bittitan_accounts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("installation_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.String(length=255), nullable=True),
        sa.Column("email", sa.String(length=255), nullable=False),
        sa.Column("company", sa.String(length=255), nullable=False),
        sa.Column("reseller_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("partner_id", sa.String(length=255), nullable=True),
        sa.Column("sync_error", sa.Text(), nullable=True),
        sa.Column("created_at", Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["installation_id"],
            ["bittitan_installations.id"],
            name=op.f("fk_bittitan_accounts_installation_id_bittitan_installations"),
        ),
        sa.ForeignKeyConstraint(
            ["reseller_id"],
            ["bittitan_accounts.id"],
            name=op.f("fk_bittitan_accounts_reseller_id_bittitan_accounts"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bittitan_accounts")),
        sa.UniqueConstraint(
            "installation_id", "customer_id", name=op.f("uq_bittitan_accounts_installation_id")
        ),
        sa.UniqueConstraint(
            "installation_id", "reseller_id", "email", name="uq_bittitan_accounts_end_customer"
        ),
    )
    op.create_table(
        "bittitan_coupon_cursors",
        sa.Column("installation_id", sa.Uuid(), nullable=False),
        sa.Column("read_at", Instant(timezone=True), nullable=False),
        sa.Column("swept_at", Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["installation_id"],
            ["bittitan_installations.id"],
            name=op.f("fk_bittitan_coupon_cursors_installation_id_bittitan_installations"),
        ),
        sa.PrimaryKeyConstraint("installation_id", name=op.f("pk_bittitan_coupon_cursors")),
    )
    op.create_table(
        "bittitan_deferred_lines",
        sa.Column("installation_id", sa.Uuid(), nullable=False),
        sa.Column("order_line_id", sa.String(length=255), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["installation_id"],
            ["bittitan_installations.id"],
            name=op.f("fk_bittitan_deferred_lines_installation_id_bittitan_installations"),
        ),
        sa.PrimaryKeyConstraint(
            "installation_id", "order_line_id", name=op.f("pk_bittitan_deferred_lines")
        ),
    )
    op.create_table(
        "bittitan_products",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("installation_id", sa.Uuid(), nullable=False),
        sa.Column("product_type", sa.String(length=40), nullable=False),
        sa.Column("sku", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("expire_days", sa.Integer(), nullable=False),
        sa.Column("validity_days", sa.Integer(), nullable=False),
        sa.Column("variant_id", sa.String(length=255), nullable=True),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.Column("imported_name", sa.String(length=255), nullable=True),
        sa.Column("imported_amount", Amount(), nullable=True),
        sa.Column("imported_currency", sa.String(length=3), nullable=True),
        sa.ForeignKeyConstraint(
            ["installation_id"],
            ["bittitan_installations.id"],
            name=op.f("fk_bittitan_products_installation_id_bittitan_installations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bittitan_products")),
        sa.UniqueConstraint(
            "installation_id", "variant_id", name=op.f("uq_bittitan_products_installation_id")
        ),
    )
    with op.batch_alter_table("bittitan_products", schema=None) as batch_op:
        batch_op.create_index("ix_bittitan_products_sku", ["installation_id", "sku"], unique=False)
    op.create_table(
        "bittitan_assets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("installation_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("end_customer_id", sa.Uuid(), nullable=True),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("product_type", sa.String(length=40), nullable=False),
        sa.Column("sku", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("friendly_name", sa.String(length=255), nullable=True),
        sa.Column("order_id", sa.String(length=255), nullable=False),
        sa.Column("order_number", sa.String(length=255), nullable=False),
        sa.Column("order_line_id", sa.String(length=255), nullable=False),
        sa.Column("recipient_email", sa.String(length=255), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unit_amount", Amount(), nullable=False),
        sa.Column("total_amount", Amount(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("purchase_date", Instant(timezone=True), nullable=False),
        sa.Column("expire_days", sa.Integer(), nullable=False),
        sa.Column("validity_days", sa.Integer(), nullable=False),
        sa.Column("refund_window_days", sa.Integer(), nullable=False),
        sa.Column("coupon_source", sa.String(length=20), nullable=False),
        sa.Column("coupon_id", sa.String(length=255), nullable=True),
        sa.Column("coupon_code", sa.Text(), nullable=True),
        sa.Column("coupon_status", sa.String(length=20), nullable=False),
        sa.Column("coupon_expires_at", Instant(timezone=True), nullable=True),
        sa.Column("coupon_adopted", sa.Boolean(), nullable=False),
        sa.Column("expiry_reminder_days", sa.Integer(), nullable=True),
        sa.Column("coupon_seen_at", Instant(timezone=True), nullable=True),
        sa.Column("provisioning_status", sa.String(length=20), nullable=False),
        sa.Column("provisioning_error_code", sa.String(length=40), nullable=True),
        sa.Column("provisioning_error_message", sa.Text(), nullable=True),
        sa.Column("requested_at", Instant(timezone=True), nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("invoice_id", sa.String(length=255), nullable=True),
        sa.Column("invoice_number", sa.String(length=255), nullable=True),
        sa.Column("invoice_url", sa.Text(), nullable=True),
        sa.Column("credit_invoice_id", sa.String(length=255), nullable=True),
        sa.Column("credit_invoice_number", sa.String(length=255), nullable=True),
        sa.Column("credit_invoice_url", sa.Text(), nullable=True),
        sa.Column("welcomed_at", Instant(timezone=True), nullable=True),
        sa.Column("cancelled_at", Instant(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["bittitan_accounts.id"],
            name=op.f("fk_bittitan_assets_account_id_bittitan_accounts"),
        ),
        sa.ForeignKeyConstraint(
            ["end_customer_id"],
            ["bittitan_accounts.id"],
            name=op.f("fk_bittitan_assets_end_customer_id_bittitan_accounts"),
        ),
        sa.ForeignKeyConstraint(
            ["installation_id"],
            ["bittitan_installations.id"],
            name=op.f("fk_bittitan_assets_installation_id_bittitan_installations"),
        ),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["bittitan_products.id"],
            name=op.f("fk_bittitan_assets_product_id_bittitan_products"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bittitan_assets")),
        sa.UniqueConstraint(
            "installation_id", "order_line_id", name=op.f("uq_bittitan_assets_installation_id")
        ),
    )
    with op.batch_alter_table("bittitan_assets", schema=None) as batch_op:
        batch_op.create_index(
            "ix_bittitan_assets_account",
            ["installation_id", "account_id", "purchase_date"],
            unique=False,
        )
        batch_op.create_index(
            "ix_bittitan_assets_coupon", ["installation_id", "coupon_id"], unique=False
        )
        batch_op.create_index(
            "ix_bittitan_assets_end_customer", ["installation_id", "end_customer_id"], unique=False
        )
        batch_op.create_index(
            "ix_bittitan_assets_expiry",
            ["installation_id", "coupon_status", "coupon_expires_at"],
            unique=False,
        )
        batch_op.create_index(
            "ix_bittitan_assets_order", ["installation_id", "order_id"], unique=False
        )
        batch_op.create_index(
            "ix_bittitan_assets_purchase", ["installation_id", "purchase_date", "id"], unique=False
        )
    op.create_table(
        "bittitan_product_prices",
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount", Amount(), nullable=False),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["bittitan_products.id"],
            name=op.f("fk_bittitan_product_prices_product_id_bittitan_products"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("product_id", "currency", name=op.f("pk_bittitan_product_prices")),
    )
    op.create_table(
        "bittitan_asset_history",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("installation_id", sa.Uuid(), nullable=False),
        sa.Column("asset_id", sa.Uuid(), nullable=False),
        sa.Column("at", Instant(timezone=True), nullable=False),
        sa.Column("actor_kind", sa.String(length=20), nullable=False),
        sa.Column("actor_name", sa.String(length=255), nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["asset_id"],
            ["bittitan_assets.id"],
            name=op.f("fk_bittitan_asset_history_asset_id_bittitan_assets"),
        ),
        sa.ForeignKeyConstraint(
            ["installation_id"],
            ["bittitan_installations.id"],
            name=op.f("fk_bittitan_asset_history_installation_id_bittitan_installations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bittitan_asset_history")),
    )
    with op.batch_alter_table("bittitan_asset_history", schema=None) as batch_op:
        batch_op.create_index(
            "ix_bittitan_asset_history_asset", ["installation_id", "asset_id"], unique=False
        )
    op.create_table(
        "bittitan_cancellation_requests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("installation_id", sa.Uuid(), nullable=False),
        sa.Column("asset_id", sa.Uuid(), nullable=False),
        sa.Column("requested_by", sa.String(length=255), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(timezone=True), nullable=False),
        sa.Column("deadline", Instant(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("decided_at", Instant(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=255), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("reminded_at", Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["asset_id"],
            ["bittitan_assets.id"],
            name=op.f("fk_bittitan_cancellation_requests_asset_id_bittitan_assets"),
        ),
        sa.ForeignKeyConstraint(
            ["installation_id"],
            ["bittitan_installations.id"],
            name=op.f("fk_bittitan_cancellation_requests_installation_id_bittitan_installations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bittitan_cancellation_requests")),
    )
    with op.batch_alter_table("bittitan_cancellation_requests", schema=None) as batch_op:
        batch_op.create_index(
            "ix_bittitan_cancellation_requests_asset", ["installation_id", "asset_id"], unique=False
        )
        batch_op.create_index(
            "ix_bittitan_cancellation_requests_due",
            ["installation_id", "state", "deadline"],
            unique=False,
        )
        batch_op.create_index(
            "ix_bittitan_cancellation_requests_made",
            ["installation_id", "created_at", "id"],
            unique=False,
        )
        batch_op.create_index(
            "uq_bittitan_cancellation_requests_pending",
            ["asset_id"],
            unique=True,
            sqlite_where=sa.text("state = 'PENDING'"),
            postgresql_where=sa.text("state = 'PENDING'"),
        )
    op.create_table(
        "bittitan_problems",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("installation_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("asset_id", sa.Uuid(), nullable=True),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("next_step", sa.Text(), nullable=False),
        sa.Column("first_at", Instant(timezone=True), nullable=False),
        sa.Column("last_at", Instant(timezone=True), nullable=False),
        sa.Column("occurrences", sa.Integer(), nullable=False),
        sa.Column("resolved_at", Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["asset_id"],
            ["bittitan_assets.id"],
            name=op.f("fk_bittitan_problems_asset_id_bittitan_assets"),
        ),
        sa.ForeignKeyConstraint(
            ["installation_id"],
            ["bittitan_installations.id"],
            name=op.f("fk_bittitan_problems_installation_id_bittitan_installations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bittitan_problems")),
        sa.UniqueConstraint(
            "installation_id", "key", name=op.f("uq_bittitan_problems_installation_id")
        ),
    )
    with op.batch_alter_table("bittitan_problems", schema=None) as batch_op:
        batch_op.create_index(
            "ix_bittitan_problems_open",
            ["installation_id", "resolved_at", "first_at"],
            unique=False,
        )
