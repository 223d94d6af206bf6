"""The tables of products, sales and their history."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bittitan_plugin.store.tables.base import Base, installation_id, where
from bittitan_plugin.store.types import SEALED


class ProductRow(Base):
    """A licence product, bound to at most one variant of the platform."""

    __tablename__ = "bittitan_products"
    __table_args__ = (
        UniqueConstraint("installation_id", "variant_id"),
        Index("ix_bittitan_products_sku", "installation_id", "sku"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    installation_id: Mapped[UUID] = installation_id()
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


class DeferredLineRow(Base):
    """An order line with a workflow that ended because the order was not due; an event restarts it.

    Without this, the event of a late payment would meet the finished workflow's id and be ignored.
    """

    __tablename__ = "bittitan_deferred_lines"

    installation_id: Mapped[UUID] = mapped_column(
        ForeignKey("bittitan_installations.id"), primary_key=True
    )
    order_line_id: Mapped[str] = mapped_column(primary_key=True)
    times: Mapped[int] = mapped_column(default=1)


class HeldLineRow(Base):
    """An order line that seems to have been delivered before: it waits until staff release it."""

    __tablename__ = "bittitan_held_lines"
    __table_args__ = (
        Index("ix_bittitan_held_lines_waiting", "installation_id", "released_by", "held_at"),
    )

    installation_id: Mapped[UUID] = mapped_column(
        ForeignKey("bittitan_installations.id"), primary_key=True
    )
    order_line_id: Mapped[str] = mapped_column(primary_key=True)
    order_id: Mapped[str]
    order_number: Mapped[str]
    because: Mapped[str] = mapped_column(String(20))
    held_at: Mapped[datetime]
    released_by: Mapped[str | None]


class AssetRow(Base):
    """One sale. The unique order line makes a second asset for it impossible."""

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
            **where("refund_status IN ('ASKED', 'FAILED')"),
        ),
        Index("ix_bittitan_assets_expiry", "installation_id", "coupon_status", "coupon_expires_at"),
        # Assets that wait for stock, in the order in which they are served.
        Index(
            "ix_bittitan_assets_out_of_stock",
            "installation_id",
            "product_type",
            "purchase_date",
            "id",
            **where("provisioning_error_code = 'OUT_OF_STOCK'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    installation_id: Mapped[UUID] = installation_id()
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
    #: The fingerprint of a code from the API; codes from stock have theirs in the stock.
    code_fingerprint: Mapped[str | None] = mapped_column(String(64))
    coupon_status: Mapped[str] = mapped_column(String(20))
    coupon_inferred_at: Mapped[datetime | None]
    coupon_expires_at: Mapped[datetime | None]
    coupon_account: Mapped[str | None] = mapped_column(String(64))
    coupon_listed_since: Mapped[datetime | None]
    coupon_adopted: Mapped[bool]
    expiry_reminder_days: Mapped[int | None]
    #: When the vendor last reported the coupon. Only the store uses it: no change of the asset.
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
    """One change of one asset. Rows are only added, which a trigger of the database ensures."""

    __tablename__ = "bittitan_asset_history"
    __table_args__ = (
        Index("ix_bittitan_asset_history_asset", "installation_id", "asset_id"),
        Index("ix_bittitan_asset_history_at", "installation_id", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    installation_id: Mapped[UUID] = installation_id()
    asset_id: Mapped[UUID] = mapped_column(ForeignKey("bittitan_assets.id"))
    at: Mapped[datetime]
    actor_kind: Mapped[str] = mapped_column(String(20))
    actor_name: Mapped[str]
    field: Mapped[str] = mapped_column(String(40))
    before: Mapped[str | None] = mapped_column(Text)
    after: Mapped[str | None] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(64))
