"""How far the vendor's list of coupons has been read, as the database keeps it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from bittitan_plugin.store.tables import Base


class CouponCursorRow(Base):
    """How far an installation's list was read, and whether the account is the one that sold."""

    __tablename__ = "bittitan_coupon_cursors"

    installation_id: Mapped[UUID] = mapped_column(
        ForeignKey("bittitan_installations.id"), primary_key=True
    )
    #: The vendor's account whose list it is.
    account: Mapped[str] = mapped_column(String(64))
    #: When the changes were last read to their end.
    read_at: Mapped[datetime]
    #: When the whole list was last read to its end.
    swept_at: Mapped[datetime]
    #: Coupons that the account had listed by then show, when it lists them, that it is the one.
    trusted_until: Mapped[datetime]
    #: Whether the last whole reading left it in doubt that it is.
    doubted: Mapped[bool]


class AccountChangeRow(Base):
    """A change of the vendor's account in the settings, and what staff said of it. Only added."""

    __tablename__ = "bittitan_account_changes"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    installation_id: Mapped[UUID] = mapped_column(
        ForeignKey("bittitan_installations.id"), index=True
    )
    at: Mapped[datetime]
    changed_by: Mapped[str]
    #: Whether they said that it is the same account; None where it was not asked.
    same_account: Mapped[bool | None]
    #: Unused coupons known under another account than the new settings name, before it.
    unused: Mapped[int]
