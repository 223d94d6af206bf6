"""What the platform does to sales by itself: cancelling, refunding, taking deliveries back."""

from collections.abc import Collection

from bittitan_plugin.domain.assets import Asset, AssetStatus, ProvisioningStatus
from bittitan_plugin.domain.installations import Installation
from bittitan_plugin.services.durable import WITHDRAW, withdraw_id
from bittitan_plugin.services.ports import Ports
from bittitan_plugin.services.withdrawal import PLATFORM


def take_back(
    ports: Ports, installation: Installation, order_id: str, line_ids: Collection[str] = ()
) -> tuple[str, ...]:
    """Hand in one durable withdrawal per asset of the order that still stands.

    ``line_ids`` limits it to those lines; empty means the whole order. Repeating it hands in
    nothing new. Returns the workflows' ids.
    """
    ids = []
    with ports.store.writing(installation.id) as work:
        for found in work.assets.of_orders([order_id]):
            if line_ids and found.order_line_id not in line_ids:
                continue
            asset = work.assets.get(found.id, for_update=True)
            if asset.status is not AssetStatus.ACTIVE:
                continue
            if asset.provisioning_status is not ProvisioningStatus.PENDING:
                # Taken at once, or a cancellation of ours could begin and credit it a second time.
                asset = work.assets.change(asset.id, Asset.cancelling, PLATFORM, ports.clock())
            workflow_id = withdraw_id(asset.id, asset.version)
            work.enqueue(WITHDRAW, workflow_id, str(asset.id))
            ids.append(workflow_id)
    return tuple(ids)
