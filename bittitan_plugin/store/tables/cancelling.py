"""The tables of cancelling: customers' requests, and codes that staff revoke by hand."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from bittitan_plugin.store.tables.base import Base, installation_id, where


class CancellationRequestRow(Base):
    """A customer's request to cancel an asset. The partial index allows one pending per asset."""

    __tablename__ = "bittitan_cancellation_requests"
    __table_args__ = (
        Index(
            "uq_bittitan_cancellation_requests_pending",
            "asset_id",
            unique=True,
            **where("state = 'PENDING'"),
        ),
        Index("ix_bittitan_cancellation_requests_asset", "installation_id", "asset_id"),
        Index("ix_bittitan_cancellation_requests_due", "installation_id", "state", "deadline"),
        Index("ix_bittitan_cancellation_requests_made", "installation_id", "created_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    installation_id: Mapped[UUID] = installation_id()
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


class RevocationRow(Base):
    """Codes of an asset that staff must revoke in BitTitan's portal; one open per asset."""

    __tablename__ = "bittitan_revocations"
    __table_args__ = (
        Index(
            "uq_bittitan_revocations_awaiting",
            "asset_id",
            unique=True,
            **where("state = 'AWAITING'"),
        ),
        Index("ix_bittitan_revocations_asset", "installation_id", "asset_id"),
        Index("ix_bittitan_revocations_due", "installation_id", "state", "deadline"),
        Index("ix_bittitan_revocations_made", "installation_id", "created_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    installation_id: Mapped[UUID] = installation_id()
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
