"""Reconciliation: where the platform's records, our books and BitTitan's do not agree.

Pure: it gets what each side says and names the difference. ``services/reconciling`` reads
the sides and corrects them.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from bittitan_plugin.domain.absence import Fate
from bittitan_plugin.domain.answers import differences
from bittitan_plugin.domain.assets import Asset, AssetStatus, ProvisioningStatus
from bittitan_plugin.domain.coupons import OPEN_FATES, Coupon, CouponStatus
from bittitan_plugin.domain.described import Described
from bittitan_plugin.domain.errors import ErrorCode
from bittitan_plugin.domain.orders import Order
from bittitan_plugin.domain.retries import VENDOR

#: What is younger may still be on its way and is no difference yet. The time is our choice.
IN_FLIGHT = timedelta(minutes=10)
#: A coupon that is pending for longer is no longer being tried: the tries end after a day.
STUCK_AFTER = timedelta(seconds=VENDOR.give_up_after) + timedelta(hours=1)
#: Differences that are listed one by one; more are only counted. The limit is our choice.
MOST_LISTED = 100
#: Changes that one run may make unless another limit is given. The number is our choice.
MOST_CHANGES = 100

_WAITS = frozenset({ErrorCode.ACCOUNT_NOT_SYNCHRONIZED, ErrorCode.OUT_OF_STOCK})


class DifferenceKind(Described):
    """What does not agree, by what applying does about it."""

    MISSED_ORDER = "MISSED_ORDER", "A paid order line has no asset. Applying provisions it."
    MISSED_CANCELLATION = (
        "MISSED_CANCELLATION",
        "The platform cancelled an order whose licences stand. Applying takes them back.",
    )
    QUANTITY_CHANGED = (
        "QUANTITY_CHANGED",
        "An order line asks for another number of licences than were sold.",
    )
    LINE_VANISHED = "LINE_VANISHED", "An asset stands whose line its order no longer has."
    CANCELLED_BUT_DUE = (
        "CANCELLED_BUT_DUE",
        "An order is due again whose assets the platform had taken back.",
    )
    ORPHANED_COUPON = (
        "ORPHANED_COUPON",
        "BitTitan holds a coupon for an asset without one. Applying adopts it.",
    )
    COUPON_REDEEMED = "COUPON_REDEEMED", "A coupon was redeemed. Applying notes it."
    COUPON_EXPIRED = "COUPON_EXPIRED", "A coupon has expired. Applying notes it."
    COUPON_CANCELLED_OUTSIDE = (
        "COUPON_CANCELLED_OUTSIDE",
        "Somebody cancelled a sold coupon at BitTitan. Applying notes it and raises a problem.",
    )
    #: The books contradict each other. A usable coupon beside the one that was sold, or of a sale
    #: that was cancelled, is revoked; another quantity than was sold is a problem for staff.
    COUPON_MISMATCH = (
        "COUPON_MISMATCH",
        "The books contradict each other about a coupon. Applying revokes one that was given "
        "to nobody, and raises a problem otherwise.",
    )
    COUPON_AVAILABLE = (
        "COUPON_AVAILABLE",
        "A coupon that was not listed, and so held to be redeemed or expired, is listed. "
        "Applying notes it.",
    )
    ASSET_STUCK = (
        "ASSET_STUCK",
        "An asset has no coupon and is not being tried. Applying tries it again.",
    )


#: What only people can settle at the platform; applying reports it to them.
OF_CHANGED_ORDERS = frozenset(
    {
        DifferenceKind.QUANTITY_CHANGED,
        DifferenceKind.LINE_VANISHED,
        DifferenceKind.CANCELLED_BUT_DUE,
    }
)

_OF_FATE = {
    CouponStatus.REDEEMED: DifferenceKind.COUPON_REDEEMED,
    CouponStatus.EXPIRED: DifferenceKind.COUPON_EXPIRED,
    CouponStatus.CANCELLED: DifferenceKind.COUPON_CANCELLED_OUTSIDE,
}


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One difference, in a sentence without codes."""

    kind: DifferenceKind
    message: str
    asset_id: UUID | None = None
    #: The platform's ids.
    order_id: str | None = None
    order_line_id: str | None = None


