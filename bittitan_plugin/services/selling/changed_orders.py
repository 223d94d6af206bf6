"""Reports to staff orders that changed after their assets were made, until both agree.

Nothing is provisioned or cancelled because of such a change: a sale cannot be amended (documented).
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from bittitan_plugin.domain.assets import Asset, AssetStatus
from bittitan_plugin.domain.history import ActorKind, HistoryEntry
from bittitan_plugin.domain.orders import Order
from bittitan_plugin.domain.problems import ProblemKind
from bittitan_plugin.domain.reconciliation import Difference, of_order
from bittitan_plugin.store.unit_of_work import UnitOfWork

#: The prefix of these problems' keys.
_PREFIX = "order-changed:"


def compare_told(
    work: UnitOfWork, order: Order, assets: Sequence[Asset], at: datetime
) -> list[Difference]:
    """Compare an event's order with its assets; raise a problem for staff, or close it.

    Events come late and out of order, so a due order with assets that the platform took back means
    nothing here. Only reconciling, which reads the order as it is now, can decide that.
    """
    differences = of_order(order, assets, due=False, taken_back=())
    for difference in differences:
        put_to_staff(work, difference, at)
    changed = {difference.asset_id for difference in differences}
    for asset in assets:
        if asset.status is AssetStatus.ACTIVE and asset.id not in changed:
            work.problems.resolve(_key(asset.id), at)
    return differences


def put_to_staff(work: UnitOfWork, difference: Difference, at: datetime) -> None:
    """Raise the problem of what has changed, which only people can settle at the platform."""
    work.problems.report(
        ProblemKind.ORDER_CHANGED,
        _key(difference.asset_id),
        message=difference.message,
        next_step="Do what it says at the platform; when the order is read again, this closes.",
        at=at,
        asset_id=difference.asset_id,
        order_id=difference.order_id,
    )


def close_settled(work: UnitOfWork, changed: Collection[UUID | None], at: datetime) -> None:
    """Close the problems of orders that are not ``changed``, after all were compared."""
    for key in work.problems.not_over(_PREFIX) - {_key(asset_id) for asset_id in changed}:
        work.problems.resolve(key, at)


def taken_back(work: UnitOfWork, assets: Sequence[Asset]) -> frozenset[UUID]:
    """The cancelled assets that the platform itself had cancelled."""
    cancelled = [asset.id for asset in assets if asset.status is AssetStatus.CANCELLED]
    histories = work.assets.history(cancelled) if cancelled else {}
    return frozenset(id_ for id_, entries in histories.items() if _by_platform(entries))


def _by_platform(entries: Sequence[HistoryEntry]) -> bool:
    """Whether the platform itself began the last cancellation; others it knows, as credited."""
    begun = [
        entry.actor.kind
        for entry in entries
        if entry.change.field == "status" and entry.change.before == AssetStatus.ACTIVE
    ]
    return bool(begun) and begun[-1] is ActorKind.PLATFORM


def _key(asset_id: UUID | None) -> str:
    return f"{_PREFIX}{asset_id}"
