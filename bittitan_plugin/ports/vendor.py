"""The port for the source of coupons. Two implementations: the coupon API and stock.

Every method may raise ``Rejected`` (the vendor refused), ``Unavailable`` (it had no effect, try
again) and, where it writes, ``OutcomeUnknown`` (look it up). See ``domain/errors.py``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bittitan_plugin.domain.configuration import Configuration
from bittitan_plugin.domain.coupons import Coupon
from bittitan_plugin.domain.errors import OutcomeUnknown
from bittitan_plugin.domain.money import Money


@dataclass(frozen=True, kw_only=True)
class VendorProduct:
    """One row of the vendor's SKU list."""

    sku: str
    name: str
    #: As the vendor writes it; unknown ones are reported, not imported.
    product_type: str
    list_price: Money
    #: Its place in the list, from 0.
    position: int = 0


@dataclass(frozen=True, kw_only=True)
class BrokenRow:
    """A row of the vendor's list that cannot be read, and why."""

    #: Its place in the list, from 0.
    position: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class Partner:
    """An account as the vendor knows it."""

    id: str
    reference: str
    email: str
    company: str


@dataclass(frozen=True, kw_only=True)
class CouponRequest:
    """The request for one asset's coupon. The same ``reference`` always means the same coupon."""

    reference: str
    partner_id: str
    sku: str
    quantity: int
    #: Days until the coupon code can no longer be redeemed.
    expire_days: int
    #: Days the licences can be used.
    validity_days: int


class ContradictoryAnswer(OutcomeUnknown):
    """The vendor answered with another coupon than the requested one.

    Only a look-up shows whether it also made the requested one.
    """

    def __init__(self, message: str, coupon: Coupon) -> None:
        super().__init__(message)
        #: The coupon in the answer: kept for people to look at, never delivered.
        self.coupon = coupon


class CouponVendor(Protocol):
    """A source of coupons for one installation."""

    def check(self) -> None:
        """Only sign in; raises ``Rejected`` with the field at fault."""

    def products(self) -> Iterator[VendorProduct | BrokenRow]:
        """The SKU list, fetched page by page as it is consumed.

        Each SKU appears once: repetitions, like unreadable rows, become ``BrokenRow``.
        """

    def partner(self, email: str) -> Partner | None:
        """The account the vendor knows under that address, if any."""

    def register_partner(
        self, *, reference: str, email: str, company: str, password: str | None = None
    ) -> Partner:
        """Make the account known to the vendor; the same reference gives the same partner."""

    def issue(self, request: CouponRequest) -> Coupon:
        """Issue the coupon for ``request.reference``, or return the one issued before.

        An earlier one may meanwhile be redeemed, expired or cancelled. Raises
        ``ContradictoryAnswer`` when the vendor answers with another one.
        """

    def find(self, reference: str) -> Coupon | None:
        """The coupon issued under ``reference`` that can still be seen; the oldest if several."""

    def coupon(self, coupon_id: str) -> Coupon | None:
        """The coupon, or None once the vendor no longer lists it."""

    def cancel(self, coupon_id: str) -> Coupon:
        """Revoke the coupon; revoking it again succeeds.

        Raises ``Rejected`` with code ``COUPON_REDEEMED``, ``COUPON_EXPIRED`` or ``NOT_FOUND``.
        """

    def changed_since(self, instant: datetime) -> Iterator[Coupon]:
        """Coupons with a change of state at or after ``instant``, page by page.

        Rows that change while it is read may be missed, so readings should overlap. Raises
        ``Rejected`` at the end when a row could not be read; the good ones come first.
        """


class Vendors(Protocol):
    """Finds the source of coupons that an installation's configuration names."""

    def of(self, configuration: Configuration) -> CouponVendor:
        """The vendor for this configuration; clients are kept and reused."""

    def close(self) -> None:
        """Close every connection."""
