"""What can go wrong, by what one must do about it.

    BitTitanError
    ├── Refusal            a rule of ours says no; nothing was changed
    ├── Rejected           the other side said no: do not retry, tell a person
    ├── Unavailable        it never arrived, or was turned away unread: retry with backoff
    └── OutcomeUnknown     it may have been done: look it up, never simply repeat it

No class derives from another kind, so ``except Rejected`` can never swallow a network fault. Of
each of the last three there is a class for the commerce platform, so that nobody asks BitTitan
about what the platform would not do.
"""

from enum import StrEnum
from typing import ClassVar


class ErrorCode(StrEnum):
    """Stable codes; they reach GraphQL clients as ``BitTitanErrorCode``."""

    GRAPHQL_ERROR = "GRAPHQL_ERROR"
    INVALID = "INVALID"
    NOT_FOUND = "NOT_FOUND"
    REQUIRED = "REQUIRED"
    CONFIRMATION_REQUIRED = "CONFIRMATION_REQUIRED"
    UNIQUE = "UNIQUE"
    PLUGIN_INACTIVE = "PLUGIN_INACTIVE"
    PLUGIN_MISCONFIGURED = "PLUGIN_MISCONFIGURED"
    ACCOUNT_NOT_SYNCHRONIZED = "ACCOUNT_NOT_SYNCHRONIZED"
    CANCELLATION_WINDOW_CLOSED = "CANCELLATION_WINDOW_CLOSED"
    ALREADY_CANCELLED = "ALREADY_CANCELLED"
    CANCELLATION_PENDING = "CANCELLATION_PENDING"
    COUPON_REDEEMED = "COUPON_REDEEMED"
    COUPON_EXPIRED = "COUPON_EXPIRED"
    NOT_PROVISIONED = "NOT_PROVISIONED"
    OUT_OF_STOCK = "OUT_OF_STOCK"
    COUPON_HELD_BACK = "COUPON_HELD_BACK"
    ALREADY_PROVISIONED = "ALREADY_PROVISIONED"
    REQUEST_NEEDED = "REQUEST_NEEDED"
    REQUEST_DECIDED = "REQUEST_DECIDED"
    LIMIT_REACHED = "LIMIT_REACHED"
    VENDOR_REJECTED = "VENDOR_REJECTED"
    VENDOR_UNAVAILABLE = "VENDOR_UNAVAILABLE"
    PLATFORM_REJECTED = "PLATFORM_REJECTED"
    PLATFORM_UNAVAILABLE = "PLATFORM_UNAVAILABLE"


#: Codes of what did not arrive, whoever it was meant for.
UNAVAILABLE = frozenset({ErrorCode.VENDOR_UNAVAILABLE, ErrorCode.PLATFORM_UNAVAILABLE})
#: Codes of what the commerce platform did not do; it is to be asked why, not BitTitan.
OF_PLATFORM = frozenset({ErrorCode.PLATFORM_REJECTED, ErrorCode.PLATFORM_UNAVAILABLE})


class BitTitanError(Exception):
    """The base of every error this project raises on purpose."""


class Refusal(BitTitanError):
    """A rule of ours says no. Nothing was changed.

    ``field`` names the input at fault in the caller's spelling (``quantity``,
    ``lines[1].sku``), or is None where the request as a whole is refused.
    """

    def __init__(self, code: ErrorCode, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field

    def within(self, place: str) -> "Refusal":
        """The same refusal of a part of something: its field is named from ``place`` on."""
        field = f"{place}.{self.field}" if self.field else place
        return Refusal(self.code, self.message, field=field)


class Rejected(BitTitanError):
    """The other side understood and said no. Repeating it changes nothing.

    ``code`` is the other side's own code (``COUPON_REDEEMED``, ``UNKNOWN_SKU`` …).
    """

    #: What clients are told.
    reported_as: ClassVar[ErrorCode] = ErrorCode.VENDOR_REJECTED

    def __init__(self, code: str, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field


class HeldBack(Rejected):
    """The vendor answered with a coupon that is not what was ordered; people have to look at it."""

    reported_as = ErrorCode.COUPON_HELD_BACK


class Unavailable(BitTitanError):
    """The request had no effect: it never arrived or was turned away unread. Try again later.

    ``retry_after`` (seconds) is what the other side asked for, if it did.
    """

    #: What clients are told.
    reported_as: ClassVar[ErrorCode] = ErrorCode.VENDOR_UNAVAILABLE

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.retry_after = retry_after


class PlatformRejected(Rejected):
    """The commerce platform said no."""

    reported_as = ErrorCode.PLATFORM_REJECTED


class PlatformUnavailable(Unavailable):
    """The commerce platform could not be asked."""

    reported_as = ErrorCode.PLATFORM_UNAVAILABLE


class NotServedHere(PlatformUnavailable):
    """This process has nothing to reach that platform with; another one may have."""


class OutcomeUnknown(BitTitanError):
    """The request may have had its effect; only a look-up can tell."""

    #: What clients are told.
    reported_as: ClassVar[ErrorCode] = ErrorCode.VENDOR_UNAVAILABLE

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class PlatformOutcomeUnknown(OutcomeUnknown):
    """The commerce platform may have done it."""

    reported_as = ErrorCode.PLATFORM_UNAVAILABLE