def of_order(
    order: Order, assets: Sequence[Asset], *, due: bool, taken_back: Collection[UUID]
) -> list[Difference]:
    """How an order that is still valid has changed since its ``assets`` were created.

    ``due`` says whether its licences should be provisioned by now, ``taken_back`` which assets the
    platform itself cancelled. Our rule: a sale is never amended, so each advises a new order.
    """
    found = []
    none_left = all(asset.status is AssetStatus.CANCELLED for asset in assets)
    for asset in assets:
        line = order.line(asset.order_line_id)
        if asset.status is AssetStatus.CANCELLED:
            if due and none_left and line is not None and asset.id in taken_back:
                found.append(_about(asset, DifferenceKind.CANCELLED_BUT_DUE, _DUE_AGAIN))
        elif line is None:
            found.append(_about(asset, DifferenceKind.LINE_VANISHED, _VANISHED))
        elif line.quantity != asset.quantity:
            text = _changed_quantity(line.quantity, asset.quantity)
            found.append(_about(asset, DifferenceKind.QUANTITY_CHANGED, text))
    return found


_VANISHED = (
    "its line is no longer in the order, but its licences stand. Cancel the asset if another line "
    "has taken its place or the licences are not wanted; else put the line back"
)
_DUE_AGAIN = (
    "the order is due, but its asset was cancelled when the platform took the order back; nothing "
    "will be provisioned. Place a new order for it, or cancel this one and give the money back"
)


def _changed_quantity(asked: int, sold: int) -> str:
    text = f"the order line now asks for {asked} licences, {sold} were sold. Put the line back to "
    if asked > sold:
        return f"{text}{sold} and place a new order for the other {asked - sold}"
    return f"{text}{sold}, or cancel the asset and place a new order for {asked}"


def of_fate(asset: Asset, found: Fate | None) -> Difference | None:
    """What BitTitan's list, or the coupon's absence from it, means for the asset's own coupon.

    A fate that is settled is never reopened: what was read may be older. A fate that was only
    concluded from the coupon's absence is corrected.
    """
    if found is None or asset.status is not AssetStatus.ACTIVE:
        return None
    if asset.coupon_status_inferred and not found.inferred:
        if found.status is CouponStatus.AVAILABLE:
            text = f"coupon {asset.coupon_id} is available, not {asset.coupon_status.lower()}"
            return _about(asset, DifferenceKind.COUPON_AVAILABLE, text)
    elif asset.coupon_status not in OPEN_FATES:
        return None
    if found.status not in _OF_FATE:
        return None
    said = f"coupon {asset.coupon_id} is {found.status.lower()}"
    return _about(asset, _OF_FATE[found.status], said)


def of_own_coupon(asset: Asset, coupon: Coupon) -> Difference | None:
    """BitTitan lists the coupon that the asset holds."""
    if coupon.reference != asset.reference:
        # The entry may be about another sale: nothing in it is believed.
        other = f"coupon {coupon.id} is listed under the reference {coupon.reference}"
        return _about(asset, DifferenceKind.COUPON_MISMATCH, other)
    if coupon.quantity != asset.quantity:
        return _about(
            asset,
            DifferenceKind.COUPON_MISMATCH,
            f"coupon {coupon.id} holds {coupon.quantity} licences, {asset.quantity} were sold",
        )
    return of_fate(asset, Fate(status=coupon.status)) or _usable_after_cancellation(asset, coupon)


def of_reference(asset: Asset, coupon: Coupon, now: datetime) -> Difference | None:
    """BitTitan lists a coupon under the asset's reference that the asset does not hold."""
    usable = coupon.status is CouponStatus.AVAILABLE
    if asset.has_coupon:
        second = f"coupon {coupon.id} is usable beside coupon {asset.coupon_id}, which was sold"
        return _about(asset, DifferenceKind.COUPON_MISMATCH, second) if usable else None
    if asset.status is not AssetStatus.ACTIVE:
        return _usable_after_cancellation(asset, coupon)
    if not usable or now - asset.purchase_date < IN_FLIGHT:
        return None
    if found := differences(asset, coupon, now, None):
        text = f"coupon {coupon.id} {'; '.join(found)}"
        return _about(asset, DifferenceKind.COUPON_MISMATCH, text)
    return _about(
        asset, DifferenceKind.ORPHANED_COUPON, f"coupon {coupon.id} was issued and not recorded"
    )


