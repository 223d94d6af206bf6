"""Every coupon the sandbox ever made; redeemed and expired ones are kept but not listed."""

import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from bittitan_plugin.bittitan.sandbox.clock import as_text
from bittitan_plugin.bittitan.sandbox.errors import ApiError, not_found
from bittitan_plugin.bittitan.sandbox.inputs import CouponInput
from bittitan_plugin.domain.coupons import CouponStatus

#: Letters and digits that are not confused with each other when a code is typed.
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


@dataclass(frozen=True, kw_only=True)
class SandboxCoupon:
    """A coupon with all values of its request."""

    id: str
    reference: str
    partner_id: str
    sku: str
    quantity: int
    expire_days: int
    validity_days: int
    code: str
    status: CouponStatus
    created_at: datetime
    updated_at: datetime
    expires_at: datetime

    def at(self, now: datetime) -> "SandboxCoupon":
        """The coupon as it is at ``now``: an unused code expires by itself."""
        if self.status is CouponStatus.AVAILABLE and now >= self.expires_at:
            return replace(self, status=CouponStatus.EXPIRED, updated_at=self.expires_at)
        return self

    @property
    def is_listed(self) -> bool:
        """Whether the API still shows it. Documented: not once redeemed or expired."""
        return self.status in {CouponStatus.AVAILABLE, CouponStatus.CANCELLED}

    def document(self) -> dict[str, object]:
        """The coupon in the contract's format."""
        return {
            name: as_text(value) if isinstance(value, datetime) else value
            for name, value in asdict(self).items()
        }


class Ledger:
    """Not thread-safe by itself: ``Sandbox`` locks around it."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._coupons: dict[str, SandboxCoupon] = {}
        self._first_of: dict[str, str] = {}
        self._codes: set[str] = set()

    def known(self, request: CouponInput) -> SandboxCoupon | None:
        """The coupon issued before under the request's reference, whatever became of it.

        Raises 409 ``REFERENCE_CONFLICT`` if it was requested with other content.
        """
        coupon_id = self._first_of.get(request.reference)
        if coupon_id is None:
            return None
        coupon = self.get(coupon_id)
        for name, asked in request.model_dump().items():
            if getattr(coupon, name) != asked:
                raise ApiError(
                    409,
                    "REFERENCE_CONFLICT",
                    f"The reference is taken by a coupon with another {name}.",
                    field="reference",
                )
        return coupon

    def issue(self, request: CouponInput) -> SandboxCoupon:
        """Make one more coupon."""
        now = self._now()
        coupon = SandboxCoupon(
            **request.model_dump(),
            id=f"cpn_{secrets.token_hex(8)}",
            code=self._new_code(),
            status=CouponStatus.AVAILABLE,
            created_at=now,
            updated_at=now,
            expires_at=now + timedelta(days=request.expire_days),
        )
        self._coupons[coupon.id] = coupon
        self._first_of.setdefault(coupon.reference, coupon.id)
        return coupon

    def get(self, coupon_id: str) -> SandboxCoupon:
        """The coupon, listed or not. Raises 404 only if it was never made."""
        if coupon_id not in self._coupons:
            raise not_found("coupon")
        return self._coupons[coupon_id].at(self._now())

    def all(self) -> list[SandboxCoupon]:
        """Every coupon ever made, oldest first."""
        now = self._now()
        return [coupon.at(now) for coupon in self._coupons.values()]

    def cancel(self, coupon_id: str) -> SandboxCoupon:
        """Revoke it; again is fine. Raises 409 once redeemed or expired."""
        coupon = self.get(coupon_id)
        if not coupon.is_listed:
            raise ApiError(
                409,
                f"COUPON_{coupon.status.value}",
                f"The coupon is {coupon.status.value.lower()} and cannot be cancelled.",
            )
        return self._become(coupon, CouponStatus.CANCELLED)

    def redeem(self, coupon_id: str) -> SandboxCoupon:
        """What a buyer does in the portal. Raises 409 ``INVALID_STATE`` unless it is available."""
        coupon = self.get(coupon_id)
        if coupon.status is not CouponStatus.AVAILABLE:
            state = coupon.status.value.lower()
            raise ApiError(409, "INVALID_STATE", f"The coupon is {state}; it cannot be redeemed.")
        return self._become(coupon, CouponStatus.REDEEMED)

    def _become(self, coupon: SandboxCoupon, status: CouponStatus) -> SandboxCoupon:
        if coupon.status is not status:
            coupon = replace(coupon, status=status, updated_at=self._now())
            self._coupons[coupon.id] = coupon
        return coupon

    def _new_code(self) -> str:
        while True:
            letters = "".join(secrets.choice(_ALPHABET) for _ in range(20))
            code = "-".join(letters[start : start + 5] for start in range(0, 20, 5))
            if code not in self._codes:
                self._codes.add(code)
                return code
