"""A problem: something that needs a person, reported once, with the next step."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bittitan_plugin.domain.described import Described


class ProblemKind(Described):
    """What kind of attention is needed."""

    PROVISIONING_FAILED = "PROVISIONING_FAILED", "A coupon code could not be obtained."
    ORDER_REFUSED = "ORDER_REFUSED", "A paid order line breaks a rule and has no asset."
    CANCELLATION_STUCK = "CANCELLATION_STUCK", "BitTitan does not revoke a coupon."
    REFUNDED_BUT_REDEEMED = (
        "REFUNDED_BUT_REDEEMED",
        "Money went back for a coupon that had been redeemed.",
    )
    REFUND_UNCLEAR = (
        "REFUND_UNCLEAR",
        "Part of an order was refunded, and nobody says for which licences.",
    )
    REFUND_INCOMPLETE = (
        "REFUND_INCOMPLETE",
        "Money of a cancelled asset did not go back, or not all of it.",
    )
    OUT_OF_STOCK = "OUT_OF_STOCK", "Orders wait for coupon codes of a kind."
    LOW_STOCK = "LOW_STOCK", "Few licences of a kind are left in stock."
    REVOCATION_AWAITED = "REVOCATION_AWAITED", "Codes are to be revoked in BitTitan's portal."
    FOLLOW_UP_FAILED = (
        "FOLLOW_UP_FAILED",
        "Mail, delivery notice, invoice or credit keeps failing, or something due is set aside.",
    )
    ACCOUNT_WAITING = "ACCOUNT_WAITING", "A paid order waits until its account is synchronized."
    COUPON_CANCELLED_OUTSIDE = (
        "COUPON_CANCELLED_OUTSIDE",
        "Somebody cancelled a sold coupon at BitTitan.",
    )
    COUPONS_VANISHED = (
        "COUPONS_VANISHED",
        "BitTitan lists none of our coupons any more; perhaps it is the wrong account.",
    )
    COUPON_MISMATCH = (
        "COUPON_MISMATCH",
        "BitTitan's books and ours contradict each other about a coupon.",
    )
    COUPON_HELD_BACK = (
        "COUPON_HELD_BACK",
        "BitTitan answered with a coupon that is not what was ordered.",
    )
    ORDER_CHANGED = "ORDER_CHANGED", "An order no longer fits the licences that were sold by it."
    DIFFERENCES_FOUND = "DIFFERENCES_FOUND", "The daily reconciliation found differences to apply."
    VENDOR_DOWN = "VENDOR_DOWN", "BitTitan does not answer; paid orders wait for it."
    DELIVERED_BEFORE = (
        "DELIVERED_BEFORE",
        "Order lines seem to have been delivered before; staff decide about them.",
    )
    PRODUCT_DAYS_REFUSED = (
        "PRODUCT_DAYS_REFUSED",
        "The platform says days of a product that are none; they are not taken over.",
    )
    PLATFORM_RESTRICTED = (
        "PLATFORM_RESTRICTED",
        "The platform withdrew a permission or a webhook; paid orders are not heard of.",
    )
    PLATFORM_UNSERVED = (
        "PLATFORM_UNSERVED",
        "Paid work waits, and no running process serves this platform.",
    )
    KEY_MISSING = (
        "KEY_MISSING",
        "Work waits for a process that has the key of what is stored encrypted.",
    )


class ProblemAction(Described):
    """The button beside a problem: what ``services.problems.act`` does about it.

    The last three do not act: they lead a person to the place where the work is done.
    """

    #: Ask for the asset's coupon once more, or what became of it.
    SYNCHRONIZE_ASSET = "SYNCHRONIZE_ASSET", "Asks for the asset's coupon once more."
    SYNCHRONIZE_ACCOUNT = (
        "SYNCHRONIZE_ACCOUNT",
        "Makes the account known to BitTitan; what waits for it goes on.",
    )
    RESUME = "RESUME", "Takes the step up again that could not finish."
    CANCEL_ASSET = "CANCEL_ASSET", "Cancels the asset; its terms are judged anew."
    PROVISION_ORDER = (
        "PROVISION_ORDER",
        "Reads the order from the platform again and provisions what is missing.",
    )
    PROVISION_HELD = (
        "PROVISION_HELD",
        "Provisions lines after all that seem to have been delivered before.",
    )
    RECONCILE = "RECONCILE", "Reconciles and applies what was found."
    RELEASE_COUPON = (
        "RELEASE_COUPON",
        "Gives the buyer the coupon that was held back, as BitTitan has it now.",
    )
    CONFIRM_REVOCATION = (
        "CONFIRM_REVOCATION",
        "No button: confirm the revocation where revocations are listed.",
    )
    OPEN_SETTINGS = "OPEN_SETTINGS", "No button: mend the plugin's settings."
    NONE = "NONE", "No button: do what the next step says, then dismiss it."


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Raised once per ``key``; repetitions count up and refresh the message."""

    id: UUID
    kind: ProblemKind
    #: What it is about; the same cause gives the same key.
    key: str
    asset_id: UUID | None
    #: The platform's order it is about, where it is not the asset's order.
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
