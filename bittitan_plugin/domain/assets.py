"""The asset: one order line turned into one coupon, and everything known about it.

Assets are values. Each transition below is a named method that returns the next value or
raises ``Refusal``; ``history.py`` derives from two values what changed between them.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from bittitan_plugin.domain.billing import InvoiceReference, Refund
from bittitan_plugin.domain.catalogue import ProductType
from bittitan_plugin.domain.coupons import CouponSource, CouponStatus, Sealed
from bittitan_plugin.domain.described import Described
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.domain.money import Money

_REFERENCE = "asset-"


class ProvisioningStatus(Described):
    """Whether the coupon was obtained. Documented: Synchronized or Failed; Pending is our own."""

    PENDING = "PENDING", "The coupon code is being obtained."
    SYNCHRONIZED = "SYNCHRONIZED", "The coupon code is linked to the asset."
    FAILED = "FAILED", "No coupon code could be obtained; it can be tried again."


class AssetStatus(Described):
    """Where the asset is in its life."""

    ACTIVE = "ACTIVE", "The sale stands."
    #: A cancellation executes; the vendor may already have revoked the coupon.
    CANCELLING = "CANCELLING", "A cancellation is being executed."
    AWAITING_REVOCATION = (
        "AWAITING_REVOCATION",
        "Staff revoke its codes in BitTitan's portal; then it is credited.",
    )
    CANCELLED = "CANCELLED", "The coupon is revoked and the sale is credited in full."


@dataclass(frozen=True, kw_only=True)
class ProvisioningError:
    """Why there is no coupon yet, in words an operator can act on."""

    code: ErrorCode
    message: str


@dataclass(frozen=True, kw_only=True)
class Listing:
    """Which of the vendor's accounts lists a coupon, and since when."""

    account: str | None
    since: datetime


