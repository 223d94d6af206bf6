"""The plugin's tables. Alembic compares itself with these; repositories translate them."""

from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    JSON,
    ForeignKey,
    Index,
    MetaData,
    String,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from bittitan_plugin.store.types import SEALED, SEALED_WITHIN, Amount, Instant

#: Constraint names are fixed so that migrations can name what they change.
NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Common naming and column types."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar = {
        UUID: Uuid(),
        str: String(255),
        datetime: Instant(),
        Decimal: Amount(),
        dict[str, Any]: JSON(),
    }


class InstallationRow(Base):
    """One platform instance. Secrets inside ``configuration`` are sealed."""

    __tablename__ = "bittitan_installations"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    active: Mapped[bool]
    configuration: Mapped[dict[str, Any]] = mapped_column(info={SEALED_WITHIN: ("api_password",)})
    created_at: Mapped[datetime]
    #: When it was switched on for the first time.
    switched_on_at: Mapped[datetime | None]


def _where(condition: str) -> dict[str, Any]:
    """Of a partial index: only rows of which that is true, on either database."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


def _installation() -> Mapped[UUID]:
    return mapped_column(ForeignKey("bittitan_installations.id"))


class AccountRow(Base):
    """A customer account and its standing with the vendor."""

    __tablename__ = "bittitan_accounts"
    __table_args__ = (
        UniqueConstraint("installation_id", "customer_id"),
        # One account per end customer of a reseller. The naming rule would give both one name.
        UniqueConstraint(
            "installation_id", "reseller_id", "email", name="uq_bittitan_accounts_end_customer"
        ),
        Index("ix_bittitan_accounts_email", "installation_id", "email", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    installation_id: Mapped[UUID] = _installation()
    customer_id: Mapped[str | None]
    email: Mapped[str]
    company: Mapped[str]
    reseller_id: Mapped[UUID | None] = mapped_column(ForeignKey("bittitan_accounts.id"))
    status: Mapped[str] = mapped_column(String(20))
    partner_id: Mapped[str | None]
    sync_error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]


class ProductRow(Base):
    """A licence product, bound to at most one variant of the host."""

    __tablename__ = "bittitan_products"
    __table_args__ = (
        UniqueConstraint("installation_id", "variant_id"),
        Index("ix_bittitan_products_sku", "installation_id", "sku"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    installation_id: Mapped[UUID] = _installation()
    product_type: Mapped[str] = mapped_column(String(40))
    sku: Mapped[str]
    name: Mapped[str]
    expire_days: Mapped[int]
    validity_days: Mapped[int]
    variant_id: Mapped[str | None]
    host_product_id: Mapped[str | None]
    published: Mapped[bool]
    imported_name: Mapped[str | None]
    imported_amount: Mapped[Decimal | None]
    imported_currency: Mapped[str | None] = mapped_column(String(3))


class PriceRow(Base):
    """The price of one licence in one currency."""

    __tablename__ = "bittitan_product_prices"

    product_id: Mapped[UUID] = mapped_column(
        ForeignKey("bittitan_products.id", ondelete="CASCADE"), primary_key=True
    )
    currency: Mapped[str] = mapped_column(String(3), primary_key=True)
    amount: Mapped[Decimal]


class AssetRow(Base):
    """One sale. The unique order line is what makes a second asset for it impossible."""

    __tablename__ = "bittitan_assets"
    __table_args__ = (
        UniqueConstraint("installation_id", "order_line_id"),
        Index("ix_bittitan_assets_purchase", "installation_id", "purchase_date", "id"),
        Index("ix_bittitan_assets_order", "installation_id", "order_id"),
        Index("ix_bittitan_assets_account", "installation_id", "account_id", "purchase_date", "id"),
        Index("ix_bittitan_assets_end_customer", "installation_id", "end_customer_id"),
        Index("ix_bittitan_assets_coupon", "installation_id", "coupon_id"),
        Index("ix_bittitan_assets_code", "installation_id", "code_fingerprint"),
        Index(
            "ix_bittitan_assets_open_refund",
            "installation_id",
            "id",
            **_where("refund_status IN ('ASKED', 'FAILED')"),
        ),
        Index("ix_bittitan_assets_expiry", "installation_id", "coupon_status", "coupon_expires_at"),
        # Who waits for stock, in the order in which they are served.
        Index(
            "ix_bittitan_assets_out_of_stock",
            "installation_id",
            "product_type",
            "purchase_date",
            "id",
            **_where("provisioning_error_code = 'OUT_OF_STOCK'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    installation_id: Mapped[UUID] = _installation()
    account_id: Mapped[UUID] = mapped_column(ForeignKey("bittitan_accounts.id"))
    end_customer_id: Mapped[UUID | None] = mapped_column(ForeignKey("bittitan_accounts.id"))
    product_id: Mapped[UUID] = mapped_column(ForeignKey("bittitan_products.id"))
    product_type: Mapped[str] = mapped_column(String(40))
    sku: Mapped[str]
    name: Mapped[str]
    friendly_name: Mapped[str | None]
    order_id: Mapped[str]
    order_number: Mapped[str]
    order_line_id: Mapped[str]
    recipient_email: Mapped[str]
    quantity: Mapped[int]
    unit_amount: Mapped[Decimal]
    total_amount: Mapped[Decimal]
    tax_amount: Mapped[Decimal | None]
    currency: Mapped[str] = mapped_column(String(3))
    purchase_date: Mapped[datetime]
    expire_days: Mapped[int]
    validity_days: Mapped[int]
    refund_window_days: Mapped[int]
    time_zone: Mapped[str] = mapped_column(String(64))
    coupon_source: Mapped[str] = mapped_column(String(20))
    coupon_id: Mapped[str | None]
    coupon_code: Mapped[str | None] = mapped_column(Text, info=SEALED)
    #: What a code that the API issued is found by; codes from stock have theirs in the stock.
    code_fingerprint: Mapped[str | None] = mapped_column(String(64))
    coupon_status: Mapped[str] = mapped_column(String(20))
    coupon_inferred_at: Mapped[datetime | None]
    coupon_expires_at: Mapped[datetime | None]
    coupon_account: Mapped[str | None] = mapped_column(String(64))
    coupon_listed_since: Mapped[datetime | None]
    coupon_adopted: Mapped[bool]
    expiry_reminder_days: Mapped[int | None]
    #: When the vendor last spoke of the coupon. Bookkeeping of the store: no change of the asset.
    coupon_seen_at: Mapped[datetime | None]
    provisioning_status: Mapped[str] = mapped_column(String(20))
    provisioning_error_code: Mapped[str | None] = mapped_column(String(40))
    provisioning_error_message: Mapped[str | None] = mapped_column(Text)
    requested_at: Mapped[datetime | None]
    status: Mapped[str] = mapped_column(String(20))
    invoice_id: Mapped[str | None]
    invoice_number: Mapped[str | None]
    invoice_url: Mapped[str | None] = mapped_column(Text)
    credit_invoice_id: Mapped[str | None]
    credit_invoice_number: Mapped[str | None]
    credit_invoice_url: Mapped[str | None] = mapped_column(Text)
    refund_status: Mapped[str | None] = mapped_column(String(20))
    refund_amount: Mapped[Decimal | None]
    refund_by_hand_amount: Mapped[Decimal | None]
    refund_reason: Mapped[str | None] = mapped_column(Text)
    welcomed_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    version: Mapped[int]
    #: The digest of the last entry of its history; see ``domain/audit.py``.
    history_head: Mapped[str | None] = mapped_column(String(64))


class HistoryRow(Base):
    """One change of one asset. Rows are only ever added; a trigger of the database sees to it."""

    __tablename__ = "bittitan_asset_history"
    __table_args__ = (Index("ix_bittitan_asset_history_asset", "installation_id", "asset_id"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    installation_id: Mapped[UUID] = _installation()
    asset_id: Mapped[UUID] = mapped_column(ForeignKey("bittitan_assets.id"))
    at: Mapped[datetime]
    actor_kind: Mapped[str] = mapped_column(String(20))
    actor_name: Mapped[str]
    field: Mapped[str] = mapped_column(String(40))
    before: Mapped[str | None] = mapped_column(Text)
    after: Mapped[str | None] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(64))


class CancellationRequestRow(Base):
    """A customer's request to cancel an asset. The partial index allows one pending per asset."""

    __tablename__ = "bittitan_cancellation_requests"
    __table_args__ = (
        Index(
            "uq_bittitan_cancellation_requests_pending",
            "asset_id",
            unique=True,
            **_where("state = 'PENDING'"),
        ),
        Index("ix_bittitan_cancellation_requests_asset", "installation_id", "asset_id"),
        Index("ix_bittitan_cancellation_requests_due", "installation_id", "state", "deadline"),
        Index("ix_bittitan_cancellation_requests_made", "installation_id", "created_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    installation_id: Mapped[UUID] = _installation()
    asset_id: Mapped[UUID] = mapped_column(ForeignKey("bittitan_assets.id"))
    requested_by: Mapped[str]
    comment: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    deadline: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(20))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]
    reason: Mapped[str | None] = mapped_column(Text)
    reminded_at: Mapped[datetime | None]


