"""The table of order lines that seem to have been delivered before."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from bittitan_plugin.store.tables import Base


class HeldLineRow(Base):
    """An order line that seems to have been delivered before: it waits until staff let it go."""

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
