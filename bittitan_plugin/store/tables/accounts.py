"""The tables of installations and their customers: accounts, invitations, proved addresses."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bittitan_plugin.store.tables.base import Base, installation_id
from bittitan_plugin.store.types import SEALED_WITHIN


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
    #: Names the logo that is kept, so that no page need read it to link to it.
    logo_digest: Mapped[str | None] = mapped_column(String(32))


class LogoRow(Base):
    """The logo of an installation."""

    __tablename__ = "bittitan_logos"

    installation_id: Mapped[UUID] = mapped_column(
        ForeignKey("bittitan_installations.id"), primary_key=True
    )
    content_type: Mapped[str] = mapped_column(String(20))
    width: Mapped[int]
    height: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary)


class AccountRow(Base):
    """A customer account and whether the vendor knows it."""

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
    installation_id: Mapped[UUID] = installation_id()
    customer_id: Mapped[str | None]
    email: Mapped[str]
    company: Mapped[str]
    reseller_id: Mapped[UUID | None] = mapped_column(ForeignKey("bittitan_accounts.id"))
    status: Mapped[str] = mapped_column(String(20))
    partner_id: Mapped[str | None]
    sync_error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]


class InvitationRow(Base):
    """The newest invitation of an end customer. Its link has the sealed id; no secret is here."""

    __tablename__ = "bittitan_invitations"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("bittitan_accounts.id"), primary_key=True)
    installation_id: Mapped[UUID] = installation_id()
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
