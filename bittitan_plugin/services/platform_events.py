"""What the platform does to sales by itself: cancelling, refunding, taking deliveries back."""

from collections.abc import Collection

from bittitan_plugin.domain.assets import AssetStatus
from bittitan_plugin.domain.installations import Installation
from bittitan_plugin.services.durable import WITHDRAW, withdraw_id
from bittitan_plugin.services.ports import Ports


def take_back(
    ports: Ports, installation: Installation, order_id: str, line_ids: Collection[str] = ()
) -> tuple[str, ...]:
    """Hand in one durable withdrawal per asset of the order that still stands.

    ``line_ids`` limits it to those lines; empty means the whole order. Repeating it hands in
    nothing new. Returns the workflows' ids.
    """
    with ports.store.writing(installation.id) as work:
        ids = []
        for asset in work.assets.of_orders([order_id]):
            if line_ids and asset.order_line_id not in line_ids:
                continue
            if asset.status is AssetStatus.ACTIVE:
                work.enqueue(WITHDRAW, withdraw_id(asset.id), str(asset.id))
                ids.append(withdraw_id(asset.id))
    return tuple(ids)
