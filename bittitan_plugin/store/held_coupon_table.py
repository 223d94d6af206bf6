"""What a vendor answered and no buyer got, as the database keeps it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from bittitan_plugin.store.tables import Base
from bittitan_plugin.store.types import SEALED


class HeldCouponRow(Base):
    """A coupon that the vendor answered with and that is not what was ordered; one per asset."""

    __tablename__ = "bittitan_held_coupons"

    asset_id: Mapped[UUID] = mapped_column(ForeignKey("bittitan_assets.id"), primary_key=True)
    installation_id: Mapped[UUID] = mapped_column(ForeignKey("bittitan_installations.id"))
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
    #: What keeps it from being delivered, in words.
    differences: Mapped[str] = mapped_column(Text)
    held_at: Mapped[datetime]
