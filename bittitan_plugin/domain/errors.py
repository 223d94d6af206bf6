"""What can go wrong, sorted by what the caller must do.

    BitTitanError
    ├── Refusal            a rule of ours forbids it; nothing was changed
    ├── Rejected           the other side refused: do not retry, notify a person
    ├── Unavailable        it never arrived, or was turned away unread: retry with backoff
    └── OutcomeUnknown     it may have been done: look it up, never simply repeat it

No class derives from another kind, so ``except Rejected`` can never swallow a network fault. Each
of the last three has a class for the commerce platform, so that nobody asks BitTitan about what
the platform refused.
"""

from collections.abc import Callable, Sequence
from typing import ClassVar, TypeVar

from bittitan_plugin.domain.described import Described

Value = TypeVar("Value")


class ErrorCode(Described):
    """Stable codes; they reach GraphQL clients as ``BitTitanErrorCode``."""

    GRAPHQL_ERROR = "GRAPHQL_ERROR", "An id is malformed or belongs to another type."
    INVALID = "INVALID", "A value is not acceptable."
    NOT_FOUND = "NOT_FOUND", "There is no such object, or it is not yours to see."
    REQUIRED = "REQUIRED", "A value is missing."
    CONFIRMATION_REQUIRED = (
        "CONFIRMATION_REQUIRED",
        "It is done only if an answer to its question comes with it.",
    )
    UNIQUE = "UNIQUE", "It exists already."
    PLUGIN_INACTIVE = "PLUGIN_INACTIVE", "The plugin is switched off."
    PLUGIN_MISCONFIGURED = "PLUGIN_MISCONFIGURED", "A setting of the plugin is wrong."
    ACCOUNT_NOT_SYNCHRONIZED = (
        "ACCOUNT_NOT_SYNCHRONIZED",
        "The account has to be synchronized with BitTitan first.",
    )
    CANCELLATION_WINDOW_CLOSED = (
        "CANCELLATION_WINDOW_CLOSED",
        "The days in which it could be cancelled are over.",
    )
    ALREADY_CANCELLED = "ALREADY_CANCELLED", "It has been cancelled before."
    CANCELLATION_PENDING = "CANCELLATION_PENDING", "A cancellation is being executed."
    COUPON_REDEEMED = "COUPON_REDEEMED", "The coupon code has been redeemed."
    COUPON_EXPIRED = "COUPON_EXPIRED", "The coupon code has expired."
    NOT_PROVISIONED = "NOT_PROVISIONED", "There is no coupon code yet."
    OUT_OF_STOCK = "OUT_OF_STOCK", "The coupon stock holds no fitting code."
    COUPON_HELD_BACK = (
        "COUPON_HELD_BACK",
        "BitTitan answered with a coupon that is not what was ordered.",
    )
    ALREADY_PROVISIONED = (
        "ALREADY_PROVISIONED",
        "BitTitan was asked for the coupon code; it is too late to change.",
    )
    REQUEST_NEEDED = "REQUEST_NEEDED", "Staff decide about it: create a cancellation request."
    REQUEST_DECIDED = "REQUEST_DECIDED", "The cancellation request has been decided."
    NOTHING_WAITS = "NOTHING_WAITS", "Nothing about it waits for another attempt."
    LIMIT_REACHED = (
        "LIMIT_REACHED",
        "It was done as often as it may be; the message says when it is possible.",
    )
    VENDOR_REJECTED = "VENDOR_REJECTED", "BitTitan refused it."
    VENDOR_UNAVAILABLE = "VENDOR_UNAVAILABLE", "BitTitan did not answer; try again later."
    PLATFORM_REJECTED = "PLATFORM_REJECTED", "The commerce platform refused it."
    PLATFORM_UNAVAILABLE = (
        "PLATFORM_UNAVAILABLE",
        "The commerce platform did not answer; try again later.",
    )


#: Codes of requests that did not arrive, at the vendor or at the platform.
UNAVAILABLE = frozenset({ErrorCode.VENDOR_UNAVAILABLE, ErrorCode.PLATFORM_UNAVAILABLE})
#: Codes of failures at the commerce platform; ask there for the reason, not BitTitan.
OF_PLATFORM = frozenset({ErrorCode.PLATFORM_REJECTED, ErrorCode.PLATFORM_UNAVAILABLE})


class BitTitanError(Exception):
    """The base of every error this project raises on purpose."""


class Refusal(BitTitanError):
    """A rule of ours forbids it. Nothing was changed.

    ``field`` names the input at fault in the caller's spelling (``quantity``,
    ``lines[1].sku``), or is None where the request as a whole is refused.
    """

    def __init__(self, code: ErrorCode, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field

    def within(self, place: str) -> "Refusal":
        """The same refusal for a part of something: its field begins with ``place``."""
        field = f"{place}.{self.field}" if self.field else place
        return Refusal(self.code, self.message, field=field)


class Refusals(Refusal):
    """Everything that is wrong with one form, so that a person mends it all at once.

    ``code`` and ``field`` are those of the first; ``message`` has every sentence.
    """

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        first = refusals[0]
        message = " ".join(each.message for each in refusals)
        super().__init__(first.code, message, field=first.field)
        self.refusals = tuple(refusals)


class Faults:
    """Collects what is wrong with the inputs of one form, instead of ending at the first."""

    def __init__(self) -> None:
        self.found: list[Refusal] = []

    def of(self, check: Callable[[], Value], otherwise: Value) -> Value:
        """What the check returns; where it refuses that is collected and ``otherwise`` returned."""
        try:
            return check()
        except Refusal as refusal:
            self.found += getattr(refusal, "refusals", (refusal,))
            return otherwise

    def check(self) -> None:
        """Raise what was collected: the ``Refusal``, or ``Refusals`` where there are several."""
        if self.found:
            raise self.found[0] if len(self.found) == 1 else Refusals(self.found)


class Rejected(BitTitanError):
    """The other side understood and refused. Repeating the request changes nothing.

    ``code`` is the other side's own code (``COUPON_REDEEMED``, ``UNKNOWN_SKU`` …).
    """

    #: The code that clients get.
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

    #: The code that clients get.
    reported_as: ClassVar[ErrorCode] = ErrorCode.VENDOR_UNAVAILABLE

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.retry_after = retry_after


class PlatformRejected(Rejected):
    """The commerce platform refused."""

    reported_as = ErrorCode.PLATFORM_REJECTED


class PlatformUnavailable(Unavailable):
    """The commerce platform could not be asked."""

    reported_as = ErrorCode.PLATFORM_UNAVAILABLE


class NotServedHere(PlatformUnavailable):
    """This process cannot reach that platform; another process may."""


class OutcomeUnknown(BitTitanError):
    """The request may have had its effect; only a look-up shows it."""

    #: The code that clients get.
    reported_as: ClassVar[ErrorCode] = ErrorCode.VENDOR_UNAVAILABLE

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class PlatformOutcomeUnknown(OutcomeUnknown):
    """The commerce platform may have done it."""

    reported_as = ErrorCode.PLATFORM_UNAVAILABLE
