"""The enums clients see. They repeat the domain's, with a description on every value.

A test holds each against the domain's enum, name by name.
"""

from enum import Enum

import strawberry


def _value(name: str, description: str) -> str:
    # Strawberry replaces this definition by the plain name, so members do hold a str.
    return strawberry.enum_value(name, description=description)  # type: ignore[return-value]


@strawberry.enum(description="Whether an asset's coupon code was obtained.")
class BitTitanProvisioningStatus(Enum):
    """Mirrors ``domain.assets.ProvisioningStatus``."""

    PENDING = _value("PENDING", "The coupon code is being obtained.")
    SYNCHRONIZED = _value("SYNCHRONIZED", "The coupon code is linked to the asset.")
    FAILED = _value("FAILED", "No coupon code could be obtained; it can be tried again.")


@strawberry.enum(description="Where an asset is in its life.")
class BitTitanAssetStatus(Enum):
    """Mirrors ``domain.assets.AssetStatus``."""

    ACTIVE = _value("ACTIVE", "The sale stands.")
    CANCELLING = _value("CANCELLING", "A cancellation is being executed.")
    AWAITING_REVOCATION = _value(
        "AWAITING_REVOCATION", "Staff revoke its codes in BitTitan's portal; then it is credited."
    )
    CANCELLED = _value("CANCELLED", "The coupon is revoked and the sale is credited in full.")


@strawberry.enum(description="What became of a coupon at BitTitan.")
class BitTitanCouponStatus(Enum):
    """Mirrors ``domain.coupons.CouponStatus``."""

    AVAILABLE = _value("AVAILABLE", "It can be redeemed.")
    REDEEMED = _value("REDEEMED", "Its licences were taken; it can no longer be cancelled.")
    EXPIRED = _value("EXPIRED", "It was not redeemed in time.")
    CANCELLED = _value("CANCELLED", "It was revoked.")
    UNKNOWN = _value("UNKNOWN", "There is no coupon yet, or BitTitan has not said.")


@strawberry.enum(description="What became of a coupon code in stock.")
class BitTitanStockState(Enum):
    """Mirrors ``domain.stock.StockState``."""

    AVAILABLE = _value("AVAILABLE", "It can be sold.")
    ALLOCATED = _value("ALLOCATED", "It belongs to an asset.")
    AWAITING_REVOCATION = _value("AWAITING_REVOCATION", "Staff are to revoke it.")
    REVOKED = _value("REVOKED", "Staff revoked it.")
    REDEEMED = _value("REDEEMED", "Its licences were taken.")
    EXPIRED = _value("EXPIRED", "It was not redeemed in time.")
    WITHDRAWN = _value("WITHDRAWN", "Staff took it out of the stock before it was sold.")


@strawberry.enum(description="What is to become of the new codes of an imported file.")
class BitTitanStockImportMode(Enum):
    """Mirrors ``services.stock_import.ImportMode``."""

    DRY_RUN = _value("DRY_RUN", "Say what would happen, and change nothing.")
    ALL_OR_NONE = _value("ALL_OR_NONE", "Keep all of them, or none when there is a bad row.")
    GOOD_ROWS = _value("GOOD_ROWS", "Keep those of the good rows.")


@strawberry.enum(description="What became of codes that staff were to revoke.")
class BitTitanRevocationState(Enum):
    """Mirrors ``domain.revocations.RevocationState``."""

    AWAITING = _value("AWAITING", "Nobody has said yet.")
    CONFIRMED = _value("CONFIRMED", "They were revoked; the sale is cancelled.")
    REDEEMED = _value("REDEEMED", "They had been redeemed; the sale stands.")
    EXPIRED = _value("EXPIRED", "Nobody confirmed before the deadline; the sale stands.")


