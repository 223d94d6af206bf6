"""Asking once more for the coupon of an asset, and what became of it."""

import strawberry

from bittitan_graphql.access import require
from bittitan_graphql.acting import awaited, demand_asset, perform
from bittitan_graphql.context import scope_of
from bittitan_graphql.enums import BitTitanSynchronizationOutcome
from bittitan_graphql.errors import BitTitanAssetError, asset_errors
from bittitan_graphql.fields import mutation
from bittitan_graphql.global_ids import AssetId
from bittitan_graphql.types.assets import BitTitanAsset
from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.assets import Asset, AssetStatus, ProvisioningStatus
from bittitan_plugin.domain.errors import BitTitanError, Refusal
from bittitan_plugin.domain.synchronization import SynchronizationOutcome, outcome
from bittitan_plugin.services.selling import synchronization


@strawberry.type(description="What came of synchronizing an asset.")
class BitTitanAssetSynchronize:
    """It says what it did; while that is not known, that it is not known."""

    asset: BitTitanAsset | None = strawberry.field(
        default=None, description="The asset as it is now; PENDING while the coupon is obtained."
    )
    outcome: BitTitanSynchronizationOutcome | None = strawberry.field(
        default=None,
        description="What it did; null while it is under way, or when it was refused beforehand.",
    )
    errors: list[BitTitanAssetError] = strawberry.field(
        default_factory=list, description="Why it was refused; empty when it was not."
    )


@strawberry.type
class AssetSynchronizeMutation:
    """Inherited by ``BitTitanMutation``."""

    @mutation(
        "Asks BitTitan once more for the coupon of a failed asset; a coupon issued "
        "before is adopted, never issued twice. Of an asset that has its coupon it asks what "
        "became of it. Steps that had got stuck are taken up again. Requires MANAGE_ORDERS."
    )
    async def bittitan_asset_synchronize(
        self,
        info: strawberry.Info,
        id: AssetId,  # noqa: A002
    ) -> BitTitanAssetSynchronize | None:
        """Waits a while for BitTitan, so that most answers are final."""
        scope = scope_of(info)
        require(scope, Permission.MANAGE_ORDERS)
        try:
            before = await demand_asset(scope, id)
            asset = await perform(scope, synchronization.synchronize, before.id, scope.viewer.actor)
            asset = await awaited(scope, asset, _is_settled)
        except BitTitanError as error:
            return BitTitanAssetSynchronize(errors=asset_errors(error))
        did, why = outcome(before, asset), asset.provisioning_error
        answer = BitTitanAssetSynchronize(asset=BitTitanAsset.of(asset))
        if did is not None:
            answer.outcome = BitTitanSynchronizationOutcome[did.name]
        if did is SynchronizationOutcome.REFUSED and why is not None:
            answer.errors = asset_errors(Refusal(why.code, why.message))
        return answer


def _is_settled(asset: Asset) -> bool:
    waits = asset.provisioning_status is ProvisioningStatus.PENDING
    obtained = not (waits and outcome(asset, asset) is None)
    return obtained and asset.status is not AssetStatus.CANCELLING
