"""Coupons in the vendor's answers that were not delivered, stored until people decide."""

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
    """A held coupon as it is shown; its code stays sealed."""

    coupon_id: str
    differences: str
    held_at: datetime


class HeldCouponRepository(Repository):
    """Stores at most one held coupon per asset: the latest."""

    _rows = HeldCouponRow

    def keep(
        self, asset_id: UUID, coupon: Coupon, code: Sealed, differences: str, at: datetime
    ) -> None:
        """Store all of the vendor's answer, instead of an earlier one."""
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
        """The coupon held back for that asset, if there is one."""
        row = self._session.scalar(
            select(HeldCouponRow).where(self._mine, HeldCouponRow.asset_id == asset_id)
        )
        if row is None:
            return None
        return from_row(HeldCoupon, row)

    def remove(self, asset_id: UUID) -> None:
        """Delete it, because the asset has a coupon now; does nothing if none was held back."""
        self._session.execute(
            delete(HeldCouponRow).where(self._mine, HeldCouponRow.asset_id == asset_id)
        )
