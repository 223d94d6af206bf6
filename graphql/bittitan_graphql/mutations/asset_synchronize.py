"""Asking once more for the coupon of an asset."""

import strawberry

from bittitan_graphql.access import require
from bittitan_graphql.acting import demand_asset, perform
from bittitan_graphql.context import scope_of
from bittitan_graphql.errors import BitTitanAssetError, asset_errors
from bittitan_graphql.fields import mutation
from bittitan_graphql.global_ids import AssetId
from bittitan_graphql.types.assets import BitTitanAsset
from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.errors import BitTitanError
from bittitan_plugin.services import provisioning


@strawberry.type(description="What came of synchronizing an asset.")
class BitTitanAssetSynchronize:
    """The coupon is obtained afterwards; ``provisioningStatus`` tells."""

    asset: BitTitanAsset | None = strawberry.field(
        default=None, description="The asset as it is now; PENDING while the coupon is obtained."
    )
    errors: list[BitTitanAssetError] = strawberry.field(
        default_factory=list, description="Why it was refused; empty when it was not."
    )


@strawberry.type
class AssetSynchronizeMutation:
    """Inherited by ``BitTitanMutation``."""

    @mutation(
        "Asks BitTitan once more for the coupon of a failed asset; a coupon issued "
        "before is adopted, never issued twice. Requires MANAGE_ORDERS."
    )
    async def bittitan_asset_synchronize(
        self,
        info: strawberry.Info,
        id: AssetId,  # noqa: A002
    ) -> BitTitanAssetSynchronize | None:
        """Nothing happens to an asset that has its coupon."""
        scope = scope_of(info)
        require(scope, Permission.MANAGE_ORDERS)
        try:
            asset = await demand_asset(scope, id)
            asset = await perform(scope, provisioning.synchronize, asset.id, scope.viewer.actor)
            return BitTitanAssetSynchronize(asset=BitTitanAsset.of(asset))
        except BitTitanError as error:
            return BitTitanAssetSynchronize(errors=asset_errors(error))
