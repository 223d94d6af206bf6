"""*Synchronize again*: obtain what is missing, resume failed steps, ask for the status."""

from uuid import UUID

from bittitan_plugin.domain.assets import Asset, AssetStatus
from bittitan_plugin.domain.history import Actor
from bittitan_plugin.services.cancelling import cancellation
from bittitan_plugin.services.coupons.coupon_status import follow_asset
from bittitan_plugin.services.ports import Tenant
from bittitan_plugin.services.selling import provisioning


def synchronize(tenant: Tenant, asset_id: UUID, actor: Actor) -> Asset:
    """Bring the asset to the state that BitTitan reports; returns it as it is now.

    A failed or waiting asset is tried again, durably. A failed cancellation continues where
    it stopped. Where there is a coupon, BitTitan is asked at once what became of it. Raises
    the ``Refusal`` of ``provisioning.synchronize``, and what the vendor raises.
    """
    if _resumed(tenant, asset_id):
        with tenant.reading() as work:
            return work.assets.get(asset_id)
    asset = provisioning.synchronize(tenant, asset_id, actor)
    return follow_asset(tenant, asset_id) if asset.has_coupon else asset


def _resumed(tenant: Tenant, asset_id: UUID) -> bool:
    with tenant.writing() as work:
        work.installations.by_id(tenant.id).check_active()
        asset = work.assets.get(asset_id, for_update=True)
        return asset.status is not AssetStatus.ACTIVE and cancellation.goes_on(
            tenant.ports, work, asset
        )
