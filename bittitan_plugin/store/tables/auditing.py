"""The table of what people changed besides assets."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from bittitan_plugin.store.tables.base import Base, installation_id


class AuditRow(Base):
    """One change of one object. Rows are only added, which a trigger of the database ensures."""

    __tablename__ = "bittitan_audit"
    __table_args__ = (
        Index("ix_bittitan_audit_at", "installation_id", "at"),
        Index("ix_bittitan_audit_subject", "installation_id", "subject_kind", "subject_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    installation_id: Mapped[UUID] = installation_id()
    at: Mapped[datetime]
    actor_kind: Mapped[str] = mapped_column(String(20))
    actor_name: Mapped[str]
    subject_kind: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[str]
    subject_name: Mapped[str]
    field: Mapped[str] = mapped_column(String(60))
    before: Mapped[str | None] = mapped_column(Text)
    after: Mapped[str | None] = mapped_column(Text)