@strawberry.enum(description="Why codes are to be revoked.")
class BitTitanRevocationCause(Enum):
    """Mirrors ``domain.revocations.RevocationCause``."""

    CANCELLATION = _value("CANCELLATION", "Cancelled here: credited once they are revoked.")
    PLATFORM = _value("PLATFORM", "The platform took the sale back and returned the money.")


@strawberry.enum(description="The two kinds of BitTitan licence.")
class BitTitanProductTypeKind(Enum):
    """Mirrors ``domain.catalogue.ProductType``."""

    MAILBOX_LICENSE = _value("MAILBOX_LICENSE", "Migrates one mailbox.")
    USER_MIGRATION_BUNDLE = _value(
        "USER_MIGRATION_BUNDLE", "Migrates everything one user has; applied to a user by hand."
    )


@strawberry.enum(description="Whether BitTitan knows an account.")
class BitTitanAccountStatus(Enum):
    """Mirrors ``domain.accounts.AccountStatus``."""

    UNSYNCHRONIZED = _value(
        "UNSYNCHRONIZED", "It has to be synchronized before coupons are issued."
    )
    SYNCHRONIZED = _value("SYNCHRONIZED", "Coupons can be issued to it.")


@strawberry.enum(description="How far the money of a cancelled asset has come on its way back.")
class BitTitanRefundStatus(Enum):
    """Mirrors ``domain.billing.RefundStatus``."""

    NOTHING = _value("NOTHING", "Nothing was received that could go back by itself.")
    ASKED = _value("ASKED", "The platform was asked to pay it back, and has not said that it did.")
    PAID = _value("PAID", "The money went back.")
    FAILED = _value("FAILED", "It did not go through; staff see to it.")


@strawberry.enum(description="Who caused a change.")
class BitTitanActorKind(Enum):
    """Mirrors ``domain.history.ActorKind``."""

    STAFF = _value("STAFF", "A person of the distributor.")
    CUSTOMER = _value("CUSTOMER", "The buyer or the end customer.")
    PLATFORM = _value("PLATFORM", "An event of the commerce platform.")
    VENDOR = _value("VENDOR", "BitTitan's answer.")
    SYSTEM = _value("SYSTEM", "The plugin itself: a timer, a retry, a reconciliation.")


@strawberry.enum(description="What became of a customer's request to cancel an asset.")
class BitTitanCancellationRequestState(Enum):
    """Mirrors ``domain.requests.RequestState``."""

    PENDING = _value("PENDING", "Staff have not decided yet.")
    WITHDRAWN = _value("WITHDRAWN", "The customer took it back.")
    ACCEPTED = _value("ACCEPTED", "The cancellation executes, or has been executed.")
    REFUSED = _value("REFUSED", "Staff said no, or BitTitan did not take the coupon back.")
    EXPIRED = _value("EXPIRED", "Nobody decided before the deadline.")


@strawberry.enum(description="What synchronizing an asset did.")
class BitTitanSynchronizationOutcome(Enum):
    """Mirrors ``domain.synchronization.SynchronizationOutcome``."""

    ADOPTED = _value("ADOPTED", "A coupon issued before was found and taken over.")
    ISSUED = _value("ISSUED", "A new coupon was issued.")
    UPDATED = _value("UPDATED", "BitTitan told a change of the coupon, or a cancellation went on.")
    UNCHANGED = _value("UNCHANGED", "There was a coupon, and nothing about it has changed.")
    REFUSED = _value("REFUSED", "No coupon could be obtained; `errors` says why.")


