"""Mails that people without staff rights had us send, as the database keeps them to be counted."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from bittitan_plugin.store.tables import Base


class SentMailRow(Base):
    """One mail that counts against a limit; gone when the next of its subject is counted."""

    __tablename__ = "bittitan_sent_mails"
    __table_args__ = (Index("ix_bittitan_sent_mails_subject", "installation_id", "subject"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    installation_id: Mapped[UUID] = mapped_column(ForeignKey("bittitan_installations.id"))
    #: Which limit it counts against, and what it is about; see ``services/mail_limits.py``.
    subject: Mapped[str]
    sent_at: Mapped[datetime]
