"""Order lines that seem to have been delivered before: staff decide about them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bittitan_plugin.domain.orders import Order, OrderLine


class HeldBecause(StrEnum):
    """Why a line is never provisioned by itself."""

    #: It carries the id of an asset that this database does not know.
    FOREIGN_ASSET = "FOREIGN_ASSET"
    #: The platform shows it as delivered.
    FULFILLED = "FULFILLED"
    #: Its order is from before the plugin was first switched on.
    BEFORE_US = "BEFORE_US"


@dataclass(frozen=True, kw_only=True)
class HeldLine:
    """A line that waits for staff."""

    order_id: str
    order_number: str
    order_line_id: str
    because: HeldBecause
    held_at: datetime
    #: Who had it provisioned after all.
    released_by: str | None = None


def held_because(
    order: Order, line: OrderLine, switched_on_at: datetime | None
) -> HeldBecause | None:
    """Why a line that has no asset here waits for staff; None for one that is new."""
    if line.asset_id is not None:
        return HeldBecause.FOREIGN_ASSET
    if line.fulfilled:
        return HeldBecause.FULFILLED
    if switched_on_at is not None and order.created_at < switched_on_at:
        return HeldBecause.BEFORE_US
    return None


_WORDS: Mapping[HeldBecause, str] = {
    HeldBecause.FOREIGN_ASSET: "{} carry the id of a licence that this database does not know",
    HeldBecause.FULFILLED: "{} are delivered already",
    HeldBecause.BEFORE_US: "{} are of orders from before the plugin was first switched on",
}


def spoken(counts: Mapping[HeldBecause, int], first_order: str) -> str:
    """The one message about all of them."""
    total = sum(Counter(counts).values())
    why = "; ".join(_WORDS[kind].format(counts[kind]) for kind in HeldBecause if counts.get(kind))
    return (
        f"Order lines that seem to have been delivered before were not provisioned: {total} "
        f"(the first in order {first_order}). Of these {why}."
    )


def advice(counts: Mapping[HeldBecause, int]) -> str:
    """What staff can do about them."""
    lost = (
        "A database that was lost and began anew finds its own marks so: if that happened, "
        "restore the backup instead of going on. "
        if counts.get(HeldBecause.FOREIGN_ASSET)
        else ""
    )
    return (
        f"{lost}If nothing is owed for them, dismiss this. The button provisions them after all, "
        "the oldest first and a hundred at a time, each with a coupon, an invoice and a mail; "
        "'bittitan-plugin provision-held ORDER' does it for a single order."
    )
