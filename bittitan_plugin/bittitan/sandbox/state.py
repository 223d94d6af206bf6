"""The sandbox's state, usable from a test's thread while the server runs in another."""

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta

from bittitan_plugin.bittitan.sandbox.catalogue import Row, default_catalogue, has_sku
from bittitan_plugin.bittitan.sandbox.clock import Clock
from bittitan_plugin.bittitan.sandbox.errors import ApiError, not_found
from bittitan_plugin.bittitan.sandbox.faults import Faults
from bittitan_plugin.bittitan.sandbox.inputs import CouponInput, PartnerInput, SessionInput
from bittitan_plugin.bittitan.sandbox.ledger import Ledger, SandboxCoupon
from bittitan_plugin.bittitan.sandbox.partners import Partners, SandboxPartner
from bittitan_plugin.bittitan.sandbox.sessions import Sessions

#: The default account of a sandbox.
DEFAULT_EMAIL = "distributor@example.com"
DEFAULT_PASSWORD = "sandbox-password"  # noqa: S105 - public on purpose
#: How long a ticket is valid.
TICKET_LIFETIME = timedelta(hours=1)


class Sandbox:
    """Everything the simulated vendor knows, in memory; ``reset`` makes it new."""

    def __init__(
        self,
        *,
        products: Sequence[Row] | None = None,
        email: str = DEFAULT_EMAIL,
        password: str = DEFAULT_PASSWORD,
        ticket_lifetime: timedelta = TICKET_LIFETIME,
    ) -> None:
        self._lock = threading.RLock()
        self._products = list(default_catalogue() if products is None else products)
        self._account = (email, password, ticket_lifetime)
        self.faults = Faults()
        self.clock = Clock()
        self.reset()

    def reset(self) -> None:
        """Forget coupons, partners, tickets and faults; clock and catalogue as at the start."""
        email, password, lifetime = self._account
        with self._lock:
            #: The SKU list; replace or change it as you like.
            self.products: list[Row] = list(self._products)
            self.clock.reset()
            self.faults.clear()
            self.sessions = Sessions(
                self.clock.now, email=email, password=password, lifetime=lifetime
            )
            self._partners = Partners()
            self._ledger = Ledger(self.clock.now)

    def sign_in(self, request: SessionInput) -> tuple[str, datetime]:
        """A ticket and its expiry."""
        with self._lock:
            return self.sessions.sign_in(request)

    def check_ticket(self, authorization: str | None) -> None:
        """Raises 401 unless the header carries a valid ticket."""
        with self._lock:
            self.sessions.check(authorization)

    def register(self, request: PartnerInput) -> tuple[SandboxPartner, bool]:
        """The partner, and whether it is new."""
        with self._lock:
            return self._partners.register(request)

    def partners(self) -> list[SandboxPartner]:
        """Every partner, oldest first."""
        with self._lock:
            return self._partners.all()

    def partner(self, email: str) -> SandboxPartner | None:
        """The partner with that address."""
        with self._lock:
            return self._partners.by_email(email)

    def issue(self, request: CouponInput, *, idempotent: bool) -> tuple[SandboxCoupon, bool]:
        """The coupon, and whether it is new. Raises 409, or 422 for an unknown SKU or partner."""
        with self._lock:
            if idempotent and (known := self._ledger.known(request)):
                return known, False
            if not has_sku(self.products, request.sku):
                raise ApiError(422, "UNKNOWN_SKU", "There is no such SKU.", field="sku")
            if not self._partners.is_known(request.partner_id):
                raise ApiError(
                    422, "UNKNOWN_PARTNER", "There is no such partner.", field="partner_id"
                )
            return self._ledger.issue(request), True

    def ledger(self) -> list[SandboxCoupon]:
        """Every coupon ever made, cancelled and duplicate ones too, oldest first."""
        with self._lock:
            return self._ledger.all()

    def listed(self, *, reference: str | None, since: datetime | None) -> list[SandboxCoupon]:
        """The coupons the API shows, oldest first."""
        return [
            coupon
            for coupon in self.ledger()
            if coupon.is_listed
            and (reference is None or coupon.reference == reference)
            and (since is None or coupon.updated_at >= since)
        ]

    def coupon(self, coupon_id: str) -> SandboxCoupon:
        """The coupon. Raises 404 once it is redeemed or expired."""
        with self._lock:
            coupon = self._ledger.get(coupon_id)
        if not coupon.is_listed:
            raise not_found("coupon")
        return coupon

    def cancel(self, coupon_id: str) -> SandboxCoupon:
        """Revoke it; again is fine. Raises 404, or 409 once redeemed or expired."""
        with self._lock:
            return self._ledger.cancel(coupon_id)

    def redeem(self, coupon_id: str) -> SandboxCoupon:
        """What a buyer does in the portal. Raises 404, or 409 unless it is available."""
        with self._lock:
            return self._ledger.redeem(coupon_id)
