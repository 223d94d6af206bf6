"""Invitations of end customers, and the addresses that were proved, as the database keeps them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from bittitan_plugin.store.tables import Base


class InvitationRow(Base):
    """The newest invitation of an end customer. Its link holds the id, sealed; no secret here."""

    __tablename__ = "bittitan_invitations"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("bittitan_accounts.id"), primary_key=True)
    installation_id: Mapped[UUID] = mapped_column(ForeignKey("bittitan_installations.id"))
    id: Mapped[UUID] = mapped_column(unique=True)
    email: Mapped[str]
    expires_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]


class ProvedAddressRow(Base):
    """A user of the platform has proved to read the mail of that (normalized) address."""

    __tablename__ = "bittitan_proved_addresses"

    installation_id: Mapped[UUID] = mapped_column(
        ForeignKey("bittitan_installations.id"), primary_key=True
    )
    customer_id: Mapped[str] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(primary_key=True)
    proved_at: Mapped[datetime]
