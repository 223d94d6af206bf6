"""Orders that changed after their assets were made of them: put to staff until both agree.

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

#: How the keys of these problems begin.
_PREFIX = "order-changed:"


def compare_told(
    work: UnitOfWork, order: Order, assets: Sequence[Asset], at: datetime
) -> list[Difference]:
    """How an order that an event tells of differs from its assets; staff are told, or it is over.

    Events come late and out of order: that one is due whose assets the platform took back says
    nothing here. Only reconciling, which reads the order as it is now, can tell.
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
    """What has changed, and that only people can settle it at the platform."""
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
    """After all orders were compared: what was put to staff and is not ``changed`` is over."""
    for key in work.problems.not_over(_PREFIX) - {_key(asset_id) for asset_id in changed}:
        work.problems.resolve(key, at)


def taken_back(work: UnitOfWork, assets: Sequence[Asset]) -> frozenset[UUID]:
    """Which of the cancelled assets the platform had cancelled itself."""
    cancelled = [asset.id for asset in assets if asset.status is AssetStatus.CANCELLED]
    histories = work.assets.history(cancelled) if cancelled else {}
    return frozenset(id_ for id_, entries in histories.items() if _by_platform(entries))


def _by_platform(entries: Sequence[HistoryEntry]) -> bool:
    """Of a cancellation that is not the platform's own it knows, and it was credited."""
    begun = [
        entry.actor.kind
        for entry in entries
        if entry.change.field == "status" and entry.change.before == AssetStatus.ACTIVE
    ]
    return bool(begun) and begun[-1] is ActorKind.PLATFORM


def _key(asset_id: UUID | None) -> str:
    return f"{_PREFIX}{asset_id}"
