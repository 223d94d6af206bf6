"""Whose codes and coupons are, as the database keeps it: one owner for each."""

from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from bittitan_plugin.store.tables import Base


class ClaimRow(Base):
    """A code or a coupon id that is somebody's: an asset's, or a code's of the stock.

    The primary key is what keeps one code, and one coupon, from two owners, wherever it came from.
    """

    __tablename__ = "bittitan_claims"

    installation_id: Mapped[UUID] = mapped_column(
        ForeignKey("bittitan_installations.id"), primary_key=True
    )
    #: The digest of a code, or a coupon's id at the vendor; see ``code_claims.py``.
    subject: Mapped[str] = mapped_column(String(300), primary_key=True)
    #: Exactly one of the two. No foreign keys: what is claimed is claimed before it is kept.
    asset_id: Mapped[UUID | None]
    stock_code_id: Mapped[UUID | None] = mapped_column(index=True)
