"""Codes from stock that staff have to revoke in BitTitan's portal, because no API does it.

The asset waits for their decision. Like requests, a revocation is a value and is decided once.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from bittitan_plugin.domain.described import Described
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.requests import REMINDER_BEFORE

#: What staff do in BitTitan's portal. It is documented that coupons are made there; that unused
#: ones are taken back there is what every distributor does today.
PORTAL_STEPS = (
    "Sign in to BitTitan's portal with the workgroup the coupon was made in.",
    "Find the coupon by its code in the list of coupons.",
    "If it was redeemed, change nothing there and report it here as redeemed.",
    "Otherwise revoke it, so that its licences return to the workgroup, and confirm it here.",
)


class RevocationState(Described):
    """What became of it. All but the first are final."""

    AWAITING = "AWAITING", "Nobody has said yet."
    CONFIRMED = "CONFIRMED", "They were revoked; the sale is cancelled."
    REDEEMED = "REDEEMED", "They had been redeemed; the sale stands."
    EXPIRED = "EXPIRED", "Nobody confirmed before the deadline; the sale stands."


class RevocationCause(Described):
    """Why the codes must be revoked, which decides whether we credit."""

    CANCELLATION = "CANCELLATION", "Cancelled here: credited once they are revoked."
    PLATFORM = "PLATFORM", "The platform took the sale back and returned the money."


@dataclass(frozen=True, kw_only=True)
class Revocation:
    """One asset with codes that must be revoked by hand."""

    id: UUID
    asset_id: UUID
    cause: RevocationCause
    #: Who decided to cancel, by name.
    asked_by: str
    comment: str
    created_at: datetime
    #: The first instant at which it is too late; None where the money went back already.
    deadline: datetime | None
    state: RevocationState = RevocationState.AWAITING
    decided_at: datetime | None = None
    decided_by: str | None = None
    reminded_at: datetime | None = None

    @property
    def is_awaiting(self) -> bool:
        """Whether it can still be decided."""
        return self.state is RevocationState.AWAITING

    def is_late(self, now: datetime) -> bool:
        """Whether its deadline is reached."""
        return self.deadline is not None and now >= self.deadline

    def decided(self, state: RevocationState, at: datetime, by: str) -> "Revocation":
        """It is decided. Raises ``Refusal`` REQUEST_DECIDED when it was decided before."""
        if not self.is_awaiting:
            said = _SAID[self.state]
            raise Refusal(ErrorCode.REQUEST_DECIDED, f"This revocation {said} already.", field="id")
        return replace(self, state=state, decided_at=at, decided_by=by)

    def taken_over(self) -> "Revocation":
        """The platform took the sale back meanwhile: nothing is credited by us, however late."""
        return replace(self, cause=RevocationCause.PLATFORM, deadline=None)

    def reminder_due(self, now: datetime) -> bool:
        """Whether staff are to be reminded now, once."""
        return (
            self.is_awaiting
            and self.deadline is not None
            and self.reminded_at is None
            and self.deadline - REMINDER_BEFORE <= now < self.deadline
        )

    def reminded(self, at: datetime) -> "Revocation":
        """Staff have been reminded."""
        return replace(self, reminded_at=at)


_SAID = {
    RevocationState.CONFIRMED: "was confirmed",
    RevocationState.REDEEMED: "was reported as redeemed",
    RevocationState.EXPIRED: "was closed at its deadline",
}
