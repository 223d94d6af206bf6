"""A problem: something that needs a person, said once, with the next step."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class ProblemKind(StrEnum):
    """What kind of attention is needed."""

    PROVISIONING_FAILED = "PROVISIONING_FAILED"
    ORDER_REFUSED = "ORDER_REFUSED"
    CANCELLATION_STUCK = "CANCELLATION_STUCK"
    REFUNDED_BUT_REDEEMED = "REFUNDED_BUT_REDEEMED"
    REFUND_UNCLEAR = "REFUND_UNCLEAR"
    REFUND_INCOMPLETE = "REFUND_INCOMPLETE"
    FOLLOW_UP_FAILED = "FOLLOW_UP_FAILED"
    ACCOUNT_WAITING = "ACCOUNT_WAITING"
    COUPON_CANCELLED_OUTSIDE = "COUPON_CANCELLED_OUTSIDE"
    COUPONS_VANISHED = "COUPONS_VANISHED"
    COUPON_MISMATCH = "COUPON_MISMATCH"
    COUPON_HELD_BACK = "COUPON_HELD_BACK"
    ORDER_CHANGED = "ORDER_CHANGED"
    DIFFERENCES_FOUND = "DIFFERENCES_FOUND"
    OUT_OF_STOCK = "OUT_OF_STOCK"
    LOW_STOCK = "LOW_STOCK"
    REVOCATION_AWAITED = "REVOCATION_AWAITED"
    VENDOR_DOWN = "VENDOR_DOWN"
    DELIVERED_BEFORE = "DELIVERED_BEFORE"
    PRODUCT_DAYS_REFUSED = "PRODUCT_DAYS_REFUSED"
    PLATFORM_RESTRICTED = "PLATFORM_RESTRICTED"
    PLATFORM_UNSERVED = "PLATFORM_UNSERVED"
    KEY_MISSING = "KEY_MISSING"


class ProblemAction(StrEnum):
    """The button beside a problem: what ``services.problems.act`` does about it.

    The last three are no work of the plugin's: they lead a person to where it is done.
    """

    #: Ask for the asset's coupon once more, or what became of it.
    SYNCHRONIZE_ASSET = "SYNCHRONIZE_ASSET"
    #: Make the account known to BitTitan; what waits for it then goes on.
    SYNCHRONIZE_ACCOUNT = "SYNCHRONIZE_ACCOUNT"
    #: Take the step up again that could not finish.
    RESUME = "RESUME"
    #: Cancel the asset (again); its terms are judged anew.
    CANCEL_ASSET = "CANCEL_ASSET"
    #: Give the buyer the coupon that was held back, after BitTitan was asked about it once more.
    RELEASE_COUPON = "RELEASE_COUPON"
    #: Read the order from the platform once more and provision what is missing.
    PROVISION_ORDER = "PROVISION_ORDER"
    #: Provision lines after all that seem to have been delivered before.
    PROVISION_HELD = "PROVISION_HELD"
    #: Reconcile and apply what was found.
    RECONCILE = "RECONCILE"
    #: Confirm, on the page of revocations, that a code was taken back in BitTitan's portal.
    CONFIRM_REVOCATION = "CONFIRM_REVOCATION"
    #: Open the plugin's settings.
    OPEN_SETTINGS = "OPEN_SETTINGS"
    #: Nothing but what the next step says.
    NONE = "NONE"


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Raised once per ``key``; repetitions count up and refresh the message."""

    id: UUID
    kind: ProblemKind
    #: What it is about; the same cause gives the same key.
    key: str
    asset_id: UUID | None
    #: The platform's order it is about, where that is not the asset's.
    order_id: str | None = None
    message: str
    next_step: str
    action: ProblemAction = ProblemAction.NONE
    first_at: datetime
    last_at: datetime
    occurrences: int
    resolved_at: datetime | None = None
    #: Who put it aside until it happens again.
    dismissed_by: str | None = None
