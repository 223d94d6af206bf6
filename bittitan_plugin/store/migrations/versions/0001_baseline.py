"""All tables as the first release has them, and the trigger that keeps history append-only."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from bittitan_plugin.store.types import Amount, Instant

revision: str = "0001"
down_revision: str | None = None
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


#: Tables whose rows are only ever added, and what they are called.
_ONLY_ADDED_TO = {"bittitan_asset_history": "the history of assets", "bittitan_audit": "the audit"}


def upgrade() -> None:
    """Apply."""
    _tables_of_the_plugin()
    _tables_of_the_embedded_host()
    for table, name in _ONLY_ADDED_TO.items():
        if op.get_bind().dialect.name == "postgresql":
            _only_added_to_on_postgresql(table, name)
        else:
            _only_added_to_on_sqlite(table, name)


def _only_added_to_on_postgresql(table: str, name: str) -> None:
    op.execute(
        f"CREATE FUNCTION {table}_stays() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{name} is only ever added to'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_stays BEFORE UPDATE OR DELETE "
        f"ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_stays()"
    )


def _only_added_to_on_sqlite(table: str, name: str) -> None:
    for what in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_stays_{what.lower()} BEFORE {what} "
            f"ON {table} BEGIN SELECT RAISE(ABORT, '{name} is only ever added to'); END"
        )


def _tables_of_the_plugin() -> None:
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
    op.create_table(
        "bittitan_ended_sessions",
        sa.Column("id", sa.String(length=50), nullable=False),
        sa.Column("runs_out_at", Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bittitan_ended_sessions")),
    )
    op.create_index(
        op.f("ix_bittitan_ended_sessions_runs_out_at"), "bittitan_ended_sessions", ["runs_out_at"]
    )
    op.create_table(
        "bittitan_key_proof",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("marker", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bittitan_key_proof")),
    )
    op.create_table(
        "bittitan_write_trials",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bittitan_write_trials")),
    )
    op.create_table(
        "bittitan_installations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("configuration", sa.JSON(), nullable=False),
        sa.Column("created_at", Instant(timezone=True), nullable=False),
        sa.Column("switched_on_at", Instant(timezone=True), nullable=True),
        sa.Column("logo_digest", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bittitan_installations")),
        sa.UniqueConstraint("key", name=op.f("uq_bittitan_installations_key")),
    )
    op.create_table(
        "bittitan_logos",
        sa.Column("installation_id", sa.Uuid(), nullable=False),
        sa.Column("content_type", sa.String(length=20), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["installation_id"],
            ["bittitan_installations.id"],
            name=op.f("fk_bittitan_logos_installation_id_bittitan_installations"),
        ),
        sa.PrimaryKeyConstraint("installation_id", name=op.f("pk_bittitan_logos")),
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
    op.create_index(
        "ix_bittitan_accounts_email",
        "bittitan_accounts",
        ["installation_id", "email", "id"],
    )
    op.create_table(
        "bittitan_invitations",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("installation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=255), nullable=False),
        sa.Column("expires_at", Instant(timezone=True), nullable=False),
        sa.Column("sent_at", Instant(timezone=True), nullable=True),
        sa.Column("used_at", Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["bittitan_accounts.id"],
            name=op.f("fk_bittitan_invitations_account_id_bittitan_accounts"),
        ),
        sa.ForeignKeyConstraint(
            ["installation_id"],
            ["bittitan_installations.id"],
            name=op.f("fk_bittitan_invitations_installation_id_bittitan_installations"),
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_bittitan_invitations")),
        sa.UniqueConstraint("id", name=op.f("uq_bittitan_invitations_id")),
    )
    op.create_table(
        "bittitan_sent_mails",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("installation_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("sent_at", Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["installation_id"],
            ["bittitan_installations.id"],
            name=op.f("fk_bittitan_sent_mails_installation_id_bittitan_installations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bittitan_sent_mails")),
    )
    op.create_index(
        "ix_bittitan_sent_mails_subject",
        "bittitan_sent_mails",
        ["installation_id", "subject"],
    )
    op.create_table(
        "bittitan_proved_addresses",
        sa.Column("installation_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.String(length=255), nullable=False),
        sa.Column("email", sa.String(length=255), nullable=False),
        sa.Column("proved_at", Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["installation_id"],
            ["bittitan_installations.id"],
            name=op.f("fk_bittitan_proved_addresses_installation_id_bittitan_installations"),
        ),
        sa.PrimaryKeyConstraint(
            "installation_id",
            "customer_id",
            "email",
            name=op.f("pk_bittitan_proved_addresses"),
        ),
    )
    op.create_table(
        "bittitan_claims",
        sa.Column("installation_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("asset_id", sa.Uuid(), nullable=True),
        sa.Column("stock_code_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["installation_id"],
            ["bittitan_installations.id"],
            name=op.f("fk_bittitan_claims_installation_id_bittitan_installations"),
        ),
        sa.PrimaryKeyConstraint("installation_id", "subject", name=op.f("pk_bittitan_claims")),
    )
    op.create_index(op.f("ix_bittitan_claims_stock_code_id"), "bittitan_claims", ["stock_code_id"])
    op.create_table(
        "bittitan_code_secrets",
        sa.Column("installation_id", sa.Uuid(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["installation_id"],
            ["bittitan_installations.id"],
            name=op.f("fk_bittitan_code_secrets_installation_id_bittitan_installations"),
        ),
        sa.PrimaryKeyConstraint("installation_id", name=op.f("pk_bittitan_code_secrets")),
    )
    op.create_table(
        "bittitan_coupon_cursors",
        sa.Column("installation_id", sa.Uuid(), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("read_at", Instant(timezone=True), nullable=False),
        sa.Column("swept_at", Instant(timezone=True), nullable=False),
        sa.Column("trusted_until", Instant(timezone=True), nullable=False),
        sa.Column("doubted", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["installation_id"],
            ["bittitan_installations.id"],
            name=op.f("fk_bittitan_coupon_cursors_installation_id_bittitan_installations"),
        ),
        sa.PrimaryKeyConstraint("installation_id", name=op.f("pk_bittitan_coupon_cursors")),
    )
    op.create_table(
        "bittitan_account_changes",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("installation_id", sa.Uuid(), nullable=False),
        sa.Column("at", Instant(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(length=255), nullable=False),
        sa.Column("same_account", sa.Boolean(), nullable=True),
        sa.Column("unused", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["installation_id"],
            ["bittitan_installations.id"],
            name=op.f("fk_bittitan_account_changes_installation_id_bittitan_installations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bittitan_account_changes")),
    )
    op.create_index(
        op.f("ix_bittitan_account_changes_installation_id"),
        "bittitan_account_changes",
        ["installation_id"],
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
        "bittitan_held_lines",
        sa.Column("installation_id", sa.Uuid(), nullable=False),
        sa.Column("order_line_id", sa.String(length=255), nullable=False),
        sa.Column("order_id", sa.String(length=255), nullable=False),
        sa.Column("order_number", sa.String(length=255), nullable=False),
        sa.Column("because", sa.String(length=20), nullable=False),
        sa.Column("held_at", Instant(timezone=True), nullable=False),
        sa.Column("released_by", sa.String(length=255), nullable=True),
        sa.ForeignKeyConstraint(
            ["installation_id"],
            ["bittitan_installations.id"],
            name=op.f("fk_bittitan_held_lines_installation_id_bittitan_installations"),
        ),
        sa.PrimaryKeyConstraint(
            "installation_id", "order_line_id", name=op.f("pk_bittitan_held_lines")
        ),
    )
    op.create_index(
        "ix_bittitan_held_lines_waiting",
        "bittitan_held_lines",
        ["installation_id", "released_by", "held_at"],
        unique=False,
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
        sa.Column("host_product_id", sa.String(length=255), nullable=True),
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
    op.create_index("ix_bittitan_products_sku", "bittitan_products", ["installation_id", "sku"])
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
        "ix_bittitan_runs_started",
        "bittitan_runs",
        ["installation_id", "started_at", "id"],
    )
    op.create_index(
        "uq_bittitan_runs_at_work",
        "bittitan_runs",
        ["installation_id", "kind"],
        unique=True,
        sqlite_where=sa.text("state = 'RUNNING'"),
        postgresql_where=sa.text("state = 'RUNNING'"),
    )
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
        sa.Column("phase", sa.String(length=20), nullable=False),
        sa.Column("touched_at", Instant(timezone=True), nullable=True),
        sa.Column("run_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["installation_id"],
            ["bittitan_installations.id"],
            name=op.f("fk_bittitan_stock_imports_installation_id_bittitan_installations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bittitan_stock_imports")),
    )
    op.create_index(
        "ix_bittitan_stock_imports_made",
        "bittitan_stock_imports",
        ["installation_id", "imported_at"],
    )
    op.create_index(
        "ix_bittitan_stock_imports_unfinished",
        "bittitan_stock_imports",
        ["installation_id", "id"],
        sqlite_where=sa.text("phase <> 'KEPT'"),
        postgresql_where=sa.text("phase <> 'KEPT'"),
    )
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
        sa.Column("tax_amount", Amount(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("purchase_date", Instant(timezone=True), nullable=False),
        sa.Column("expire_days", sa.Integer(), nullable=False),
        sa.Column("validity_days", sa.Integer(), nullable=False),
        sa.Column("refund_window_days", sa.Integer(), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("coupon_source", sa.String(length=20), nullable=False),
        sa.Column("coupon_id", sa.String(length=255), nullable=True),
        sa.Column("coupon_code", sa.Text(), nullable=True),
        sa.Column("code_fingerprint", sa.String(length=64), nullable=True),
        sa.Column("coupon_status", sa.String(length=20), nullable=False),
        sa.Column("coupon_inferred_at", Instant(timezone=True), nullable=True),
        sa.Column("coupon_expires_at", Instant(timezone=True), nullable=True),
        sa.Column("coupon_account", sa.String(length=64), nullable=True),
        sa.Column("coupon_listed_since", Instant(timezone=True), nullable=True),
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
        sa.Column("refund_status", sa.String(length=20), nullable=True),
        sa.Column("refund_amount", Amount(), nullable=True),
        sa.Column("refund_by_hand_amount", Amount(), nullable=True),
        sa.Column("refund_reason", sa.Text(), nullable=True),
        sa.Column("welcomed_at", Instant(timezone=True), nullable=True),
        sa.Column("cancelled_at", Instant(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("history_head", sa.String(length=64), nullable=True),
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
    op.create_index(
        "ix_bittitan_assets_account",
        "bittitan_assets",
        ["installation_id", "account_id", "purchase_date", "id"],
    )
    op.create_index(
        "ix_bittitan_assets_code",
        "bittitan_assets",
        ["installation_id", "code_fingerprint"],
    )
    op.create_index(
        "ix_bittitan_assets_coupon",
        "bittitan_assets",
        ["installation_id", "coupon_id"],
    )
    op.create_index(
        "ix_bittitan_assets_end_customer",
        "bittitan_assets",
        ["installation_id", "end_customer_id"],
    )
    op.create_index(
        "ix_bittitan_assets_expiry",
        "bittitan_assets",
        ["installation_id", "coupon_status", "coupon_expires_at"],
    )
    op.create_index(
        "ix_bittitan_assets_open_refund",
        "bittitan_assets",
        ["installation_id", "id"],
        sqlite_where=sa.text("refund_status IN ('ASKED', 'FAILED')"),
        postgresql_where=sa.text("refund_status IN ('ASKED', 'FAILED')"),
    )
    op.create_index("ix_bittitan_assets_order", "bittitan_assets", ["installation_id", "order_id"])
    op.create_index(
        "ix_bittitan_assets_out_of_stock",
        "bittitan_assets",
        ["installation_id", "product_type", "purchase_date", "id"],
        sqlite_where=sa.text("provisioning_error_code = 'OUT_OF_STOCK'"),
        postgresql_where=sa.text("provisioning_error_code = 'OUT_OF_STOCK'"),
    )
    op.create_index(
        "ix_bittitan_assets_purchase",
        "bittitan_assets",
        ["installation_id", "purchase_date", "id"],
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
    op.create_table(
        "bittitan_held_coupons",
        sa.Column("asset_id", sa.Uuid(), nullable=False),
        sa.Column("installation_id", sa.Uuid(), nullable=False),
        sa.Column("coupon_id", sa.String(length=255), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("partner_id", sa.String(length=255), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("expire_days", sa.Integer(), nullable=False),
        sa.Column("validity_days", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("expires_at", Instant(timezone=True), nullable=False),
        sa.Column("differences", sa.Text(), nullable=False),
        sa.Column("held_at", Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["asset_id"],
            ["bittitan_assets.id"],
            name=op.f("fk_bittitan_held_coupons_asset_id_bittitan_assets"),
        ),
        sa.ForeignKeyConstraint(
            ["installation_id"],
            ["bittitan_installations.id"],
            name=op.f("fk_bittitan_held_coupons_installation_id_bittitan_installations"),
        ),
        sa.PrimaryKeyConstraint("asset_id", name=op.f("pk_bittitan_held_coupons")),
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
        sa.Column("digest", sa.String(length=64), nullable=False),
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
    op.create_index(
        "ix_bittitan_asset_history_asset",
        "bittitan_asset_history",
        ["installation_id", "asset_id"],
    )
    op.create_index(
        "ix_bittitan_asset_history_at", "bittitan_asset_history", ["installation_id", "at"]
    )
    op.create_table(
        "bittitan_audit",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("installation_id", sa.Uuid(), nullable=False),
        sa.Column("at", Instant(timezone=True), nullable=False),
        sa.Column("actor_kind", sa.String(length=20), nullable=False),
        sa.Column("actor_name", sa.String(length=255), nullable=False),
        sa.Column("subject_kind", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.String(length=255), nullable=False),
        sa.Column("subject_name", sa.String(length=255), nullable=False),
        sa.Column("field", sa.String(length=60), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["installation_id"],
            ["bittitan_installations.id"],
            name=op.f("fk_bittitan_audit_installation_id_bittitan_installations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bittitan_audit")),
    )
    op.create_index("ix_bittitan_audit_at", "bittitan_audit", ["installation_id", "at"])
    op.create_index(
        "ix_bittitan_audit_subject",
        "bittitan_audit",
        ["installation_id", "subject_kind", "subject_id"],
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
    op.create_index(
        "ix_bittitan_cancellation_requests_asset",
        "bittitan_cancellation_requests",
        ["installation_id", "asset_id"],
    )
    op.create_index(
        "ix_bittitan_cancellation_requests_due",
        "bittitan_cancellation_requests",
        ["installation_id", "state", "deadline"],
    )
    op.create_index(
        "ix_bittitan_cancellation_requests_made",
        "bittitan_cancellation_requests",
        ["installation_id", "created_at", "id"],
    )
    op.create_index(
        "uq_bittitan_cancellation_requests_pending",
        "bittitan_cancellation_requests",
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
        sa.Column("order_id", sa.String(length=255), nullable=True),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("next_step", sa.Text(), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("first_at", Instant(timezone=True), nullable=False),
        sa.Column("last_at", Instant(timezone=True), nullable=False),
        sa.Column("occurrences", sa.Integer(), nullable=False),
        sa.Column("resolved_at", Instant(timezone=True), nullable=True),
        sa.Column("dismissed_by", sa.String(length=255), nullable=True),
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
    op.create_index(
        "ix_bittitan_problems_open",
        "bittitan_problems",
        ["installation_id", "resolved_at", "first_at"],
    )
    op.create_table(
        "bittitan_retries",
        sa.Column("installation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("workflow", sa.String(length=40), nullable=False),
        sa.Column("arguments", sa.JSON(), nullable=False),
        sa.Column("asset_id", sa.Uuid(), nullable=True),
        sa.Column("order_id", sa.String(length=255), nullable=True),
        sa.Column("step", sa.String(length=40), nullable=False),
        sa.Column("error_code", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", Instant(timezone=True), nullable=False),
        sa.Column("settled", sa.JSON(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", Instant(timezone=True), nullable=False),
        sa.Column("is_handed_in", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["asset_id"],
            ["bittitan_assets.id"],
            name=op.f("fk_bittitan_retries_asset_id_bittitan_assets"),
        ),
        sa.ForeignKeyConstraint(
            ["installation_id"],
            ["bittitan_installations.id"],
            name=op.f("fk_bittitan_retries_installation_id_bittitan_installations"),
        ),
        sa.PrimaryKeyConstraint("installation_id", "id", name=op.f("pk_bittitan_retries")),
    )
    op.create_index(
        "ix_bittitan_retries_asset", "bittitan_retries", ["installation_id", "asset_id"]
    )
    op.create_index(
        "ix_bittitan_retries_due", "bittitan_retries", ["is_handed_in", "next_attempt_at"]
    )
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
        sa.ForeignKeyConstraint(
            ["asset_id"],
            ["bittitan_assets.id"],
            name=op.f("fk_bittitan_revocations_asset_id_bittitan_assets"),
        ),
        sa.ForeignKeyConstraint(
            ["installation_id"],
            ["bittitan_installations.id"],
            name=op.f("fk_bittitan_revocations_installation_id_bittitan_installations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bittitan_revocations")),
    )
    op.create_index(
        "ix_bittitan_revocations_asset",
        "bittitan_revocations",
        ["installation_id", "asset_id"],
    )
    op.create_index(
        "ix_bittitan_revocations_due",
        "bittitan_revocations",
        ["installation_id", "state", "deadline"],
    )
    op.create_index(
        "ix_bittitan_revocations_made",
        "bittitan_revocations",
        ["installation_id", "created_at", "id"],
    )
    op.create_index(
        "uq_bittitan_revocations_awaiting",
        "bittitan_revocations",
        ["asset_id"],
        unique=True,
        sqlite_where=sa.text("state = 'AWAITING'"),
        postgresql_where=sa.text("state = 'AWAITING'"),
    )
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
        sa.Column("withdrawn_by", sa.String(length=255), nullable=True),
        sa.Column("withdrawn_reason", sa.String(length=255), nullable=True),
        sa.ForeignKeyConstraint(
            ["asset_id"],
            ["bittitan_assets.id"],
            name=op.f("fk_bittitan_stock_codes_asset_id_bittitan_assets"),
        ),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["bittitan_stock_imports.id"],
            name=op.f("fk_bittitan_stock_codes_import_id_bittitan_stock_imports"),
        ),
        sa.ForeignKeyConstraint(
            ["installation_id"],
            ["bittitan_installations.id"],
            name=op.f("fk_bittitan_stock_codes_installation_id_bittitan_installations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bittitan_stock_codes")),
    )
    op.create_index(
        "ix_bittitan_stock_codes_fingerprint",
        "bittitan_stock_codes",
        ["installation_id", "fingerprint"],
    )
    op.create_index(
        "ix_bittitan_stock_codes_import",
        "bittitan_stock_codes",
        ["import_id", "id"],
    )
    op.create_index(
        "ix_bittitan_stock_codes_asset",
        "bittitan_stock_codes",
        ["installation_id", "asset_id"],
        sqlite_where=sa.text("asset_id IS NOT NULL"),
        postgresql_where=sa.text("asset_id IS NOT NULL"),
    )
    op.create_index(
        "ix_bittitan_stock_codes_expiry",
        "bittitan_stock_codes",
        ["installation_id", "expires_at", "product_type", "licenses", "import_id"],
        sqlite_where=sa.text("state = 'AVAILABLE'"),
        postgresql_where=sa.text("state = 'AVAILABLE'"),
    )
    op.create_index(
        "ix_bittitan_stock_codes_free",
        "bittitan_stock_codes",
        ["installation_id", "product_type", "sku", "licenses", "expires_at", "id", "import_id"],
        sqlite_where=sa.text("state = 'AVAILABLE'"),
        postgresql_where=sa.text("state = 'AVAILABLE'"),
    )
    op.create_index(
        "ix_bittitan_stock_codes_sold",
        "bittitan_stock_codes",
        ["installation_id", "allocated_at", "product_type", "licenses"],
        sqlite_where=sa.text("asset_id IS NOT NULL"),
        postgresql_where=sa.text("asset_id IS NOT NULL"),
    )


def _tables_of_the_embedded_host() -> None:
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
        "host_sign_in_failures",
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_host_sign_in_failures")),
    )
    op.create_index(op.f("ix_host_sign_in_failures_last_at"), "host_sign_in_failures", ["last_at"])
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
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("is_staff", sa.Boolean(), nullable=False),
        sa.Column("permissions", sa.JSON(), nullable=False),
        sa.Column("disabled_at", Instant(timezone=True), nullable=True),
        sa.Column("street", sa.String(length=255), nullable=False),
        sa.Column("postal_code", sa.String(length=20), nullable=False),
        sa.Column("city", sa.String(length=255), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("tax_number", sa.String(length=50), nullable=False),
        sa.Column("buys_on_account", sa.Boolean(), nullable=False),
        sa.Column("credit_limit", Amount(), nullable=True),
        sa.Column("credit_currency", sa.String(length=3), nullable=True),
        sa.Column("billing_day", sa.Integer(), nullable=True),
        sa.Column("created_at", Instant(timezone=True), nullable=False),
        sa.Column("session_key", sa.String(length=255), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_host_users")),
        sa.UniqueConstraint("email", name=op.f("uq_host_users_email")),
    )
    op.create_table(
        "host_one_time_links",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("email", sa.String(length=255), nullable=False),
        sa.Column("created_at", Instant(timezone=True), nullable=False),
        sa.Column("expires_at", Instant(timezone=True), nullable=False),
        sa.Column("used_at", Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["host_users.id"],
            name=op.f("fk_host_one_time_links_user_id_host_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_host_one_time_links")),
    )
    op.create_index("ix_host_one_time_links_user", "host_one_time_links", ["user_id"])
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
        sa.Column("tax_rate", Amount(), nullable=True),
        sa.Column("prices_include_tax", sa.Boolean(), nullable=False),
        sa.Column("total", Amount(), nullable=False),
        sa.Column("charged", Amount(), nullable=False),
        sa.Column("refunded", Amount(), nullable=False),
        sa.Column("taken_back", Amount(), nullable=False),
        sa.Column("on_account", sa.Boolean(), nullable=False),
        sa.Column("invoicing", sa.String(length=30), nullable=True),
        sa.Column("invoice_at", Instant(timezone=True), nullable=True),
        sa.Column("checkout_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(timezone=True), nullable=False),
        sa.Column("updated_at", Instant(timezone=True), nullable=False),
        sa.Column("untold_since", Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["host_users.id"], name=op.f("fk_host_orders_user_id_host_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_host_orders")),
        sa.UniqueConstraint("checkout_id", name=op.f("uq_host_orders_checkout_id")),
        sa.UniqueConstraint("sequence", name=op.f("uq_host_orders_sequence")),
    )
    op.create_index("ix_host_orders_due", "host_orders", ["invoicing", "invoice_at"])
    op.create_index("ix_host_orders_untold", "host_orders", ["untold_since"])
    op.create_index("ix_host_orders_user", "host_orders", ["user_id", "sequence"])
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
    op.create_index("ix_host_checkout_lines_checkout", "host_checkout_lines", ["checkout_id"])
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
        sa.Column("taken_back", Amount(), nullable=False),
        sa.Column("is_waived", sa.Boolean(), nullable=False),
        sa.Column("metadata", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["host_orders.id"], name=op.f("fk_host_order_lines_order_id_host_orders")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_host_order_lines")),
    )
    op.create_index("ix_host_order_lines_order", "host_order_lines", ["order_id"])
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
    op.create_index("ix_host_payments_order", "host_payments", ["order_id"])
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
    op.create_index("ix_host_variants_product", "host_variants", ["product_id"])
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
    op.create_index("ix_host_granted_refunds_order", "host_granted_refunds", ["order_id"])
    op.create_table(
        "host_invoices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("order_line_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=255), nullable=False),
        sa.Column("billed_to", sa.String(length=255), nullable=False),
        sa.Column("seller", sa.JSON(), nullable=False),
        sa.Column("buyer", sa.JSON(), nullable=False),
        sa.Column("credits_id", sa.Uuid(), nullable=True),
        sa.Column("tax_rate", Amount(), nullable=True),
        sa.Column("prices_include_tax", sa.Boolean(), nullable=False),
        sa.Column("amount", Amount(), nullable=False),
        sa.Column("tax", Amount(), nullable=False),
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
        sa.ForeignKeyConstraint(
            ["credits_id"],
            ["host_invoices.id"],
            name=op.f("fk_host_invoices_credits_id_host_invoices"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_host_invoices")),
        sa.UniqueConstraint("key", name=op.f("uq_host_invoices_key")),
        sa.UniqueConstraint("kind", "sequence", name=op.f("uq_host_invoices_kind")),
        sa.UniqueConstraint("number", name=op.f("uq_host_invoices_number")),
    )
    op.create_index("ix_host_invoices_order", "host_invoices", ["order_id"])
    op.create_index("ix_host_invoices_made", "host_invoices", ["created_at"])
    op.create_table(
        "host_invoice_lines",
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sku", sa.String(length=255), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=True),
        sa.Column("unit_amount", Amount(), nullable=True),
        sa.Column("net", Amount(), nullable=False),
        sa.Column("tax", Amount(), nullable=False),
        sa.ForeignKeyConstraint(
            ["invoice_id"],
            ["host_invoices.id"],
            name=op.f("fk_host_invoice_lines_invoice_id_host_invoices"),
        ),
        sa.PrimaryKeyConstraint("invoice_id", "position", name=op.f("pk_host_invoice_lines")),
    )
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