@strawberry.enum(description="What kind of attention a problem needs.")
class BitTitanProblemKind(Enum):
    """Mirrors ``domain.problems.ProblemKind``."""

    PROVISIONING_FAILED = _value("PROVISIONING_FAILED", "A coupon code could not be obtained.")
    ORDER_REFUSED = _value("ORDER_REFUSED", "A paid order line breaks a rule and has no asset.")
    CANCELLATION_STUCK = _value("CANCELLATION_STUCK", "BitTitan does not revoke a coupon.")
    REFUNDED_BUT_REDEEMED = _value(
        "REFUNDED_BUT_REDEEMED", "Money went back for a coupon that had been redeemed."
    )
    REFUND_UNCLEAR = _value(
        "REFUND_UNCLEAR", "Part of an order was refunded, and nobody says for which licences."
    )
    REFUND_INCOMPLETE = _value(
        "REFUND_INCOMPLETE", "Money of a cancelled asset did not go back, or not all of it."
    )
    OUT_OF_STOCK = _value("OUT_OF_STOCK", "Orders wait for coupon codes of a kind.")
    LOW_STOCK = _value("LOW_STOCK", "Few licences of a kind are left in stock.")
    REVOCATION_AWAITED = _value(
        "REVOCATION_AWAITED", "Codes are to be revoked in BitTitan's portal."
    )
    FOLLOW_UP_FAILED = _value(
        "FOLLOW_UP_FAILED",
        "Mail, delivery notice, invoice or credit keeps failing, or something due is set aside.",
    )
    ACCOUNT_WAITING = _value(
        "ACCOUNT_WAITING", "A paid order waits until its account is synchronized."
    )
    COUPON_CANCELLED_OUTSIDE = _value(
        "COUPON_CANCELLED_OUTSIDE", "Somebody cancelled a sold coupon at BitTitan."
    )
    COUPONS_VANISHED = _value(
        "COUPONS_VANISHED",
        "BitTitan lists none of our coupons any more; perhaps it is the wrong account.",
    )
    COUPON_MISMATCH = _value(
        "COUPON_MISMATCH", "BitTitan's books and ours contradict each other about a coupon."
    )
    COUPON_HELD_BACK = _value(
        "COUPON_HELD_BACK", "BitTitan answered with a coupon that is not what was ordered."
    )
    ORDER_CHANGED = _value(
        "ORDER_CHANGED", "An order no longer fits the licences that were sold by it."
    )
    DIFFERENCES_FOUND = _value(
        "DIFFERENCES_FOUND", "The daily reconciliation found differences to apply."
    )
    VENDOR_DOWN = _value("VENDOR_DOWN", "BitTitan does not answer; paid orders wait for it.")
    DELIVERED_BEFORE = _value(
        "DELIVERED_BEFORE",
        "Order lines seem to have been delivered before; staff decide about them.",
    )
    PRODUCT_DAYS_REFUSED = _value(
        "PRODUCT_DAYS_REFUSED",
        "The platform says days of a product that are none; they are not taken over.",
    )
    PLATFORM_RESTRICTED = _value(
        "PLATFORM_RESTRICTED",
        "The platform withdrew a permission or a webhook; paid orders are not heard of.",
    )
    PLATFORM_UNSERVED = _value(
        "PLATFORM_UNSERVED", "Paid work waits, and no running process serves this platform."
    )
    KEY_MISSING = _value(
        "KEY_MISSING", "Work waits for a process that has the key of what is stored encrypted."
    )


@strawberry.enum(description="The button beside a problem: what acting on it does.")
class BitTitanProblemAction(Enum):
    """Mirrors ``domain.problems.ProblemAction``."""

    SYNCHRONIZE_ASSET = _value("SYNCHRONIZE_ASSET", "Asks for the asset's coupon once more.")
    SYNCHRONIZE_ACCOUNT = _value(
        "SYNCHRONIZE_ACCOUNT", "Makes the account known to BitTitan; what waits for it goes on."
    )
    RESUME = _value("RESUME", "Takes the step up again that could not finish.")
    CANCEL_ASSET = _value("CANCEL_ASSET", "Cancels the asset; its terms are judged anew.")
    PROVISION_ORDER = _value(
        "PROVISION_ORDER", "Reads the order from the platform again and provisions what is missing."
    )
    PROVISION_HELD = _value(
        "PROVISION_HELD", "Provisions lines after all that seem to have been delivered before."
    )
    RECONCILE = _value("RECONCILE", "Reconciles and applies what was found.")
    RELEASE_COUPON = _value(
        "RELEASE_COUPON", "Gives the buyer the coupon that was held back, as BitTitan has it now."
    )
    CONFIRM_REVOCATION = _value(
        "CONFIRM_REVOCATION", "No button: confirm the revocation where revocations are listed."
    )
    OPEN_SETTINGS = _value("OPEN_SETTINGS", "No button: mend the plugin's settings.")
    NONE = _value("NONE", "No button: do what the next step says, then dismiss it.")


