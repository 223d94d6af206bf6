"""The table of addresses that are left alone for a while."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from bittitan_plugin.store.tables import Base


class CircuitRow(Base):
    """A vendor's address that is not to be called now, and why; see ``domain/circuit.py``."""

    __tablename__ = "bittitan_circuits"

    address: Mapped[str] = mapped_column(String(500), primary_key=True)
    closure: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str]
    since: Mapped[datetime]
    retry_at: Mapped[datetime]
    tries: Mapped[int]
