"""What the vendor answered with and was not delivered, kept until people have decided."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select

from bittitan_plugin.domain.coupons import Coupon, Sealed
from bittitan_plugin.store.mapping import from_row, to_columns
from bittitan_plugin.store.repositories.repository import Repository
from bittitan_plugin.store.tables import HeldCouponRow


@dataclass(frozen=True, kw_only=True)
class HeldCoupon:
    """What is shown of it; its code stays sealed."""

    coupon_id: str
    differences: str
    held_at: datetime


class HeldCouponRepository(Repository):
    """At most one per asset: the latest that was answered."""

    _rows = HeldCouponRow

    def keep(
        self, asset_id: UUID, coupon: Coupon, code: Sealed, differences: str, at: datetime
    ) -> None:
        """Keep all that was said of it, in the place of what was said before."""
        self.remove(asset_id)
        self._session.add(
            HeldCouponRow(
                asset_id=asset_id,
                installation_id=self._installation_id,
                **to_columns(coupon, without=("id", "code")),
                coupon_id=coupon.id,
                code=code,
                differences=differences,
                held_at=at,
            )
        )
        self._session.flush()

    def of(self, asset_id: UUID) -> HeldCoupon | None:
        """What is held back for that asset, if anything is."""
        row = self._session.scalar(
            select(HeldCouponRow).where(self._mine, HeldCouponRow.asset_id == asset_id)
        )
        if row is None:
            return None
        return from_row(HeldCoupon, row)

    def remove(self, asset_id: UUID) -> None:
        """The asset holds a coupon now; nothing happens when nothing was held back."""
        self._session.execute(
            delete(HeldCouponRow).where(self._mine, HeldCouponRow.asset_id == asset_id)
        )
