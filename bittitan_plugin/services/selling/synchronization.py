"""*Synchronize again*: obtain what is missing, resume failed steps, ask for the status."""

from uuid import UUID

from bittitan_plugin.domain.assets import Asset, AssetStatus
from bittitan_plugin.domain.history import Actor
from bittitan_plugin.services.cancelling import cancellation
from bittitan_plugin.services.coupons.coupon_status import follow_asset
from bittitan_plugin.services.ports import Ports
from bittitan_plugin.services.selling import provisioning


def synchronize(ports: Ports, installation_id: UUID, asset_id: UUID, actor: Actor) -> Asset:
    """Bring the asset to the state that BitTitan reports; returns it as it is now.

    A failed or waiting asset is tried again, durably. A failed cancellation continues where
    it stopped. Where there is a coupon, BitTitan is asked at once what became of it. Raises
    the ``Refusal`` of ``provisioning.synchronize``, and what the vendor raises.
    """
    if _resumed(ports, installation_id, asset_id):
        with ports.store.reading(installation_id) as work:
            return work.assets.get(asset_id)
    asset = provisioning.synchronize(ports, installation_id, asset_id, actor)
    return follow_asset(ports, installation_id, asset_id) if asset.has_coupon else asset


def _resumed(ports: Ports, installation_id: UUID, asset_id: UUID) -> bool:
    with ports.store.writing(installation_id) as work:
        work.installations.by_id(installation_id).check_active()
        asset = work.assets.get(asset_id, for_update=True)
        return asset.status is not AssetStatus.ACTIVE and cancellation.goes_on(ports, work, asset)
