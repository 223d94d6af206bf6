"""The stock of coupon codes."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from bittitan_plugin.store.types import Amount, Instant

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_FREE = sa.text("state = 'AVAILABLE'")
_SOLD = sa.text("asset_id IS NOT NULL")
_AWAITING = sa.text("state = 'AWAITING'")
_OUT_OF_STOCK = sa.text("provisioning_error_code = 'OUT_OF_STOCK'")


def upgrade() -> None:
    """Apply."""
    _secrets()
    _imports()
    _codes()
    _revocations()
    op.create_index(
        "ix_bittitan_assets_out_of_stock",
        "bittitan_assets",
        ["installation_id", "product_type", "purchase_date", "id"],
        sqlite_where=_OUT_OF_STOCK,
        postgresql_where=_OUT_OF_STOCK,
    )


def _installation(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["installation_id"],
        ["bittitan_installations.id"],
        name=op.f(f"fk_{table}_installation_id_bittitan_installations"),
    )


def _secrets() -> None:
    op.create_table(
        "bittitan_code_secrets",
        sa.Column("installation_id", sa.Uuid(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        _installation("bittitan_code_secrets"),
        sa.PrimaryKeyConstraint("installation_id", name=op.f("pk_bittitan_code_secrets")),
    )


def _imports() -> None:
    op.create_table(
        "bittitan_stock_imports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("installation_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(length=255), nullable=False),
        sa.Column("imported_by", sa.String(length=255), nullable=False),
        sa.Column("imported_at", Instant(timezone=True), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.Column("bad", sa.Integer(), nullable=False),
        _installation("bittitan_stock_imports"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bittitan_stock_imports")),
    )
    op.create_index(
        "ix_bittitan_stock_imports_made",
        "bittitan_stock_imports",
        ["installation_id", "imported_at"],
    )


def _codes() -> None:
    op.create_table(
        "bittitan_stock_codes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("installation_id", sa.Uuid(), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("product_type", sa.String(length=40), nullable=False),
        sa.Column("sku", sa.String(length=255), nullable=True),
        sa.Column("licenses", sa.Integer(), nullable=False),
        sa.Column("expires_at", Instant(timezone=True), nullable=False),
        sa.Column("validity_days", sa.Integer(), nullable=True),
        sa.Column("cost", Amount(), nullable=True),
        sa.Column("cost_currency", sa.String(length=3), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("asset_id", sa.Uuid(), nullable=True),
        sa.Column("allocated_at", Instant(timezone=True), nullable=True),
        sa.Column("settled_at", Instant(timezone=True), nullable=True),
        _installation("bittitan_stock_codes"),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["bittitan_stock_imports.id"],
            name=op.f("fk_bittitan_stock_codes_import_id_bittitan_stock_imports"),
        ),
        sa.ForeignKeyConstraint(
            ["asset_id"],
            ["bittitan_assets.id"],
            name=op.f("fk_bittitan_stock_codes_asset_id_bittitan_assets"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bittitan_stock_codes")),
        sa.UniqueConstraint(
            "installation_id", "fingerprint", name=op.f("uq_bittitan_stock_codes_installation_id")
        ),
    )
    indexes = {
        "free": (["product_type", "sku", "licenses", "expires_at", "id"], _FREE),
        "expiry": (["expires_at", "product_type", "licenses"], _FREE),
        "asset": (["asset_id"], _SOLD),
        "sold": (["allocated_at", "product_type", "licenses"], _SOLD),
    }
    for name, (columns, only) in indexes.items():
        op.create_index(
            f"ix_bittitan_stock_codes_{name}",
            "bittitan_stock_codes",
            ["installation_id", *columns],
            sqlite_where=only,
            postgresql_where=only,
        )


def _revocations() -> None:
    op.create_table(
        "bittitan_revocations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("installation_id", sa.Uuid(), nullable=False),
        sa.Column("asset_id", sa.Uuid(), nullable=False),
        sa.Column("cause", sa.String(length=20), nullable=False),
        sa.Column("asked_by", sa.String(length=255), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(timezone=True), nullable=False),
        sa.Column("deadline", Instant(timezone=True), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("decided_at", Instant(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=255), nullable=True),
        sa.Column("reminded_at", Instant(timezone=True), nullable=True),
        _installation("bittitan_revocations"),
        sa.ForeignKeyConstraint(
            ["asset_id"],
            ["bittitan_assets.id"],
            name=op.f("fk_bittitan_revocations_asset_id_bittitan_assets"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bittitan_revocations")),
    )
    op.create_index(
        "uq_bittitan_revocations_awaiting",
        "bittitan_revocations",
        ["asset_id"],
        unique=True,
        sqlite_where=_AWAITING,
        postgresql_where=_AWAITING,
    )
    for name, columns in {
        "asset": ["asset_id"],
        "due": ["state", "deadline"],
        "made": ["created_at", "id"],
    }.items():
        op.create_index(
            f"ix_bittitan_revocations_{name}",
            "bittitan_revocations",
            ["installation_id", *columns],
        )