class CodeSecretRow(Base):
    """What an installation's codes are fingerprinted with; sealed, and never changed."""

    __tablename__ = "bittitan_code_secrets"

    installation_id: Mapped[UUID] = mapped_column(
        ForeignKey("bittitan_installations.id"), primary_key=True
    )
    secret: Mapped[str] = mapped_column(Text, info=SEALED)


class StockImportRow(Base):
    """One import of coupon codes: who brought in what, when, and whether its codes are shown."""

    __tablename__ = "bittitan_stock_imports"
    __table_args__ = (
        Index("ix_bittitan_stock_imports_made", "installation_id", "imported_at"),
        # Looked at by everybody who reads the stock; almost always empty.
        Index(
            "ix_bittitan_stock_imports_unfinished",
            "installation_id",
            "id",
            **_where("phase <> 'KEPT'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    installation_id: Mapped[UUID] = _installation()
    source: Mapped[str]
    imported_by: Mapped[str]
    imported_at: Mapped[datetime]
    added: Mapped[int]
    known: Mapped[int]
    bad: Mapped[int]
    phase: Mapped[str] = mapped_column(String(20), default="KEPT")
    touched_at: Mapped[datetime | None]
    run_id: Mapped[UUID | None]


class StockCodeRow(Base):
    """One coupon code that was imported. Its claim (``ClaimRow``) keeps it from coming in twice.

    What allocation looks through are the free codes only, in the order in which they are drawn.
    """

    __tablename__ = "bittitan_stock_codes"
    __table_args__ = (
        Index("ix_bittitan_stock_codes_fingerprint", "installation_id", "fingerprint"),
        # By which an import is withdrawn, or removed, a part at a time.
        Index("ix_bittitan_stock_codes_import", "import_id", "id"),
        Index(
            "ix_bittitan_stock_codes_free",
            "installation_id",
            "product_type",
            "sku",
            "licenses",
            "expires_at",
            "id",
            "import_id",
            **_where("state = 'AVAILABLE'"),
        ),
        Index(
            "ix_bittitan_stock_codes_expiry",
            "installation_id",
            "expires_at",
            "product_type",
            "licenses",
            "import_id",
            **_where("state = 'AVAILABLE'"),
        ),
        Index(
            "ix_bittitan_stock_codes_asset",
            "installation_id",
            "asset_id",
            **_where("asset_id IS NOT NULL"),
        ),
        Index(
            "ix_bittitan_stock_codes_sold",
            "installation_id",
            "allocated_at",
            "product_type",
            "licenses",
            **_where("asset_id IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    installation_id: Mapped[UUID] = _installation()
    import_id: Mapped[UUID] = mapped_column(ForeignKey("bittitan_stock_imports.id"))
    code: Mapped[str] = mapped_column(Text, info=SEALED)
    fingerprint: Mapped[str] = mapped_column(String(64))
    product_type: Mapped[str] = mapped_column(String(40))
    sku: Mapped[str | None]
    licenses: Mapped[int]
    expires_at: Mapped[datetime]
    validity_days: Mapped[int | None]
    cost: Mapped[Decimal | None]
    cost_currency: Mapped[str | None] = mapped_column(String(3))
    note: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(20))
    asset_id: Mapped[UUID | None] = mapped_column(ForeignKey("bittitan_assets.id"))
    allocated_at: Mapped[datetime | None]
    #: When it was revoked, redeemed, withdrawn or expired.
    settled_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None]
    withdrawn_reason: Mapped[str | None]


class RevocationRow(Base):
    """Codes of an asset that staff are to revoke in BitTitan's portal; one open per asset."""

    __tablename__ = "bittitan_revocations"
    __table_args__ = (
        Index(
            "uq_bittitan_revocations_awaiting",
            "asset_id",
            unique=True,
            **_where("state = 'AWAITING'"),
        ),
        Index("ix_bittitan_revocations_asset", "installation_id", "asset_id"),
        Index("ix_bittitan_revocations_due", "installation_id", "state", "deadline"),
        Index("ix_bittitan_revocations_made", "installation_id", "created_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    installation_id: Mapped[UUID] = _installation()
    asset_id: Mapped[UUID] = mapped_column(ForeignKey("bittitan_assets.id"))
    cause: Mapped[str] = mapped_column(String(20))
    asked_by: Mapped[str]
    comment: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    #: None where the platform took the sale back: that money is returned already.
    deadline: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(String(20))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]
    reminded_at: Mapped[datetime | None]


class ProblemRow(Base):
    """Something that needs a person. One open row per key; repetitions count up."""

    __tablename__ = "bittitan_problems"
    __table_args__ = (
        UniqueConstraint("installation_id", "key"),
        Index("ix_bittitan_problems_open", "installation_id", "resolved_at", "first_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    installation_id: Mapped[UUID] = _installation()
    kind: Mapped[str] = mapped_column(String(40))
    key: Mapped[str]
    asset_id: Mapped[UUID | None] = mapped_column(ForeignKey("bittitan_assets.id"))
    order_id: Mapped[str | None]
    message: Mapped[str] = mapped_column(Text)
    next_step: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(String(40))
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    occurrences: Mapped[int]
    resolved_at: Mapped[datetime | None]
    dismissed_by: Mapped[str | None]


class RunRow(Base):
    """A long run and how far it has come. The partial index allows one at work per kind."""

    __tablename__ = "bittitan_runs"
    __table_args__ = (
        Index(
            "uq_bittitan_runs_at_work",
            "installation_id",
            "kind",
            unique=True,
            **_where("state = 'RUNNING'"),
        ),
        Index("ix_bittitan_runs_started", "installation_id", "started_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    installation_id: Mapped[UUID] = _installation()
    kind: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(20))
    done: Mapped[int]
    total: Mapped[int | None]
    started_by: Mapped[str]
    started_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    report: Mapped[dict[str, Any]]
    error: Mapped[str | None] = mapped_column(Text)


class UploadRow(Base):
    """A file that was uploaded and waits to be worked through; gone once that is done."""

    __tablename__ = "bittitan_uploads"

    #: The run that works through it.
    id: Mapped[UUID] = mapped_column(ForeignKey("bittitan_runs.id"), primary_key=True)
    installation_id: Mapped[UUID] = _installation()
    name: Mapped[str]
    #: Sealed: it may hold coupon codes.
    content: Mapped[str] = mapped_column(Text)


class DeferredLineRow(Base):
    """An order line whose workflow ended because the order was not due. Its next event starts anew.

    Without this the finished workflow's id would swallow the event of a late payment.
    """

    __tablename__ = "bittitan_deferred_lines"

    installation_id: Mapped[UUID] = mapped_column(
        ForeignKey("bittitan_installations.id"), primary_key=True
    )
    order_line_id: Mapped[str] = mapped_column(primary_key=True)
    times: Mapped[int] = mapped_column(default=1)


class WorkerRow(Base):
    """A process that runs workflows, and when it last said so."""

    __tablename__ = "bittitan_workers"

    executor_id: Mapped[str] = mapped_column(primary_key=True)
    machine: Mapped[str]
    pid: Mapped[int]
    seen_at: Mapped[datetime]