@dataclass(frozen=True, kw_only=True)
class Asset:
    """One sale. Money, both clocks and the cancellation terms are copies made at purchase."""

    id: UUID
    account_id: UUID
    end_customer_id: UUID | None = None
    product_id: UUID
    product_type: ProductType
    sku: str
    #: The product's name at purchase.
    name: str
    #: What the buyer calls it.
    friendly_name: str | None = None
    order_id: str
    order_number: str
    order_line_id: str
    recipient_email: str
    #: Licences behind the coupon code, or behind all codes together.
    quantity: int
    unit_price: Money
    #: What the line cost, tax included, as the platform reports it; a cancellation credits this.
    total: Money
    #: The tax within ``total``; None where the platform stated none.
    tax: Money | None = None
    #: When the asset was created and provisioning executed. Documented: the window starts here.
    purchase_date: datetime
    #: How long the coupon code can be redeemed, in days.
    expire_days: int
    #: How long the licences can be used, in days.
    validity_days: int
    #: Calendar days after the purchase date in which it may be cancelled, as agreed at purchase.
    refund_window_days: int
    #: The time zone of these calendar days, as agreed at purchase.
    time_zone: str
    coupon_source: CouponSource
    coupon_id: str | None = None
    coupon_code: Sealed | None = None
    coupon_status: CouponStatus = CouponStatus.UNKNOWN
    #: When the status was concluded from the coupon's absence; None where BitTitan reported it.
    coupon_inferred_at: datetime | None = None
    coupon_expires_at: datetime | None = None
    #: The vendor's account that listed it last, or issued it, and since when that account has
    #: listed it. Noting another name of the same account is no change of the asset.
    coupon_account: str | None = field(default=None, compare=False)
    coupon_listed_since: datetime | None = field(default=None, compare=False)
    #: Whether the coupon had been issued before, under the asset's reference, and was taken over.
    coupon_adopted: bool = False
    #: Which reminder of the code's expiry went out last, by its days before the expiry.
    expiry_reminder_days: int | None = None
    provisioning_status: ProvisioningStatus = ProvisioningStatus.PENDING
    provisioning_error: ProvisioningError | None = None
    #: When the vendor was first asked for the coupon. Once set, an attempt looks it up first.
    requested_at: datetime | None = None
    status: AssetStatus = AssetStatus.ACTIVE
    invoice: InvoiceReference | None = None
    credit_invoice: InvoiceReference | None = None
    #: How far the refund of a cancellation is; None while none was asked for.
    refund: Refund | None = None
    welcomed_at: datetime | None = None
    cancelled_at: datetime | None = None
    #: Grows by one with every stored change.
    version: int = 0

    @property
    def reference(self) -> str:
        """The reference under which the vendor issues the coupon; it never changes."""
        return f"{_REFERENCE}{self.id}"

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which its cancellation window is counted."""
        return ZoneInfo(self.time_zone)

    @property
    def waits_for_stock(self) -> bool:
        """Whether it is served as soon as fitting codes are imported."""
        error = self.provisioning_error
        return (
            self.status is AssetStatus.ACTIVE
            and self.provisioning_status is ProvisioningStatus.PENDING
            and error is not None
            and error.code is ErrorCode.OUT_OF_STOCK
        )

    @property
    def coupon_status_inferred(self) -> bool:
        """Whether the status is only a conclusion: BitTitan stopped listing the coupon."""
        return self.coupon_inferred_at is not None

    @property
    def has_coupon(self) -> bool:
        """Whether a coupon was obtained, whatever became of it since."""
        return self.coupon_id is not None

    def requested(self, now: datetime) -> "Asset":
        """The vendor is about to be asked. This is committed before the call is made."""
        return self if self.requested_at else replace(self, requested_at=now)

    def provisioned(
        self,
        coupon_id: str,
        code: Sealed,
        status: CouponStatus,
        expires_at: datetime,
        *,
        adopted: bool = False,
        listing: Listing | None = None,
    ) -> "Asset":
        """A coupon was issued or adopted. An asset never exchanges its coupon for another.

        ``listing`` is the vendor's account that lists it; codes from stock have none.
        """
        if self.has_coupon and self.coupon_id != coupon_id:
            raise Refusal(
                ErrorCode.UNIQUE,
                f"Asset {self.id} already holds coupon {self.coupon_id}; "
                f"coupon {coupon_id} is a second one for the same order line.",
            )
        return replace(
            self,
            coupon_id=coupon_id,
            coupon_code=code,
            coupon_status=status,
            coupon_expires_at=expires_at,
            coupon_adopted=self.coupon_adopted if self.has_coupon else adopted,
            coupon_account=listing.account if listing else self.coupon_account,
            coupon_listed_since=listing.since if listing else self.coupon_listed_since,
            provisioning_status=ProvisioningStatus.SYNCHRONIZED,
            provisioning_error=None,
        )

    def coupon_became(self, status: CouponStatus, inferred_at: datetime | None = None) -> "Asset":
        """The coupon has a new status. The code is kept; a cancelled asset no longer changes.

        ``inferred_at`` is when it was concluded from the coupon's absence; None: BitTitan reported.
        """
        if not self.has_coupon or self.status is not AssetStatus.ACTIVE:
            return self
        return replace(self, coupon_status=status, coupon_inferred_at=inferred_at)

    def delayed(self, code: ErrorCode, message: str) -> "Asset":
        """The coupon could not be obtained yet, for this reason; it is still being tried."""
        if self.has_coupon:
            return self
        return replace(self, provisioning_error=ProvisioningError(code=code, message=message))

    def failed(self, code: ErrorCode, message: str) -> "Asset":
        """No coupon could be obtained. Changes nothing on either side; it can be retried."""
        if self.has_coupon:
            return self
        return replace(
            self,
            provisioning_status=ProvisioningStatus.FAILED,
            provisioning_error=ProvisioningError(code=code, message=message),
        )

    def retried(self) -> "Asset":
        """A person asks again for the coupon of a failed asset, or of one that waits."""
        if self.provisioning_status is ProvisioningStatus.FAILED:
            return replace(self, provisioning_status=ProvisioningStatus.PENDING)
        if self.provisioning_status is ProvisioningStatus.PENDING:
            # Dropping the reason is a change that sets this attempt apart from the one that waited.
            return replace(self, provisioning_error=None)
        return self

    def cancelling(self) -> "Asset":
        """A cancellation has been accepted and executes; no second one can start."""
        return replace(self, status=AssetStatus.CANCELLING)

    def awaiting_revocation(self) -> "Asset":
        """The cancellation waits until staff confirm that they revoked the codes."""
        return replace(self, status=AssetStatus.AWAITING_REVOCATION)

    def cancellation_refused(
        self, status: CouponStatus, inferred_at: datetime | None = None
    ) -> "Asset":
        """The coupon could not be cancelled: the sale remains. A cancelled asset stays cancelled.

        ``inferred_at`` as in ``coupon_became``.
        """
        if self.status is AssetStatus.CANCELLED:
            return self
        return replace(
            self,
            status=AssetStatus.ACTIVE,
            coupon_status=status,
            coupon_inferred_at=inferred_at,
        )

    def cancelled(self, now: datetime) -> "Asset":
        """The coupon is revoked at the vendor (or never existed). Repeating it changes nothing."""
        if self.status is AssetStatus.CANCELLED:
            return self
        return replace(
            self,
            status=AssetStatus.CANCELLED,
            cancelled_at=now,
            coupon_status=CouponStatus.CANCELLED if self.has_coupon else self.coupon_status,
            coupon_inferred_at=None,
        )


def asset_of_reference(reference: str) -> UUID | None:
    """The id of the asset that a vendor's reference names; None where it is not ours."""
    if not reference.startswith(_REFERENCE):
        return None
    try:
        return UUID(reference.removeprefix(_REFERENCE))
    except ValueError:
        return None
