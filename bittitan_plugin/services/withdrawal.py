"""The platform took a sale back itself: the coupon is revoked and nothing is credited."""

from uuid import UUID

from bittitan_plugin.domain.assets import Asset, AssetStatus, ProvisioningStatus
from bittitan_plugin.domain.errors import Unavailable
from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.domain.problems import ProblemKind
from bittitan_plugin.services.ports import Ports
from bittitan_plugin.services.revocation import revoke

PLATFORM = Actor(ActorKind.PLATFORM, "taken back")


def withdraw(ports: Ports, installation_id: UUID, asset_id: UUID) -> Asset:
    """Revoke the coupon of a sale the platform took back, and credit nothing.

    Where the coupon cannot be revoked any more, staff get a problem: money went back for
    licences that are in use. Raises ``Unavailable`` while the coupon is still being obtained,
    and what ``revocation.revoke`` raises.
    """
    asset = _begin(ports, installation_id, asset_id)
    if asset.status is not AssetStatus.CANCELLED:
        asset = revoke(ports, installation_id, asset_id)
    if asset.status is not AssetStatus.CANCELLED:
        _report(ports, installation_id, asset)
    return asset


def _begin(ports: Ports, installation_id: UUID, asset_id: UUID) -> Asset:
    """From here on nobody else cancels it: a cancellation of ours would credit once more."""
    with ports.store.writing(installation_id) as work:
        asset = work.assets.get(asset_id, for_update=True)
        if asset.status is not AssetStatus.ACTIVE:
            return asset
        if asset.provisioning_status is not ProvisioningStatus.PENDING:
            return work.assets.change(asset_id, Asset.cancelling, PLATFORM, ports.clock())
        if asset.requested_at is not None:
            raise Unavailable("the coupon is still being obtained")
        # BitTitan was never asked, and after this commit it never will be.
        return work.assets.change(
            asset_id, lambda a: a.cancelled(ports.clock()), PLATFORM, ports.clock()
        )


def _report(ports: Ports, installation_id: UUID, asset: Asset) -> None:
    with ports.store.writing(installation_id) as work:
        work.problems.report(
            ProblemKind.REFUNDED_BUT_REDEEMED,
            f"refunded:{asset.id}",
            message=f"The platform took back order {asset.order_number}, but its coupon is "
            f"{asset.coupon_status.lower()} and cannot be revoked.",
            next_step="Settle it with the customer: the licences are paid for by nobody.",
            at=ports.clock(),
            asset_id=asset.id,
        )
