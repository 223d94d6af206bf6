"""The tables of coupons and their codes, also in stock: what is known, and who owns them."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from bittitan_plugin.store.tables.base import Base, installation_id, where
from bittitan_plugin.store.types import SEALED


class CodeSecretRow(Base):
    """The sealed secret for the fingerprints of an installation's codes; never changed."""

    __tablename__ = "bittitan_code_secrets"

    installation_id: Mapped[UUID] = mapped_column(
        ForeignKey("bittitan_installations.id"), primary_key=True
    )
    secret: Mapped[str] = mapped_column(Text, info=SEALED)


class ClaimRow(Base):
    """A claim on a code or a coupon id, by an asset or by a code of the stock.

    The primary key prevents two owners of one code or one coupon, wherever it came from.
    """

    __tablename__ = "bittitan_claims"

    installation_id: Mapped[UUID] = mapped_column(
        ForeignKey("bittitan_installations.id"), primary_key=True
    )
    #: The digest of a code, or a coupon's id at the vendor; see ``code_claims.py``.
    subject: Mapped[str] = mapped_column(String(300), primary_key=True)
    #: Exactly one of the two. No foreign keys: the claim is stored before its owner.
    asset_id: Mapped[UUID | None]
    stock_code_id: Mapped[UUID | None] = mapped_column(index=True)


class CouponCursorRow(Base):
    """How far an account's list was read, and whether it is in doubt that it sold the coupons."""

    __tablename__ = "bittitan_coupon_cursors"

    installation_id: Mapped[UUID] = mapped_column(
        ForeignKey("bittitan_installations.id"), primary_key=True
    )
    #: The vendor's account of the list.
    account: Mapped[str] = mapped_column(String(64))
    #: When the changes were last read to their end.
    read_at: Mapped[datetime]
    #: When the whole list was last read to its end.
    swept_at: Mapped[datetime]
    #: Coupons that the account had listed by then prove, when listed again, that it is the same.
    trusted_until: Mapped[datetime]
    #: Whether the last whole reading left that in doubt.
    doubted: Mapped[bool]


class AccountChangeRow(Base):
    """A change of the vendor's account in the settings, and staff's answer. Only added."""

    __tablename__ = "bittitan_account_changes"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    installation_id: Mapped[UUID] = mapped_column(
        ForeignKey("bittitan_installations.id"), index=True
    )
    at: Mapped[datetime]
    changed_by: Mapped[str]
    #: Their answer whether it is the same account; None where they were not asked.
    same_account: Mapped[bool | None]
    #: Unused coupons known under another account than the new settings name, before the change.
    unused: Mapped[int]


class HeldCouponRow(Base):
    """A coupon in the vendor's answer that is not what was ordered; one per asset."""

    __tablename__ = "bittitan_held_coupons"

    asset_id: Mapped[UUID] = mapped_column(ForeignKey("bittitan_assets.id"), primary_key=True)
    installation_id: Mapped[UUID] = installation_id()
    coupon_id: Mapped[str]
    reference: Mapped[str] = mapped_column(Text)
    partner_id: Mapped[str]
    sku: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(Text, info=SEALED)
    quantity: Mapped[int]
    expire_days: Mapped[int]
    validity_days: Mapped[int]
    status: Mapped[str] = mapped_column(String(20))
    expires_at: Mapped[datetime]
    #: Why it is not delivered, in words.
    differences: Mapped[str] = mapped_column(Text)
    held_at: Mapped[datetime]


class StockImportRow(Base):
    """One import of coupon codes: who brought in what, when, and whether its codes are shown."""

    __tablename__ = "bittitan_stock_imports"
    __table_args__ = (
        Index("ix_bittitan_stock_imports_made", "installation_id", "imported_at"),
        # Read with every query of the stock; almost always empty.
        Index(
            "ix_bittitan_stock_imports_unfinished",
            "installation_id",
            "id",
            **where("phase <> 'KEPT'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    installation_id: Mapped[UUID] = installation_id()
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
    """One imported coupon code. Its claim (``ClaimRow``) prevents a second import of it.

    Allocation reads only the free codes, in the order in which they are drawn.
    """

    __tablename__ = "bittitan_stock_codes"
    __table_args__ = (
        Index("ix_bittitan_stock_codes_fingerprint", "installation_id", "fingerprint"),
        # Used to withdraw or remove an import, some codes at a time.
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
            **where("state = 'AVAILABLE'"),
        ),
        Index(
            "ix_bittitan_stock_codes_expiry",
            "installation_id",
            "expires_at",
            "product_type",
            "licenses",
            "import_id",
            **where("state = 'AVAILABLE'"),
        ),
        Index(
            "ix_bittitan_stock_codes_asset",
            "installation_id",
            "asset_id",
            **where("asset_id IS NOT NULL"),
        ),
        Index(
            "ix_bittitan_stock_codes_sold",
            "installation_id",
            "allocated_at",
            "product_type",
            "licenses",
            **where("asset_id IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    installation_id: Mapped[UUID] = installation_id()
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