def of_waiting(asset: Asset, now: datetime) -> Difference | None:
    """An asset without a coupon, for which BitTitan lists none."""
    if asset.has_coupon or asset.status is not AssetStatus.ACTIVE:
        return None
    error = asset.provisioning_error
    if error is not None and error.code in _WAITS:
        return None
    failed = asset.provisioning_status is ProvisioningStatus.FAILED
    if not failed and now - asset.purchase_date < STUCK_AFTER:
        return None
    why = error.message if error else "nothing is known of why"
    return _about(asset, DifferenceKind.ASSET_STUCK, f"no coupon since its purchase: {why}")


def _usable_after_cancellation(asset: Asset, coupon: Coupon) -> Difference | None:
    if asset.status is not AssetStatus.CANCELLED or coupon.status is not CouponStatus.AVAILABLE:
        return None
    text = f"coupon {coupon.id} can be redeemed although the sale was cancelled"
    return _about(asset, DifferenceKind.COUPON_MISMATCH, text)


def _about(asset: Asset, kind: DifferenceKind, what: str) -> Difference:
    return Difference(
        kind=kind,
        message=f"Order {asset.order_number} ({asset.name}): {what}.",
        asset_id=asset.id,
        order_id=asset.order_id,
        order_line_id=asset.order_line_id,
    )


@dataclass
class Report:
    """What a reconciliation compared, found and did; grows while it runs, within a bound."""

    #: Whether differences are corrected, and how many changes it may make.
    applies: bool = False
    max_changes: int = MOST_CHANGES
    orders: int = 0
    coupons: int = 0
    assets: int = 0
    found: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    #: Changes that were begun, including those of an attempt that was cut short.
    changes: int = 0
    stopped_at_limit: bool = False
    #: How many orders and assets there are to compare, as soon as that is known.
    total: int | None = None
    differences: list[Difference] = field(default_factory=list)
    #: What was not compared, and why.
    left_out: list[str] = field(default_factory=list)
    #: Orders, assets and coupons that could not be compared, whether in ``left_out`` or not.
    not_compared: int = 0

    @property
    def count(self) -> int:
        """How many differences were found."""
        return sum(self.found.values())

    @property
    def standing(self) -> int:
        """How many differences are left."""
        return self.count - sum(self.changed.values())

    @property
    def done(self) -> int:
        """How many orders and assets have been compared."""
        return self.orders + self.assets

    def note(self, difference: Difference) -> None:
        """Count one more difference."""
        self.found[difference.kind.value] += 1
        if len(self.differences) < MOST_LISTED:
            self.differences.append(difference)

    @property
    def agrees(self) -> bool:
        """Whether everything was compared and no difference is left."""
        return not self.standing and not self.not_compared

    def leave_out(self, why: str) -> None:
        """Count one more that could not be compared; ``why`` names it and says what to do."""
        self.not_compared += 1
        if len(self.left_out) < MOST_LISTED:
            self.left_out.append(why)

    def in_short(self) -> str:
        """One line for people."""
        kinds = ", ".join(f"{number} × {kind}" for kind, number in sorted(self.found.items()))
        said = f"{self.count} differences" + (f": {kinds}" if kinds else "")
        return f"{said}; {self.not_compared} could not be compared" if self.not_compared else said

    def as_values(self) -> dict[str, Any]:
        """Plain values, as a run keeps them."""
        return {
            "applies": self.applies,
            "max_changes": self.max_changes,
            "orders": self.orders,
            "coupons": self.coupons,
            "assets": self.assets,
            "found": dict(self.found),
            "changed": dict(self.changed),
            "changes": self.changes,
            "stopped_at_limit": self.stopped_at_limit,
            "left_out": list(self.left_out),
            "not_compared": self.not_compared,
            "differences": [
                {
                    "kind": each.kind.value,
                    "message": each.message,
                    "asset_id": str(each.asset_id) if each.asset_id else None,
                    "order_id": each.order_id,
                    "order_line_id": each.order_line_id,
                }
                for each in self.differences
            ],
        }


def changes_begun(values: Mapping[str, Any]) -> int:
    """How many changes a run's kept report says were begun; 0 where it says nothing."""
    return int(values.get("changes", 0))