@strawberry.enum(description="What a long run does.")
class BitTitanRunKind(Enum):
    """Mirrors ``domain.runs.RunKind``."""

    RECONCILIATION = _value(
        "RECONCILIATION", "Compares the platform's orders, the assets and BitTitan's coupons."
    )
    STOCK_IMPORT = _value("STOCK_IMPORT", "Imports coupon codes.")
    SERVICES_DEFINITION = _value("SERVICES_DEFINITION", "Imports BitTitan's list of articles.")


@strawberry.enum(description="Whether a long run is at work, and how it ended.")
class BitTitanRunState(Enum):
    """Mirrors ``domain.runs.RunState``."""

    RUNNING = _value("RUNNING", "It is at work, or will soon be.")
    FINISHED = _value("FINISHED", "It came to its end.")
    FAILED = _value("FAILED", "Something stood in its way; what it did until then stays.")
    STOPPED = _value("STOPPED", "It was ended before its end, or its process ended.")


@strawberry.enum(description="What a reconciliation found not to agree.")
class BitTitanDifferenceKind(Enum):
    """Mirrors ``domain.reconciliation.DifferenceKind``."""

    MISSED_ORDER = _value("MISSED_ORDER", "A paid order line has no asset. Applying provisions it.")
    MISSED_CANCELLATION = _value(
        "MISSED_CANCELLATION",
        "The platform cancelled an order whose licences stand. Applying takes them back.",
    )
    QUANTITY_CHANGED = _value(
        "QUANTITY_CHANGED", "An order line asks for another number of licences than were sold."
    )
    LINE_VANISHED = _value("LINE_VANISHED", "An asset stands whose line its order no longer has.")
    CANCELLED_BUT_DUE = _value(
        "CANCELLED_BUT_DUE", "An order is due again whose assets the platform had taken back."
    )
    ORPHANED_COUPON = _value(
        "ORPHANED_COUPON", "BitTitan holds a coupon for an asset without one. Applying adopts it."
    )
    COUPON_REDEEMED = _value("COUPON_REDEEMED", "A coupon was redeemed. Applying notes it.")
    COUPON_EXPIRED = _value("COUPON_EXPIRED", "A coupon has expired. Applying notes it.")
    COUPON_CANCELLED_OUTSIDE = _value(
        "COUPON_CANCELLED_OUTSIDE",
        "Somebody cancelled a sold coupon at BitTitan. Applying notes it and raises a problem.",
    )
    COUPON_MISMATCH = _value(
        "COUPON_MISMATCH",
        "The books contradict each other about a coupon. Applying revokes one that was given to "
        "nobody, and raises a problem otherwise.",
    )
    COUPON_AVAILABLE = _value(
        "COUPON_AVAILABLE",
        "A coupon that was not listed, and so held to be redeemed or expired, is listed. Applying "
        "notes it.",
    )
    ASSET_STUCK = _value(
        "ASSET_STUCK", "An asset has no coupon and is not being tried. Applying tries it again."
    )


