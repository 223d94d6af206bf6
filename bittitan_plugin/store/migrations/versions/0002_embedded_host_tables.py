"""The embedded host's tables."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from bittitan_plugin.store.types import Amount, Instant

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "host_counters",
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_host_counters")),
    )
    op.create_table(
        "host_product_types",
        sa.Column("slug", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("properties", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_host_product_types")),
    )
    op.create_table(
        "host_signing_keys",
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("private_key", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_host_signing_keys")),
    )
    op.create_table(
        "host_users",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=255), nullable=False),
        sa.Column("password", sa.Text(), nullable=True),
        sa.Column("company", sa.String(length=255), nullable=False),
        sa.Column("is_staff", sa.Boolean(), nullable=False),
        sa.Column("permissions", sa.JSON(), nullable=False),
        sa.Column("billing_day", sa.Integer(), nullable=True),
        sa.Column("created_at", Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_host_users")),
        sa.UniqueConstraint("email", name=op.f("uq_host_users_email")),
    )
    op.create_table(
        "host_checkouts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=255), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("created_at", Instant(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["host_users.id"], name=op.f("fk_host_checkouts_user_id_host_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_host_checkouts")),
    )
    op.create_table(
        "host_orders",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=30), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=255), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("total", Amount(), nullable=False),
        sa.Column("charged", Amount(), nullable=False),
        sa.Column("refunded", Amount(), nullable=False),
        sa.Column("invoicing", sa.String(length=30), nullable=True),
        sa.Column("invoice_at", Instant(timezone=True), nullable=True),
        sa.Column("checkout_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", Instant(timezone=True), nullable=False),
        sa.Column("updated_at", Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["host_users.id"], name=op.f("fk_host_orders_user_id_host_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_host_orders")),
        sa.UniqueConstraint("checkout_id", name=op.f("uq_host_orders_checkout_id")),
        sa.UniqueConstraint("sequence", name=op.f("uq_host_orders_sequence")),
    )
    with op.batch_alter_table("host_orders", schema=None) as batch_op:
        batch_op.create_index("ix_host_orders_due", ["invoicing", "invoice_at"], unique=False)
        batch_op.create_index("ix_host_orders_user", ["user_id", "sequence"], unique=False)
    op.create_table(
        "host_products",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("product_type", sa.String(length=255), nullable=False),
        sa.Column("collection", sa.String(length=255), nullable=True),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.Column("created_at", Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["product_type"],
            ["host_product_types.slug"],
            name=op.f("fk_host_products_product_type_host_product_types"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_host_products")),
        sa.UniqueConstraint("slug", name=op.f("uq_host_products_slug")),
    )
    op.create_table(
        "host_checkout_lines",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("checkout_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("variant_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("metadata", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["checkout_id"],
            ["host_checkouts.id"],
            name=op.f("fk_host_checkout_lines_checkout_id_host_checkouts"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_host_checkout_lines")),
    )
    with op.batch_alter_table("host_checkout_lines", schema=None) as batch_op:
        batch_op.create_index("ix_host_checkout_lines_checkout", ["checkout_id"], unique=False)
    op.create_table(
        "host_order_lines",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("variant_id", sa.Uuid(), nullable=True),
        sa.Column("sku", sa.String(length=255), nullable=False),
        sa.Column("product_name", sa.String(length=255), nullable=False),
        sa.Column("variant_name", sa.String(length=255), nullable=False),
        sa.Column("product_type", sa.String(length=255), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("quantity_fulfilled", sa.Integer(), nullable=False),
        sa.Column("unit_amount", Amount(), nullable=False),
        sa.Column("metadata", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["host_orders.id"], name=op.f("fk_host_order_lines_order_id_host_orders")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_host_order_lines")),
    )
    with op.batch_alter_table("host_order_lines", schema=None) as batch_op:
        batch_op.create_index("ix_host_order_lines_order", ["order_id"], unique=False)
    op.create_table(
        "host_payments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("amount", Amount(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("created_at", Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["host_orders.id"], name=op.f("fk_host_payments_order_id_host_orders")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_host_payments")),
    )
    with op.batch_alter_table("host_payments", schema=None) as batch_op:
        batch_op.create_index("ix_host_payments_order", ["order_id"], unique=False)
    op.create_table(
        "host_variants",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("sku", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["host_products.id"],
            name=op.f("fk_host_variants_product_id_host_products"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_host_variants")),
        sa.UniqueConstraint("sku", name=op.f("uq_host_variants_sku")),
    )
    with op.batch_alter_table("host_variants", schema=None) as batch_op:
        batch_op.create_index("ix_host_variants_product", ["product_id"], unique=False)
    op.create_table(
        "host_fulfillments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_line_id", sa.Uuid(), nullable=False),
        sa.Column("asset_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_line_id"],
            ["host_order_lines.id"],
            name=op.f("fk_host_fulfillments_order_line_id_host_order_lines"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_host_fulfillments")),
        sa.UniqueConstraint("order_line_id", name=op.f("uq_host_fulfillments_order_line_id")),
    )
    op.create_table(
        "host_granted_refunds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("order_line_id", sa.Uuid(), nullable=True),
        sa.Column("amount", Amount(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("created_at", Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["host_orders.id"],
            name=op.f("fk_host_granted_refunds_order_id_host_orders"),
        ),
        sa.ForeignKeyConstraint(
            ["order_line_id"],
            ["host_order_lines.id"],
            name=op.f("fk_host_granted_refunds_order_line_id_host_order_lines"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_host_granted_refunds")),
        sa.UniqueConstraint("key", name=op.f("uq_host_granted_refunds_key")),
    )
    with op.batch_alter_table("host_granted_refunds", schema=None) as batch_op:
        batch_op.create_index("ix_host_granted_refunds_order", ["order_id"], unique=False)
    op.create_table(
        "host_invoices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("order_line_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=255), nullable=False),
        sa.Column("billed_to", sa.String(length=255), nullable=False),
        sa.Column("amount", Amount(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("created_at", Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["host_orders.id"], name=op.f("fk_host_invoices_order_id_host_orders")
        ),
        sa.ForeignKeyConstraint(
            ["order_line_id"],
            ["host_order_lines.id"],
            name=op.f("fk_host_invoices_order_line_id_host_order_lines"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_host_invoices")),
        sa.UniqueConstraint("key", name=op.f("uq_host_invoices_key")),
        sa.UniqueConstraint("kind", "sequence", name=op.f("uq_host_invoices_kind")),
        sa.UniqueConstraint("number", name=op.f("uq_host_invoices_number")),
    )
    with op.batch_alter_table("host_invoices", schema=None) as batch_op:
        batch_op.create_index("ix_host_invoices_order", ["order_id"], unique=False)
    op.create_table(
        "host_variant_prices",
        sa.Column("variant_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount", Amount(), nullable=False),
        sa.ForeignKeyConstraint(
            ["variant_id"],
            ["host_variants.id"],
            name=op.f("fk_host_variant_prices_variant_id_host_variants"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("variant_id", "currency", name=op.f("pk_host_variant_prices")),
    )