@strawberry.enum(description="Stable codes of what can go wrong.")
class BitTitanErrorCode(Enum):
    """Mirrors ``domain.errors.ErrorCode``."""

    GRAPHQL_ERROR = _value("GRAPHQL_ERROR", "An id is malformed or belongs to another type.")
    INVALID = _value("INVALID", "A value is not acceptable.")
    NOT_FOUND = _value("NOT_FOUND", "There is no such object, or it is not yours to see.")
    REQUIRED = _value("REQUIRED", "A value is missing.")
    CONFIRMATION_REQUIRED = _value(
        "CONFIRMATION_REQUIRED", "It is done only if an answer to its question comes with it."
    )
    UNIQUE = _value("UNIQUE", "It exists already.")
    PLUGIN_INACTIVE = _value("PLUGIN_INACTIVE", "The plugin is switched off.")
    PLUGIN_MISCONFIGURED = _value("PLUGIN_MISCONFIGURED", "A setting of the plugin is wrong.")
    ACCOUNT_NOT_SYNCHRONIZED = _value(
        "ACCOUNT_NOT_SYNCHRONIZED", "The account has to be synchronized with BitTitan first."
    )
    CANCELLATION_WINDOW_CLOSED = _value(
        "CANCELLATION_WINDOW_CLOSED", "The days in which it could be cancelled are over."
    )
    ALREADY_CANCELLED = _value("ALREADY_CANCELLED", "It has been cancelled before.")
    CANCELLATION_PENDING = _value("CANCELLATION_PENDING", "A cancellation is being executed.")
    COUPON_REDEEMED = _value("COUPON_REDEEMED", "The coupon code has been redeemed.")
    COUPON_EXPIRED = _value("COUPON_EXPIRED", "The coupon code has expired.")
    NOT_PROVISIONED = _value("NOT_PROVISIONED", "There is no coupon code yet.")
    OUT_OF_STOCK = _value("OUT_OF_STOCK", "The coupon stock holds no fitting code.")
    COUPON_HELD_BACK = _value(
        "COUPON_HELD_BACK", "BitTitan answered with a coupon that is not what was ordered."
    )
    ALREADY_PROVISIONED = _value(
        "ALREADY_PROVISIONED", "BitTitan was asked for the coupon code; it is too late to change."
    )
    REQUEST_NEEDED = _value(
        "REQUEST_NEEDED", "Staff decide about it: create a cancellation request."
    )
    REQUEST_DECIDED = _value("REQUEST_DECIDED", "The cancellation request has been decided.")
    LIMIT_REACHED = _value(
        "LIMIT_REACHED", "It was done as often as it may be; the message says when it is possible."
    )
    VENDOR_REJECTED = _value("VENDOR_REJECTED", "BitTitan refused it.")
    VENDOR_UNAVAILABLE = _value("VENDOR_UNAVAILABLE", "BitTitan did not answer; try again later.")
    PLATFORM_REJECTED = _value("PLATFORM_REJECTED", "The commerce platform refused it.")
    PLATFORM_UNAVAILABLE = _value(
        "PLATFORM_UNAVAILABLE", "The commerce platform did not answer; try again later."
    )


@strawberry.enum(description="What assets can be sorted by.")
class BitTitanAssetSortField(Enum):
    """Mirrors ``store.queries.assets.AssetSort``."""

    PURCHASE_DATE = _value("PURCHASE_DATE", "When it was bought.")
    NAME = _value("NAME", "The product's name at purchase, whatever its case.")
    FRIENDLY_NAME = _value("FRIENDLY_NAME", "The buyer's name for it; none counts as greatest.")
    TOTAL = _value("TOTAL", "The amount paid, whatever its currency.")
    QUANTITY = _value("QUANTITY", "The number of licences.")
    COUPON_EXPIRES_AT = _value(
        "COUPON_EXPIRES_AT", "When its code stops being redeemable; never counts as greatest."
    )


@strawberry.enum(description="In which direction to sort.")
class BitTitanOrderDirection(Enum):
    """Has a name of its own: Saleor's ``OrderDirection`` may stand beside it."""

    ASC = _value("ASC", "Smallest first.")
    DESC = _value("DESC", "Greatest first: the exact reverse of ASC.")
